"""Collects config.json and the safetensors header of the reference checkpoints, without data.

usage: make-headers.py FIXTURES > headers.json; then zstd -19 headers.json

Tensors stored as X_blocks and X_scales (mxfp4) are listed as X, 32 elements to a block of 16 bytes.
"""

import glob
import json
import os
import struct
import sys

FAMILIES = (
    "llama mistral bert bloom deepseek falcon gemma2 gemma3 gpt2 gptoss mamba qwen2moe t5".split()
)


def shapes(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    result = {}
    for name, entry in header.items():
        shape = entry["shape"]
        if name.endswith("_scales") and name[:-7] + "_blocks" in header:
            continue
        if name.endswith("_blocks") and name[:-7] + "_scales" in header:
            name = name[:-7]
            shape = shape[:-2] + [shape[-2] * shape[-1] * 2]
        result[name] = shape
    return result


cases = {}
for family in FAMILIES:
    for folder in sorted(glob.glob(os.path.join(sys.argv[1], family, "*", ""))):
        with open(os.path.join(folder, "config.json")) as file:
            config = json.load(file)
        cases[os.path.basename(folder.rstrip("/"))] = {
            "family": "llama" if family == "mistral" else family,
            "config": config,
            "tensors": shapes(os.path.join(folder, "model.safetensors")),
        }
print(json.dumps(cases, sort_keys=True, separators=(",", ":")), end="")
