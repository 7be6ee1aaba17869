"""The measurements of Benchmarks/run. See there."""

import argparse
import datetime
import importlib.metadata
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import synthetic

ROOT = pathlib.Path(__file__).resolve().parents[1]
LATHE = os.environ["LATHE"]
PYTHON = str(pathlib.Path(os.environ["PEERS_VENV"]) / "bin" / "python")
CONVERTER = str(pathlib.Path(os.environ["LLAMA_CPP"]) / "convert_hf_to_gguf.py")
MEASURE = str(ROOT / "tools" / "peers" / "measure.py")
COPY = 'cp "$1" "$2"'
COPY_AND_SYNC = 'cp "$1" "$2" && sync "$2"'


class Run:
    """Wall seconds, CPU seconds and peak bytes of one run, or their medians over several."""

    def __init__(self, wall, cpu, peak):
        self.wall, self.cpu, self.peak = wall, cpu, peak

    @staticmethod
    def median(runs):
        return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "peak")))


def measure(folder, command):
    """Runs a command; its own failure ends the benchmark."""
    report = folder / "report"
    # A small process starts it: Linux counts the starter's memory to the peak.
    done = subprocess.run(
        [sys.executable, "-I", "-S", MEASURE, str(report), *command],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    figures = report.read_text().split() if report.exists() else []
    if done.returncode != 0 or len(figures) != 4 or figures[0] != "0":
        sys.exit(f"benchmark: {pathlib.Path(command[0]).name} {command[1:3]} failed:\n{done.stderr[-2000:]}")
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


def conversions(folder, scale, repeats):
    """Type -> competitor -> median run; and the number of parameters."""
    model = folder / "synthetic"
    say("making the model")
    parameters = synthetic.llama(model, scale)
    out, copy = folder / "out.gguf", folder / "copy.gguf"
    shell = shutil.which("sh")
    results = {}
    for kind in ["bf16", "f16", "q8_0"]:
        runs = {}
        for number in range(repeats):
            say(f"{kind}, run {number + 1} of {repeats}")
            lathe = [LATHE, "convert", str(model), "-o", str(out), "--type", kind, "--quiet"]
            peer = [PYTHON, CONVERTER, str(model), "--outfile", str(out), "--outtype", kind]
            steps = [
                ("lathe", lathe, [out]),
                ("lathe --sync none", [*lathe, "--sync", "none"], []),
                ("cp + sync", [shell, "-c", COPY_AND_SYNC, "sh", str(out), str(copy)], [copy]),
                ("cp", [shell, "-c", COPY, "sh", str(out), str(copy)], [copy, out]),
                ("convert_hf_to_gguf.py", peer, [out]),
            ]
            for name, command, rubbish in steps:
                warm(model)
                os.sync()
                touch_free_memory(folder, 5 * parameters)
                runs.setdefault(name, []).append(measure(folder, command))
                for path in rubbish:
                    path.unlink()
        results[kind] = {name: Run.median(list_of_runs) for name, list_of_runs in runs.items()}
    shutil.rmtree(model)
    return parameters, results


def repeated(folder, command, repeats):
    return Run.median([measure(folder, command) for _ in range(repeats)])


def small_jobs(folder):
    """(job, program, run, goal as text, whether it is met or None) of everything but the conversions."""
    rows = []
    say("start-up")
    start = repeated(folder, [LATHE, "--version"], 30)
    rows.append(("start-up", "lathe --version", start, "wall < 10 ms", start.wall < 0.010))

    say("inspect of a large vocabulary")
    vocabulary = folder / "vocabulary.gguf"
    synthetic.vocabulary_gguf(vocabulary)
    warm_run = repeated(folder, [LATHE, "inspect", str(vocabulary)], 5)
    met = warm_run.cpu <= 0.040 and warm_run.peak <= 40e6
    job = "inspect, 128k-token vocabulary"
    rows.append((job, "lathe inspect", warm_run, "CPU <= 40 ms, peak <= 40 MB", met))
    dump = [PYTHON, "-m", "gguf.scripts.gguf_dump", str(vocabulary)]
    rows.append((job, "gguf-dump", measure(folder, dump), "", None))
    reader = [sys.executable, str(ROOT / "Benchmarks" / "llama_reader.py"), str(vocabulary)]
    runs = [subprocess.run(reader, capture_output=True, text=True, check=True).stdout.split() for _ in range(5)]
    run = Run.median([Run(*map(float, figures)) for figures in runs])
    rows.append((job, "llama.cpp's reader, without its process", run, "", None))
    vocabulary.unlink()

    say("plan of very many tensors")
    many = folder / "many.safetensors"
    synthetic.many_tensors(many, 100_000)
    plan = [LATHE, "plan", str(many), "-o", str(folder / "many-f16.safetensors"), "--type", "f16"]
    run = repeated(folder, plan, 3)
    met = run.wall < 1 and run.peak < 200e6
    rows.append(("plan, 100,000 tensors", "lathe plan", run, "wall < 1 s, peak < 200 MB", met))
    many.unlink()
    return rows


def machine():
    model = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{model}, {os.cpu_count()} cores, {pages / 2**30:.0f} GiB, Linux {platform.release()}"


def versions():
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()
    packages = ["torch", "transformers", "gguf", "numpy"]
    python = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    converter = "convert_hf_to_gguf.py of llama-cpp-python 0.3.36"
    return f"{swift[0].strip() if swift else 'Swift'}; Python {platform.python_version()}, {python}; {converter}"


def verdict(met):
    return {True: "met", False: "**missed**", None: ""}[met]


def megabytes(count):
    return f"{count / 1e6:.0f}"


def conversion_table(results):
    lines = ["| to | program | wall s | CPU s | peak MB | goal | |", "| --- | --- | --: | --: | --: | --- | --- |"]
    for kind, runs in results.items():
        synced, plain, python = runs["cp + sync"], runs["cp"], runs["convert_hf_to_gguf.py"]
        for name, run in runs.items():
            goals = []
            if name.startswith("lathe"):
                beside = ("cp + sync", synced) if name == "lathe" else ("cp", plain)
                ratio = run.wall / beside[1].wall
                text = f"wall {ratio:.2f} x {beside[0]}"
                goals.append((f"{text} (<= 1.5)", ratio <= 1.5) if kind != "q8_0" else (text, None))
                share = python.cpu / run.cpu
                goals.append((f"CPU 1/{share:.1f} of Python's (<= 1/8)", share >= 8))
                goals.append(("peak < 100 MB", run.peak < 100e6))
            goal = "; ".join(text for text, _ in goals)
            judged = [met for _, met in goals if met is not None]
            lines.append(
                f"| {kind} | {name} | {run.wall:.2f} | {run.cpu:.2f} | {megabytes(run.peak)} | {goal} | "
                f"{verdict(all(judged) if judged else None)} |")
    return lines


def job_table(rows):
    lines = ["| job | program | wall ms | CPU ms | peak MB | goal | |", "| --- | --- | --: | --: | --: | --- | --- |"]
    for job, program, run, goal, met in rows:
        lines.append(
            f"| {job} | {program} | {run.wall * 1e3:.1f} | {run.cpu * 1e3:.1f} | {run.peak / 1e6:.1f} | {goal} | "
            f"{verdict(met)} |")
    return lines


def say(text):
    print(f"benchmark: {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--folder")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", default=str(ROOT / "Benchmarks" / "RESULTS.md"))
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
        folder = pathlib.Path(temporary)
        rows = small_jobs(folder)
        parameters, results = conversions(folder, options.scale, options.repeats)
    lines = [
        "# Benchmarks",
        "",
        f"Made by `Benchmarks/run` on {datetime.date.today().isoformat()}, one machine, one run: {machine()}. "
        f"Load average at the start {load:.1f}. {versions()}.",
        "",
        f"A synthetic Llama, {parameters / 1e6:.0f}M parameters, bf16 safetensors in two shards, to GGUF; "
        f"median of {options.repeats}, warm cache, everything synced and free memory touched before each run. `cp` copies the GGUF that Lathe "
        "wrote. CPU is user plus system time; peak is the resident memory of the process (a floor of about 10 MB comes "
        "from the program that measures).",
        "",
        *conversion_table(results),
        "",
        "Small jobs (medians):",
        "",
        *job_table(rows),
    ]
    pathlib.Path(options.output).write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
