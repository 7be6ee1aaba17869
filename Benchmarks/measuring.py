"""What every part of the benchmarks measures with, and says about the machine."""

import importlib.metadata
import os
import pathlib
import platform
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LATHE = os.environ["LATHE"]
PYTHON = str(pathlib.Path(os.environ["PEERS_VENV"]) / "bin" / "python")
MEASURE = str(ROOT / "tools" / "peers" / "measure.py")


class Run:
    """Wall seconds, CPU seconds and peak bytes of one run, or their medians over several."""

    def __init__(self, wall, cpu, peak):
        self.wall, self.cpu, self.peak = wall, cpu, peak

    @staticmethod
    def median(runs):
        return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "peak")))


class CommandFailed(SystemExit):
    """A measured command's own failure; not caught, it ends the benchmark."""


def measure(folder, command, environment=None, stdin=os.devnull):
    """Runs a command, with more in its environment if given, and a file as its input."""
    report = folder / "report"
    # A small process starts it: Linux counts the starter's memory to the peak.
    with open(stdin or os.devnull, "rb") as source:
        done = subprocess.run(
            [sys.executable, "-I", "-S", MEASURE, str(report), *command], stdin=source,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            errors="replace", env={**os.environ, **(environment or {})})
    figures = report.read_text().split() if report.exists() else []
    if done.returncode != 0 or len(figures) != 4 or figures[0] != "0":
        name = pathlib.Path(command[0]).name
        raise CommandFailed(f"benchmark: {name} {command[1:3]} failed:\n{done.stderr[-2000:]}")
    report.unlink()
    return Run(float(figures[1]), float(figures[2]), int(figures[3]))


def warm(folder):
    for path in folder.iterdir():
        with open(path, "rb") as file:
            while file.read(1 << 24):
                pass


def touch_free_memory(folder, size):
    """Uses and frees as much memory as an output's pages take.

    A virtual machine pays for the first touch of memory that its host has taken back: whoever writes first would
    pay for all.
    """
    scratch = folder / "scratch"
    block = bytes(1 << 24)
    with open(scratch, "wb") as file:
        for _ in range(0, size, len(block)):
            file.write(block)
    scratch.unlink()


def repeated(folder, command, repeats):
    return Run.median([measure(folder, command) for _ in range(repeats)])


def machine():
    model = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{model}, {os.cpu_count()} cores, {pages / 2**30:.0f} GiB, Linux {platform.release()}"


def swift_version():
    shown = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()
    return shown[0].strip() if shown else "Swift"


def versions():
    packages = ["torch", "transformers", "gguf", "numpy"]
    python = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    converter = "convert_hf_to_gguf.py of llama-cpp-python 0.3.36"
    return f"{swift_version()}; Python {platform.python_version()}, {python}; {converter}"


def verdict(met):
    return {True: "met", False: "**missed**", None: ""}[met]


def megabytes(count):
    return f"{count / 1e6:.0f}"


def say(text):
    print(f"benchmark: {text}", file=sys.stderr, flush=True)
