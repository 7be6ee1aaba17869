"""The measurements of Benchmarks/run. See there."""

import argparse
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import quantization
import synthetic
import tokenization
from measuring import (
    LATHE, PYTHON, ROOT, Run, machine, measure, megabytes, repeated, say, swift_version, touch_free_memory, verdict,
    versions, warm)

CONVERTER = str(pathlib.Path(os.environ["LLAMA_CPP"]) / "convert_hf_to_gguf.py")
COPY = 'cp "$1" "$2"'
COPY_AND_SYNC = 'cp "$1" "$2" && sync "$2"'


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


def conversion_section(folder, options):
    rows = small_jobs(folder)
    parameters, results = conversions(folder, options.scale, options.repeats)
    return [
        f"{versions()}.",
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


def quantization_section(folder, options):
    return [f"{swift_version()}. {quantization.peer_version()}.", "", *quantization.section(folder, options)]


def tokenizers_section(folder, options):
    return tokenization.section(folder, options)


# Heading -> what makes the lines below it, in the order of the file.
PARTS = {"Conversion": conversion_section, "Quantization": quantization_section, "Tokenizers": tokenizers_section}


def replace(text, made):
    """The results with the sections that were made anew; the others as they are."""
    sections = {}
    for part in text.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        sections[heading] = body.strip("\n")
    sections |= made
    kept = [f"## {heading}\n\n{sections[heading]}\n" for heading in PARTS if heading in sections]
    return "\n".join(["# Benchmarks\n", *kept])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--folder")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--part", action="append", choices=[name.lower() for name in PARTS])
    parser.add_argument("--output", default=str(ROOT / "Benchmarks" / "RESULTS.md"))
    quantization.add_options(parser)
    tokenization.add_options(parser)
    options = parser.parse_args()
    output = pathlib.Path(options.output)
    made = {}
    for heading, make in PARTS.items():
        if options.part and heading.lower() not in options.part:
            continue
        load = os.getloadavg()[0]
        with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
            lines = make(pathlib.Path(temporary), options)
        first = (
            f"Made by `Benchmarks/run` on {datetime.date.today().isoformat()}, one machine, one run: {machine()}. "
            f"Load average at the start {load:.1f}. {lines[0]}")
        made[heading] = "\n".join([first, *lines[1:]])
        print(made[heading], flush=True)
        output.write_text(replace(output.read_text() if output.exists() else "", made))


if __name__ == "__main__":
    main()
