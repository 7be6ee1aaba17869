#!/usr/bin/env python3
"""Writes Golden/QuantTypes/<type>/ from ggml's own results.

Usage: tools/golden/ggml_blocks.py FOLDER TYPE...   (FOLDER holds input.safetensors, TYPE.safetensors and manifest.json as made by
ggml_quantize_chunk and dequantize of a stock ggml build; needs numpy, safetensors and the zstd program)

  rows.f32      16 rows of 1024, little-endian f32          edges.f32      one row of 1024 per edge case, in the manifest's order
  rows.blocks   their blocks                                edges.blocks   their blocks
  rows.decoded  the first 4 rows decoded to f32
Types that use importance also have importance.f32, rows.importance.blocks, edges.importance.blocks and rows.importance.decoded.
"""
import datetime, hashlib, json, pathlib, subprocess, sys
import numpy as np
from safetensors.numpy import load_file

source = pathlib.Path(sys.argv[1])
inputs = load_file(source / "input.safetensors")
made = json.loads((source / "manifest.json").read_text())
ROWS = 16
for name in sys.argv[2:]:
    data = load_file(source / f"{name}.safetensors")
    stride = made["types"][name]["row_stride"]
    folder = pathlib.Path(__file__).resolve().parents[2] / "Golden/QuantTypes" / name.lower()
    folder.mkdir(parents=True, exist_ok=True)
    edges = sorted(k.split(".")[1] for k in data if k.startswith("edge.") and k.endswith(".plain"))
    uses = not np.array_equal(data.get("plain"), data["importance"])
    files = {"rows.f32": inputs["x"][::stride][:ROWS], "edges.f32": np.stack([inputs[f"edge.{e}"] for e in edges])}
    for kind in ["plain"] + (["importance"] if uses else []):
        infix = "" if kind == "plain" else ".importance"
        if kind not in data:
            continue
        files[f"rows{infix}.blocks"] = data[kind][:ROWS]
        files[f"edges{infix}.blocks"] = np.stack([data[f"edge.{e}.{kind}"] for e in edges])
        files[f"rows{infix}.decoded"] = data[f"{kind}.decoded_head"]
    if uses:
        files["importance.f32"] = inputs["importance"]
    listed = {}
    for file, array in files.items():
        raw = np.ascontiguousarray(array).tobytes()
        listed[file] = {"sha256": hashlib.sha256(raw).hexdigest(), "shape": list(array.shape), "stored": file + ".zst"}
        (folder / file).write_bytes(raw)
        subprocess.run(["zstd", "-19", "-q", "-f", "--rm", str(folder / file)], check=True)
    (folder / "manifest.json").write_text(json.dumps({
        "what": f"{name} by ggml: rows and edge cases, their blocks, decoded heads",
        "script": "tools/golden/ggml_blocks.py", "made_by": {"ggml": "0.25.3 (llama.cpp 0c1e570), gcc 12, baseline x86-64"},
        "date": datetime.date.today().isoformat(), "usesImportance": uses, "columns": 1024, "edges": edges, "files": listed,
    }, indent=1) + "\n")
    print(name, uses, edges)
