"""Writes Golden/Peers/quantize-seeded.json.zst: what llama-quantize makes of the models of quantize_model.py.

    LLAMA_CPP=TREE python quantize_evidence.py LLAMA_QUANTIZE [--jobs 3]      (tools/peers/refresh quantize calls it)

Every preset, without and with importance, on every model, and a few options. Recorded of every run: each tensor's
type and the first 16 hexadecimal digits of the SHA-256 of its bytes, and the metadata that differs from the input's.
Runs that the peer refuses for want of an importance file are recorded as refused.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import evidence
import quantize_model

# The package of the same version number lacks the newest types; the tree's has them.
sys.path.insert(0, str(pathlib.Path(os.environ["LLAMA_CPP"]) / "gguf-py"))
import gguf  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "Golden" / "Peers" / "quantize-seeded.json.zst"
PRESETS = [
    "F32", "F16", "BF16", "Q1_0", "Q2_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "MXFP4_MOE", "TQ1_0", "TQ2_0",
    "Q2_K", "Q2_K_S", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M", "Q6_K",
    "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ3_XXS", "IQ3_XS", "IQ3_S", "IQ3_M", "IQ4_NL", "IQ4_XS",
]
WHAT = (
    "runs: model, importance and first (a preset that an earlier run made of the model; its output is this run's model) "
    "name files of quantize_model.py; preset and options are llama-quantize's. files: of each output its metadata that "
    "differs from the model's, {key: [GGUF type, value]} (an F32 as its bits), its keys that are gone, and its tensors "
    "in the order of the file, 'name GGUF-type first-16-digits-of-SHA-256'"
)
# Model, importance, preset, options; a preset before (its output is quantized again).
SPECIAL = [
    ("dense", None, "Q8_0", ["--tensor-type", ".=nvfp4"]),
    ("moe", None, "Q8_0", ["--tensor-type", ".=nvfp4"]),
    ("dense", None, "MXFP4_MOE", ["--pure"]),
    ("dense", None, "Q4_K_M", ["--pure"]),
    ("dense", None, "Q2_K", ["--pure"]),
    ("dense", "gguf", "Q3_K_L", ["--pure"]),
    ("dense", "gguf", "IQ4_XS", ["--pure"]),
    ("odd", "gguf", "Q5_K_M", ["--pure"]),
    ("dense", "dat", "Q4_K_M", []),
    ("dense", "dat", "IQ2_M", []),
    ("dense", "gguf", "Q4_K_M", [
        "--tensor-type", "ffn_down=q6_k", "--tensor-type", r"blk\.[0-3]\.attn_(k|v)=q8_0",
        "--tensor-type", "attn_k=q5_0"]),
    ("moe", "gguf", "IQ3_XXS", ["--tensor-type", "ffn_(up|gate)_exps=iq2_s"]),
    ("dense", None, "Q4_K_M", ["--leave-output-tensor"]),
    ("dense", None, "Q4_K_M", ["--output-tensor-type", "q5_k", "--token-embedding-type", "q8_0"]),
    ("odd", "gguf", "IQ3_XS", ["--token-embedding-type", "q6_k"]),
    ("dense", "gguf", "Q4_K_M", ["--prune-layers", "1,5,15"]),
    ("dense", "gguf", "IQ2_XXS", ["--prune-layers", "0,2,3"]),
    ("dense", None, "Q4_0", [
        "--override-kv", "llama.context_length=int:4096", "--override-kv", "general.name=str:renamed",
        "--override-kv", "llama.attention.layer_norm_rms_epsilon=float:0.25", "--override-kv", "seeded.flag=bool:true"]),
    ("dense", "gguf", "Q4_K_M", ["--include-weights", "ffn_down"]),
    ("dense", "gguf", "Q5_0", ["--exclude-weights", "attn"]),
    ("dense-00001-of-00002", "gguf", "Q4_K_M", []),
    ("dense-00001-of-00002", "gguf", "Q4_K_M", ["--keep-split"]),
]
AGAIN = [
    ("dense", None, "Q4_K_M", ["--allow-requantize"], "Q8_0"),
    ("dense", "gguf", "Q2_K", ["--allow-requantize"], "Q5_K_M"),
    ("moe", "gguf", "IQ3_S", ["--allow-requantize"], "Q6_K"),
]


def runs():
    for model in quantize_model.MODELS:
        for preset in PRESETS:
            for importance in [None, "gguf"]:
                yield {"model": model, "importance": importance, "preset": preset, "options": []}
    for model, importance, preset, options in SPECIAL:
        yield {"model": model, "importance": importance, "preset": preset, "options": options}
    for model, importance, preset, options, first in AGAIN:
        yield {"model": model, "importance": importance, "preset": preset, "options": options, "first": first}


def metadata(reader):
    """Key -> [type, value as text] of what is no array."""
    values = {}
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or len(field.types) != 1:
            continue
        kind, value = field.types[0], field.contents()
        if kind == gguf.GGUFValueType.FLOAT32:
            value = struct.unpack("<I", struct.pack("<f", value))[0]
        values[name] = [int(kind), str(value).lower() if isinstance(value, bool) else str(value)]
    return values


def describe(path, before):
    reader = gguf.GGUFReader(path)
    after = metadata(reader)
    tensors = []
    for tensor in reader.tensors:
        digest = hashlib.sha256(tensor.data.tobytes()).hexdigest()[:16]
        tensors.append(f"{tensor.name} {int(tensor.tensor_type)} {digest}")
    return {
        "name": path.name,
        "metadata": {name: value for name, value in sorted(after.items()) if before.get(name) != value},
        "gone": sorted(set(before) - set(after)),
        "tensors": tensors,
    }


def quantize(program, folder, words):
    return subprocess.run(
        [program, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        env={"GGML_NO_BACKTRACE": "1"})


def perform(program, inputs, run):
    """The run with its outcome; None if the peer fails for another reason than a missing importance file."""
    base = run["model"].removesuffix("-00001-of-00002")
    kind = run["importance"]
    run = {**run, "model": f"{run['model']}.gguf", "importance": kind and f"importance-{base}.{kind}"}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for path in inputs.iterdir():
            (folder / path.name).symlink_to(path)
        model = run["model"]
        if "first" in run:
            done = quantize(program, folder, [model, "first.gguf", run["first"], "1"])
            if done.returncode != 0:
                raise SystemExit(f"quantize_evidence: {run}: {done.stderr[-1000:]}")
            model = "first.gguf"
        imatrix = ["--imatrix", run["importance"]] if kind else []
        done = quantize(program, folder, [*run["options"], *imatrix, model, "out.gguf", run["preset"], "1"])
        if done.returncode != 0:
            if "requires an imatrix" in done.stderr + done.stdout:
                return {**run, "refused": True}
            said = [line for line in (done.stderr + done.stdout).splitlines() if "failed" in line or "no tensor" in line]
            return {**run, "failed": said[-2:]}
        files = []
        for path in sorted(folder.glob("out*.gguf")):
            # A shard is compared with the model's shard of that number.
            source = path.name.replace("out-", f"{base}-") if "-of-" in path.name else model
            files.append(describe(path, metadata(gguf.GGUFReader(folder / source))))
        return {**run, "files": files}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--jobs", type=int, default=3)
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    with tempfile.TemporaryDirectory() as temporary:
        inputs = pathlib.Path(temporary)
        made = quantize_model.files()
        for name, data in made.items():
            (inputs / name).write_bytes(data)
        hello = quantize(program, inputs, ["--dry-run", "dense.gguf", "Q8_0"])
        said = (hello.stdout + hello.stderr).splitlines()
        build = [line for line in said if line.startswith(("version: ", "built with "))]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            done = list(pool.map(lambda run: perform(program, inputs, run), runs()))
    failed = [run for run in done if "failed" in run]
    result = {
        **evidence.header(__file__, "llama-quantize of llama-cpp-python 0.3.36", ["gguf", "numpy"]),
        "build": build,
        "what": WHAT,
        "inputs": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(made.items())},
        # What the peer cannot do and Lathe is not asked for: a row length without a fallback.
        "failed": failed,
        "runs": [run for run in done if "failed" not in run],
    }
    text = evidence.compact(result).encode()
    # The frame states its size: the tests' reader wants it.
    subprocess.run(["zstd", "-q", "-19", "-f", f"--stream-size={len(text)}", "-o", str(TARGET)], input=text, check=True)
    for run in failed:
        print(f"quantize_evidence: failed: {json.dumps(run)}")
    print(f"quantize_evidence: {len(result['runs'])} runs, {len(text)} bytes of JSON")


if __name__ == "__main__":
    main()
