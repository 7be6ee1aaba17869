"""Makes Golden/FileFormats/safetensors/written: what the safetensors package writes.

    python tools/golden/safetensors_files.py Golden/FileFormats/safetensors/written

needs safetensors and numpy. Tensors are given in a scrambled order; each element's bytes count up,
so that a misplaced tensor shows.
"""

import ctypes
import datetime
import hashlib
import json
import pathlib
import random
import sys

import numpy
import safetensors
from safetensors import TensorSpec, serialize

# The package's words and their bits.
BITS = {
    "bool": 8, "uint8": 8, "int8": 8, "float8_e5m2": 8, "float8_e4m3fn": 8, "float8_e8m0fnu": 8,
    "float8_e4m3fnuz": 8, "float8_e5m2fnuz": 8, "int16": 16, "uint16": 16, "float16": 16,
    "bfloat16": 16, "int32": 32, "uint32": 32, "float32": 32, "complex64": 64, "float64": 64,
    "int64": 64, "uint64": 64, "float4_e2m1fn_x2": 4,
}


def build(tensors, metadata):
    """The file of tensors given as (name, word, shape)."""
    specs, keep = {}, []
    for count, (name, word, shape) in enumerate(tensors):
        storage = list(shape)
        elements = 1
        for axis in shape:
            elements *= axis
        data = bytes((17 * count + i) % (2 if word == "bool" else 251) for i in range(elements * BITS[word] // 8))
        if word == "float4_e2m1fn_x2":
            storage[-1] //= 2
        buffer = ctypes.create_string_buffer(data, max(1, len(data)))
        keep.append(buffer)
        specs[name] = TensorSpec(
            dtype=word, shape=storage, data_ptr=ctypes.addressof(buffer), data_len=len(data))
    return serialize(specs, metadata)


def cases():
    rng = random.Random(7)
    every = []
    for word in BITS:
        every.append((f"b.{word}", word, [3, 8]))
        every.append((f"a.{word}", word, [2]))
    rng.shuffle(every)
    yield "every-dtype", every, {"format": "pt"}
    yield "no-metadata", [("z", "float32", [2, 3]), ("a", "float32", [1]), ("m", "float32", [])], None
    yield "empty-and-scalar", [
        ("empty", "float32", [0, 3]), ("none", "uint8", [4, 0]), ("scalar", "float64", []),
        ("x", "uint8", [5]),
    ], None
    yield "no-tensors", [], {"format": "np"}
    yield "odd-names", [
        ('quote"back\\slash', "uint8", [1]), ("tab\tnewline\n", "uint8", [2]), ("é漢😀", "uint8", [3]),
        ("", "uint8", [1]), ("layer.10", "float16", [1]), ("layer.2", "float16", [1]),
        ("\u007f\u0001", "uint8", [1]), ("Z", "uint8", [1]), ("a", "uint8", [1]),
    ], {"key\n": 'va"lue\u0001é'}
    for length in range(8):
        yield f"padding-{length}", [("n" * (length + 1), "uint8", [1])], None


def main():
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, tensors, metadata in cases():
        data = build(tensors, metadata)
        path = target / f"{name}.safetensors"
        path.write_bytes(data)
        files[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (target / "manifest.json").write_text(json.dumps({
        "what": "files written by the safetensors package, to be reproduced byte for byte",
        "script": "tools/golden/safetensors_files.py",
        "peer": f"safetensors {safetensors.__version__}, numpy {numpy.__version__}, "
                f"Python {sys.version.split()[0]}",
        "date": datetime.date.today().isoformat(),
        "files": files,
    }, indent=2) + "\n")


main()
