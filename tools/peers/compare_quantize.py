"""Compares what Lathe and llama-quantize make of one model: every tensor's type and bytes.

    LLAMA_CPP=TREE python compare_quantize.py [PRESET...] [--all] [--lathe FILE] [--peer FILE] [--folder DIR]

Default presets: Q4_K_M Q2_K IQ4_XS IQ2_M IQ1_S, each with importance; --all: every preset, without and with importance.
The model is a synthetic Llama of 76 million weights (--layers makes it smaller), bf16 GGUF, made in DIR (kept if DIR is
given, and used again) or a temporary folder. --model and --importance name other files. LATHE names the program lathe
(default: tools/run's build), LLAMA_BUILD a build of llama.cpp (default: build_llama_cpp makes one). Ends with status 1
if a tensor differs or a command fails.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import quantize_evidence
import synthetic_gguf

gguf = quantize_evidence.gguf
ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT = ["Q4_K_M", "Q2_K", "IQ4_XS", "IQ2_M", "IQ1_S"]
NEEDS = ["Q2_K_S", "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ3_XXS", "IQ3_XS"]


def run(command):
    """Seconds, or a sentence that says what went wrong."""
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          env={**os.environ, "GGML_NO_BACKTRACE": "1"})
    if done.returncode != 0:
        return f"{pathlib.Path(command[0]).name}: status {done.returncode}: {done.stderr.strip()[-600:]}"
    return time.monotonic() - start


def compare(mine, theirs):
    """The number of tensors, and of those that differ: name -> how."""
    left = {tensor.name: tensor for tensor in gguf.GGUFReader(mine).tensors}
    right = {tensor.name: tensor for tensor in gguf.GGUFReader(theirs).tensors}
    wrong = {name: "only in one file" for name in set(left) ^ set(right)}
    for name in set(left) & set(right):
        one, other = left[name], right[name]
        if one.tensor_type != other.tensor_type:
            wrong[name] = f"{one.tensor_type.name}, llama-quantize {other.tensor_type.name}"
            continue
        size = gguf.GGML_QUANT_SIZES[one.tensor_type][1]
        mine_bytes, their_bytes = one.data.reshape(-1).view(numpy.uint8), other.data.reshape(-1).view(numpy.uint8)
        if mine_bytes.size != their_bytes.size:
            wrong[name] = f"{mine_bytes.size} bytes, llama-quantize {their_bytes.size}"
            continue
        blocks = (mine_bytes != their_bytes).reshape(-1, size).any(axis=1)
        if blocks.any():
            first = int(numpy.flatnonzero(blocks)[0])
            wrong[name] = f"{one.tensor_type.name}: {int(blocks.sum())} of {blocks.size} blocks, first {first}"
    return len(set(left) | set(right)), wrong


def lathe_program():
    build = ["swift", "build", "--package-path", str(ROOT), "--scratch-path", str(ROOT / ".build-static"),
             "-c", "release", "--product", "lathe", "--static-swift-stdlib"]
    subprocess.run(build, check=True, stdout=sys.stderr)
    shown = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True)
    return str(pathlib.Path(shown.stdout.strip()) / "lathe")


def peer_program():
    done = subprocess.run([ROOT / "tools" / "peers" / "build_llama_cpp"], check=True, stdout=subprocess.PIPE, text=True)
    return str(pathlib.Path(done.stdout.strip()) / "llama-quantize")


def inputs(folder, options):
    """The model and its importance file, made if they are not there."""
    if options.model:
        return options.model, options.importance
    shape = synthetic_gguf.Shape(layers=options.layers)
    model, importance = folder / f"synthetic-{options.layers}.gguf", folder / f"importance-{options.layers}.gguf"
    if not model.exists():
        synthetic_gguf.model(folder / "making", shape)
        (folder / "making").rename(model)
    synthetic_gguf.importance(importance, shape)
    return str(model), str(importance)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("presets", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--lathe", default=os.environ.get("LATHE"))
    parser.add_argument("--peer")
    parser.add_argument("--folder")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--model")
    parser.add_argument("--importance")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    lathe = options.lathe or lathe_program()
    peer = options.peer or peer_program()
    presets = options.presets or (quantize_evidence.PRESETS if options.all else DEFAULT)
    jobs = [(preset, True) for preset in presets]
    if options.all:
        jobs = [(preset, with_it) for preset in presets for with_it in (False, True) if with_it or preset not in NEEDS]
    failed = 0
    print("| preset | importance | tensors | equal | different | lathe s | llama-quantize s |")
    print("| --- | --- | --: | --: | --: | --: | --: |", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.folder or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        model, importance = inputs(folder, options)
        for preset, with_it in jobs:
            mine, theirs = folder / "lathe.gguf", folder / "llama-quantize.gguf"
            theirs.unlink(missing_ok=True)
            mine.unlink(missing_ok=True)
            vector = [importance] if with_it else []
            if with_it and not importance:
                sys.exit("compare_quantize: --model needs --importance too")
            imatrix = [word for path in vector for word in ("--imatrix", path)]
            flag = [word for path in vector for word in ("--importance", path)]
            slow = run([peer, *imatrix, model, str(theirs), preset, str(options.threads)])
            fast = run([lathe, "quantize", model, "-o", str(mine), "--type", preset, *flag,
                        "--threads", str(options.threads), "--quiet"])
            row = f"| {preset} | {'yes' if with_it else 'no'} |"
            if isinstance(slow, str) or isinstance(fast, str):
                failed += 1
                print(f"{row} | | failed | | |", flush=True)
                print(f"compare_quantize: {slow if isinstance(slow, str) else fast}", file=sys.stderr, flush=True)
                continue
            count, wrong = compare(mine, theirs)
            failed += bool(wrong)
            print(f"{row} {count} | {count - len(wrong)} | {len(wrong)} | {fast:.2f} | {slow:.2f} |", flush=True)
            for name, how in sorted(wrong.items())[:10]:
                print(f"compare_quantize: {preset}: {name}: {how}", file=sys.stderr, flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
