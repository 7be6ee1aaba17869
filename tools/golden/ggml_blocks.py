#!/usr/bin/env python3
"""Writes Golden/QuantTypes/ggml/ from ggml's own results.

Usage: tools/golden/ggml_blocks.py FOLDER [TYPE...]   (FOLDER holds input.safetensors, TYPE.safetensors and manifest.json as made by
ggml_quantize_chunk and dequantize of a stock ggml build; needs numpy, safetensors and the zstd program)

  rows.f32  importance.f32  edges.f32    the inputs: rows of 1024, a weight per column, one row per edge case (little-endian f32)
  <type>/   plain.blocks  importance.blocks               the rows' blocks, without and with importance
            edges.plain.blocks  edges.importance.blocks   those of the edge cases
            plain.decoded  importance.decoded             the first 4 of the type's rows decoded to f32
A type takes every `rowStride`-th row. Files that do not exist are cases that the type cannot do; types whose bytes do not
depend on importance have no importance files.
"""
import datetime, hashlib, json, pathlib, subprocess, sys
import numpy as np
from safetensors.numpy import load_file

source = pathlib.Path(sys.argv[1])
inputs = load_file(source / "input.safetensors")
made = json.loads((source / "manifest.json").read_text())
root = pathlib.Path(__file__).resolve().parents[2] / "Golden/QuantTypes/ggml"
listed = {}


def write(file, array):
    raw = np.ascontiguousarray(array).tobytes()
    listed[file] = {"sha256": hashlib.sha256(raw).hexdigest(), "shape": list(array.shape), "stored": file + ".zst"}
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_bytes(raw)
    subprocess.run(["zstd", "-19", "-q", "-f", "--rm", str(root / file)], check=True)


edges = sorted(k.removeprefix("edge.") for k in inputs if k.startswith("edge."))
write("rows.f32", inputs["x"])
write("importance.f32", inputs["importance"])
write("edges.f32", np.stack([inputs[f"edge.{e}"] for e in edges]))
types = {}
scalars = {"F16", "BF16"}
for name, facts in made["types"].items():
    if sys.argv[2:] and name not in sys.argv[2:]:
        continue
    data = load_file(source / f"{name}.safetensors")
    folder = name.lower()
    uses = "plain" not in data or not np.array_equal(data["plain"], data["importance"])
    for kind in ["plain", "importance"] if uses else ["plain"]:
        if kind not in data:
            continue
        write(f"{folder}/{kind}.blocks", data[kind])
        write(f"{folder}/edges.{kind}.blocks", np.stack([data[f"edge.{e}.{kind}"] for e in edges]))
        write(f"{folder}/{kind}.decoded", data[f"{kind}.decoded_head"])
    if name in scalars:
        continue
    types[folder] = {
        "rowStride": facts["row_stride"], "usesImportance": uses, "needsImportance": "plain" not in data,
    }
(root / "manifest.json").write_text(json.dumps({
    "what": "rows and edge cases, their blocks by ggml with and without importance, decoded heads",
    "script": "tools/golden/ggml_blocks.py", "made_by": {"ggml": "0.25.3 (llama.cpp 0c1e570), gcc 12, baseline x86-64"},
    "date": datetime.date.today().isoformat(), "columns": 1024, "edges": edges, "types": types, "files": listed,
}, indent=1) + "\n")
