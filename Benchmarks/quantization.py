"""Lathe beside llama-quantize: every ggml type, presets, threads, decoding, memory.

A type is asked of both programs as `--tensor-type .=TYPE` over the preset Q8_0, so that every matrix has it, the token
embedding and the output too; the importance file names them all. What a process costs whatever the model's size
(start, tables that some types build) is measured on a tiny model: rates are weights per CPU-second beyond it.
"""

import os
import pathlib
import subprocess
import sys

from measuring import LATHE, ROOT, CommandFailed, Run, measure, megabytes, say, touch_free_memory, verdict

sys.path.insert(0, str(ROOT / "tools" / "peers"))
import quantize_evidence  # noqa: E402
import synthetic_gguf  # noqa: E402

gguf = quantize_evidence.gguf

# Ratios to llama-quantize that are to be reached at level 3 or better, without and with importance; half of it at
# level 1. None: that run does not exist (importance changes nothing, or the type needs one).
GOALS = {
    "q4_0": (3, 8), "q4_1": (3, 8), "q5_0": (3, 8), "q5_1": (3, 8), "q8_0": (3, None), "q1_0": (3, None),
    "q2_0": (3, None), "tq1_0": (3, None), "tq2_0": (3, None), "mxfp4": (3, None), "nvfp4": (3, None),
    "q2_k": (8, 8), "q3_k": (8, 8), "q4_k": (8, 8), "q5_k": (8, 8), "q6_k": (8, 8), "iq4_nl": (8, 8), "iq4_xs": (8, 8),
    "iq3_xxs": (None, 5), "iq3_s": (5, 5), "iq2_xxs": (None, 5), "iq2_xs": (None, 5), "iq2_s": (None, 5),
    "iq1_s": (None, 5), "iq1_m": (None, 5),
}
PRESETS = [("Q4_K_M", False), ("Q4_K_M", True), ("Q2_K", False), ("Q2_K", True), ("IQ2_M", True)]
SCALED = [("--type", "Q8_0", False), ("--type", "Q4_K_M", True), ("--type", "IQ2_M", True)]
# A type that llama-quantize does at 100 million weights a second is measured on the large model, the slow ones on the
# small one.
FAST = {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q1_0", "q2_0", "tq1_0", "tq2_0", "mxfp4"}
SLOW = {"iq3_xxs", "iq3_s", "iq2_xxs", "iq2_xs", "iq2_s", "iq1_s", "iq1_m"}
SHAPES = {
    "large": synthetic_gguf.Shape(layers=20),
    "medium": synthetic_gguf.Shape(),
    "small": synthetic_gguf.Shape(layers=1, vocabulary=1024),
    "tiny": synthetic_gguf.Shape(hidden=256, feed_forward=256, layers=1, heads=4, kv_heads=1, vocabulary=256),
}
# One tensor of 0.5 thousand million weights, and another: nothing but zeros, which take no disk.
HUGE = synthetic_gguf.Shape(hidden=4096, feed_forward=256, layers=1, heads=32, kv_heads=8, vocabulary=128256)
THREADS = str(os.cpu_count())


def add_options(parser):
    parser.add_argument("--types", default=",".join(GOALS))
    parser.add_argument("--levels", default="1,3,4")


def peer_program():
    script = ROOT / "tools" / "peers" / "build_llama_cpp"
    folder = subprocess.run([script], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return str(pathlib.Path(folder) / "llama-quantize")


def peer_version():
    said = subprocess.run([peer_program(), "--dry-run", os.devnull, "Q8_0"], capture_output=True, text=True)
    lines = (said.stdout + said.stderr).splitlines()
    found = [line for line in lines if line.startswith(("version: ", "built with "))]
    return f"llama-quantize of llama-cpp-python 0.3.36 ({', '.join(found)})"


class Bench:
    """The models, the two programs, and what to run them on."""

    def __init__(self, folder, repeats):
        self.folder, self.repeats, self.peer, self.runs = folder, repeats, peer_program(), {}
        self.out = folder / "out.gguf"

    def model(self, size):
        path = self.folder / f"{size}.gguf"
        if not path.exists():
            say(f"making the {size} model")
            synthetic_gguf.model(path, SHAPES[size])
            synthetic_gguf.importance(self.folder / f"importance-{size}.gguf", SHAPES[size], everything=True)
        return path

    def measured(self, command, environment=None, keep=None, size=1 << 28, repeats=None):
        """The median run, or None if the command fails; a run of many seconds is not repeated."""
        runs = []
        try:
            while len(runs) < (repeats or self.repeats) and not any(run.cpu > 4 for run in runs):
                self.out.unlink(missing_ok=True)
                touch_free_memory(self.folder, size)
                runs.append(measure(self.folder, command, environment))
        except CommandFailed as failure:
            say(str(failure))
            self.out.unlink(missing_ok=True)
            return None
        if keep:
            self.out.rename(keep)
        self.out.unlink(missing_ok=True)
        return Run.median(runs)

    def command(self, program, model, words, importance, threads=THREADS):
        """A command of lathe or llama-quantize; words: options of both, and --type PRESET at the end."""
        *options, _, preset = words
        vector = str(self.folder / f"importance-{model.stem}.gguf")
        if program == "lathe":
            vector = ["--importance", vector] if importance else []
            return [LATHE, "quantize", str(model), "-o", str(self.out), "--type", preset, *options, *vector,
                    "--threads", threads, "--sync", "none", "--quiet"]
        vector = ["--imatrix", vector] if importance else []
        return [self.peer, *options, *vector, str(model), str(self.out), preset, threads]

    def quantize(self, program, size, words, importance, level=None, threads=THREADS):
        key = (program, size, tuple(words), importance, level, threads)
        if key not in self.runs:
            say(f"{program} {' '.join(words)}{' importance' if importance else ''} {size} "
                f"{f'level {level} ' if level else ''}threads {threads}")
            command = self.command(program, self.model(size), words, importance, threads)
            environment = {"LATHE_CPU_LEVEL": level} if level else None
            self.runs[key] = self.measured(command, environment)
        return self.runs[key]

    def rate(self, program, size, words, importance, level=None):
        """Millions of weights per CPU-second beyond the fixed cost, that cost in seconds, and the run; or None."""
        run = self.quantize(program, size, words, importance, level)
        tiny = self.quantize(program, "tiny", words, importance, level)
        if run is None or tiny is None:
            return None
        weights, few = SHAPES[size].weights(), SHAPES["tiny"].weights()
        rate = (weights - few) / max(run.cpu - tiny.cpu, 1e-3)
        return rate / 1e6, max(0, tiny.cpu - few / rate), run


def size_of(kind):
    return "large" if kind in FAST else "small" if kind in SLOW else "medium"


def figure(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def rate_row(bench, label, size, words, importance, levels, goal):
    """A row of the table of rates."""
    peer = bench.rate("llama-quantize", size, words, importance)
    cells, best, judged = [], None, []
    for level in levels:
        mine = bench.rate("lathe", size, words, importance, level)
        if mine is None or peer is None:
            cells.append("failed")
            judged += [False] if goal else []
            continue
        ratio = mine[0] / peer[0]
        cells.append(f"{figure(mine[0])} ({ratio:.1f}x)")
        if goal and level == "1":
            judged.append(ratio >= goal / 2)
        elif goal:
            best = max(best or 0, ratio)
        last = mine
    if best is not None:
        judged.append(best >= goal)
    row = [label, "yes" if importance else "no", figure(peer[0]) if peer else "failed", *cells]
    if peer and "failed" not in cells:
        row += [f"{last[1]:.2f} / {peer[1]:.2f}", f"{last[2].wall:.2f} / {peer[2].wall:.2f}",
                f"{megabytes(last[2].peak)} / {megabytes(peer[2].peak)}"]
        judged += [last[1] < 0.2, last[2].peak < 150e6] if goal else []
    else:
        row += ["", "", ""]
    return [*row, f"{goal}x" if goal else "", verdict(all(judged) if judged else None)]


def table(head, rows):
    return [f"| {' | '.join(head)} |", f"| {' | '.join('--:' if index else '---' for index in range(len(head)))} |",
            *(f"| {' | '.join(row)} |" for row in rows)]


def rates(bench, types, levels):
    rows = []
    for kind in types:
        for importance, goal in enumerate(GOALS[kind]):
            if goal:
                words = ["--tensor-type", f".={kind}", "--type", "Q8_0"]
                rows.append(rate_row(bench, kind, size_of(kind), words, bool(importance), levels, goal))
    return rows


def presets(bench, levels):
    return [rate_row(bench, preset, "medium", ["--type", preset], importance, levels, None)
            for preset, importance in PRESETS]


def scaling(bench):
    rows = []
    for option, preset, importance in SCALED:
        for program in ["lathe", "llama-quantize"]:
            walls = {}
            for threads in ["1", "2", "4"]:
                run = bench.quantize(program, "medium", [option, preset], importance, threads=threads)
                walls[threads] = run.wall if run else None
            if None in walls.values():
                rows.append([preset, program, *["failed"] * 4])
                continue
            rows.append([preset, program, *(f"{wall:.2f}" for wall in walls.values()), f"{walls['1'] / walls['4']:.1f}x"])
    return rows


def blow_up(source, target, times):
    """The layer of a model of one layer, repeated: many weights of a type without quantizing many."""
    reader = gguf.GGUFReader(source)
    tensors = []
    for layer in range(times):
        for tensor in reader.tensors:
            if tensor.name.startswith("blk.0.") or layer == 0:
                dims = [int(length) for length in tensor.shape]
                name = tensor.name.replace("blk.0.", f"blk.{layer}.")
                data = tensor.data.tobytes()
                tensors.append((name, int(tensor.tensor_type), dims, len(data), lambda data=data: data))
    shape = synthetic_gguf.Shape(layers=times, vocabulary=1024)
    synthetic_gguf.write(target, shape.keys(), tensors)
    return shape.weights()


def decoding(bench, types):
    """Rates of both programs from every type to f32."""
    source, large = bench.folder / "quantized.gguf", bench.folder / "decoded.gguf"
    rows = []
    for kind in types:
        words = ["--tensor-type", f".={kind}", "--type", "Q8_0"]
        needs = GOALS[kind][0] is None
        command = bench.command("llama-quantize", bench.model("small"), words, needs)
        if bench.measured(command, keep=source, repeats=1) is None:
            rows.append([kind, "failed", "", "", "", ""])
            continue
        weights = blow_up(source, large, 6)
        source.unlink()
        mine = [LATHE, "convert", str(large), "-o", str(bench.out), "--type", "f32", "--threads", THREADS,
                "--sync", "none", "--quiet"]
        theirs = [bench.peer, "--allow-requantize", str(large), str(bench.out), "F32", THREADS]
        say(f"decoding {kind}")
        runs = [bench.measured(command, size=5 * weights) for command in (mine, theirs)]
        large.unlink()
        if None in runs:
            cells = ["failed" if run is None else figure(weights / run.cpu / 1e6) for run in runs]
            rows.append([kind, *cells, "", "", verdict(False)])
            continue
        fast, slow = runs
        ratio = slow.cpu / fast.cpu
        rows.append([kind, figure(weights / fast.cpu / 1e6), figure(weights / slow.cpu / 1e6), f"{ratio:.1f}x",
                     f"{fast.wall:.2f} / {slow.wall:.2f}", verdict(ratio >= 1)])
    return rows


def memory(bench):
    path, rows = bench.folder / "huge.gguf", []
    synthetic_gguf.hollow(path, HUGE)
    for preset in ["Q8_0", "Q4_K_M"]:
        for program in ["lathe", "llama-quantize"]:
            say(f"memory, {preset}, {program}")
            run = bench.measured(bench.command(program, path, ["--type", preset], False), size=1 << 30)
            cells = ["failed", ""] if run is None else [megabytes(run.peak), f"{run.wall:.2f}"]
            met = None if program != "lathe" else run is not None and run.peak < 150e6
            rows.append([preset, program, *cells, verdict(met)])
    path.unlink()
    return rows


def section(folder, options):
    """Lines of the section."""
    bench = Bench(folder, options.repeats)
    types = [kind.lower() for kind in options.types.split(",")]
    unknown = [kind for kind in types if kind not in GOALS]
    if unknown:
        sys.exit(f"benchmark: unknown types {unknown}; known: {', '.join(GOALS)}")
    levels = options.levels.split(",")
    head = ["type", "importance", "llama-quantize", *(f"lathe, level {level}" for level in levels), "fixed CPU s",
            "wall s", "peak MB", "goal", ""]
    sizes = ", ".join(f"{name} {SHAPES[name].weights() / 1e6:.1f}M" for name in SHAPES)
    typed, mixed = rates(bench, types, levels), presets(bench, levels)
    return [
        f"A synthetic Llama, bf16 GGUF to GGUF, {THREADS} threads, nothing synced; median of {options.repeats}, or one run "
        f"of more than 4 CPU seconds. Weights in matrices: {sizes}; quick types are measured on the large model, IQ1, IQ2 "
        "and IQ3 on the small one, everything else on the medium one. Rates are millions of weights per CPU-second (user "
        "plus system) beyond the fixed cost, which the tiny model shows: the start and a type's tables. Ratios are to "
        "llama-quantize. Fixed, wall and peak: lathe at the last level / llama-quantize. A goal is met if the best level "
        "above 1 reaches it, level 1 reaches half of it, the fixed cost is under 0.2 s and the peak under 150 MB.",
        "",
        *table(head, typed),
        "",
        "Presets:",
        "",
        *table(head, mixed),
        "",
        "Wall seconds by threads, medium model (Q4_K_M and IQ2_M with importance):",
        "",
        *table(["preset", "program", "1", "2", "4", "1 to 4"], scaling(bench)),
        "",
        f"Decoding to f32, {THREADS} threads: millions of weights per CPU-second, reading and writing included.",
        "",
        *table(["type", "lathe", "llama-quantize", "ratio", "wall s", ""], decoding(bench, types)),
        "",
        f"Memory: two tensors of {HUGE.hidden * HUGE.vocabulary / 1e6:.0f}M weights each.",
        "",
        *table(["preset", "program", "peak MB", "wall s", ""], memory(bench)),
    ]
