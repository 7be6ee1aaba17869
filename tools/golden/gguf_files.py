"""Makes Golden/FileFormats/gguf with gguf-py as the peer.

usage: gguf_files.py GGUF_PY GGUF_SPLIT FIXTURES OUT
  GGUF_PY     folder of the gguf-py source (llama.cpp/gguf-py)
  GGUF_SPLIT  the program llama-gguf-split
  FIXTURES    folder with malformed/ and llama/llama-spm-gqa/
  OUT         folder to write
Needs numpy and the zstd command.
"""

import datetime
import json
import os
import random
import shutil
import subprocess
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np

import gguf
from gguf import GGMLQuantizationType as Q
from gguf import GGUFValueType as V
from gguf.constants import LlamaFileType
from gguf.utility import size_label

SPLIT, FIXTURES, OUT = sys.argv[2:5]


def pattern(count, seed):
    """Bytes that a test can compute again."""
    return np.array([(i * 7 + seed * 31 + i // 251) & 0xFF for i in range(count)], dtype=np.uint8)


# name, type, shape in elements (outermost first)
TENSORS = [
    ("scalar", Q.F32, ()),
    ("f32", Q.F32, (3,)),
    ("f16", Q.F16, (2, 3)),
    ("bf16", Q.BF16, (3, 5)),
    ("f64", Q.F64, (1, 2, 3)),
    ("i8", Q.I8, (5,)),
    ("i16", Q.I16, (2, 2)),
    ("i32", Q.I32, (33,)),
    ("i64", Q.I64, (2, 1, 3, 1)),
    ("q8_0", Q.Q8_0, (2, 64)),
    ("a.name.of.63.bytes." + "x" * 44, Q.F32, (9, 1)),
]
PLAIN = {Q.F32: np.float32, Q.F16: np.float16, Q.F64: np.float64, Q.I8: np.int8, Q.I16: np.int16,
         Q.I32: np.int32, Q.I64: np.int64}


def byte_count(type, shape):
    elements, size = gguf.GGML_QUANT_SIZES[type]
    return int(np.prod(shape, dtype=np.int64)) // elements * size


def add_tensors(writer):
    for seed, (name, type, shape) in enumerate(TENSORS):
        data = pattern(byte_count(type, shape), seed)
        if type in PLAIN:
            writer.add_tensor(name, data.view(PLAIN[type]).reshape(shape))
        else:
            elements, size = gguf.GGML_QUANT_SIZES[type]
            rows = data.reshape(*shape[:-1], shape[-1] // elements * size)
            writer.add_tensor(name, rows, raw_dtype=type)


def add_keys(writer):
    writer.add_uint8("k.u8", 200)
    writer.add_int8("k.i8", -100)
    writer.add_uint16("k.u16", 60000)
    writer.add_int16("k.i16", -30000)
    writer.add_uint32("k.u32", 4000000000)
    writer.add_int32("k.i32", -2000000000)
    writer.add_float32("k.f32", 0.1)
    writer.add_bool("k.bool", True)
    writer.add_string("k.string", "Gr\u00fc\u00dfe, \u4e16\u754c \U0001F600")
    writer.add_uint64("k.u64", 18446744073709551615)
    writer.add_int64("k.i64", -9223372036854775808)
    writer.add_float64("k.f64", 0.1)

    def array(key, values, sub):
        writer.add_key_value(key, values, V.ARRAY, sub_type=sub)

    array("a.u8", [0, 255], V.UINT8)
    array("a.i8", [-128, 127], V.INT8)
    array("a.u16", [0, 65535], V.UINT16)
    array("a.i16", [-32768, 32767], V.INT16)
    array("a.u32", [0, 4294967295], V.UINT32)
    array("a.i32", [-2147483648, 2147483647], V.INT32)
    array("a.f32", [1.5, -0.0, float("inf")], V.FLOAT32)
    array("a.bool", [True, False, True], V.BOOL)
    array("a.string", ["", "a", "\u00e9", "\U0001F600"], V.STRING)
    array("a.u64", [0, 18446744073709551615], V.UINT64)
    array("a.i64", [-9223372036854775808, 9223372036854775807], V.INT64)
    array("a.f64", [1e300, -5e-324], V.FLOAT64)
    writer.add_array("a.nested", [[1, 2], [0.5], ["x", ""], [[True, False], [7]]])


def write(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def standard(path, **options):
    writer = gguf.GGUFWriter(path, "test", **options)
    add_keys(writer)
    return writer


def write_files(folder):
    writer = standard(f"{folder}/writer.gguf")
    add_tensors(writer)
    write(writer)

    writer = standard(f"{folder}/aligned.gguf")
    writer.add_custom_alignment(64)
    add_tensors(writer)
    write(writer)

    writer = standard(f"{folder}/split.gguf", split_max_tensors=4)
    add_tensors(writer)
    write(writer)

    # a big-endian file as the peer's own conversion makes it, beside its little-endian origin
    writer = gguf.GGUFWriter(f"{folder}/order-little.gguf", "test")
    writer.add_uint32("k.u32", 4000000000)
    writer.add_float64("k.f64", 0.1)
    writer.add_string("k.string", "text")
    writer.add_key_value("a.i16", [-2, 3], V.ARRAY, sub_type=V.INT16)
    writer.add_array("a.string", ["one", "two"])
    for seed, type in enumerate(
        [Q.F32, Q.F16, Q.BF16, Q.Q4_0, Q.Q8_0, Q.Q4_K, Q.Q6_K, Q.TQ2_0, Q.MXFP4, Q.NVFP4]):
        elements, size = gguf.GGML_QUANT_SIZES[type]
        data = pattern(2 * 512 // elements * size, seed).reshape(2, -1)
        if type in PLAIN:
            writer.add_tensor(type.name, data.view(PLAIN[type]))
        else:
            writer.add_tensor(type.name, data, raw_dtype=type)
    write(writer)
    shutil.copy(f"{folder}/order-little.gguf", f"{folder}/order-big.gguf")
    environment = dict(os.environ, PYTHONPATH=sys.argv[1])
    subprocess.run(
        [sys.executable, "-m", "gguf.scripts.gguf_convert_endian", f"{folder}/order-big.gguf",
         "big"], input=b"YES\n", check=True, env=environment, capture_output=True)


def split_files(folder):
    """Splits by the peer: by number and by size, where padding decides."""
    writer = gguf.GGUFWriter(f"{folder}/sizes.gguf", "test")
    for index, size in enumerate([400000, 599999, 500001, 499969, 1500000, 5, 7]):
        writer.add_tensor(f"t{index}", np.zeros(size, dtype=np.int8))
    write(writer)
    for source, limit, target in [
        ("order-little", ["--split-max-tensors", "4"], "by-number"),
        ("sizes", ["--split-max-size", "1M"], "by-size"),
    ]:
        subprocess.run(
            [SPLIT, *limit, f"{folder}/{source}.gguf", f"{folder}/{target}"], check=True,
            capture_output=True)


def facts(folder):
    random.seed(1)
    counts = [0, 1, 5, 9, 10, 49, 50, 99, 100, 104, 105, 499, 500, 501, 949, 950, 999, 1000, 1500,
              2500, 9499, 9500, 9949, 9950, 9999, 10000, 10500, 140000, 140500, 999499, 999500,
              1000000, 1000001, 1049999, 1050000, 1150000, 1250000, 6800000, 9500000, 9949999,
              9950000, 22600000, 22713728, 1000000000, 1000000001, 1100000000, 6738415616,
              7241732096, 8030261248, 70553706496, 999999999999, 1000000000000, 1000000000001,
              1500000000000, 2**62]
    counts += [random.randrange(10 ** random.randrange(1, 14)) for _ in range(400)]
    cases = [{"total": c, "shared": 0, "expert": 0, "experts": 0,
              "label": size_label(c, 0, 0, 0)} for c in counts]
    for _ in range(40):
        shared, expert = random.randrange(10**10), random.randrange(10**10)
        experts = random.randrange(1, 300)
        cases.append({"total": shared + expert * experts, "shared": shared, "expert": expert,
                      "experts": experts,
                      "label": size_label(shared + expert * experts, shared, expert, experts)})
    models = []
    for shapes in [
        {"token_embd.weight": (32000, 4096), "blk.0.ffn_up.weight": (11008, 4096)},
        {"token_embd.weight": (100, 8), "blk.0.ffn_up_exps.weight": (8, 16, 8),
         "blk.0.ffn_up_exps.bias": (8, 16), "blk.1.ffn_down_exps.weight": (4, 8, 16),
         "blk.0.ffn_gate_exps.bias": (2, 8, 16)},
        {"a_exps.weight": (3, 4)},
        {},
    ]:
        writer = gguf.GGUFWriter(None, "test")
        for name, shape in shapes.items():
            writer.add_tensor_info(name, shape, np.dtype(np.float32), 4)
        total, shared, expert, experts = writer.get_total_parameter_count()
        models.append({"tensors": [{"name": n, "shape": list(s)} for n, s in shapes.items()],
                       "total": total, "shared": shared, "expert": expert, "experts": experts})
    types = {t.name.split("_", 1)[1] if t.name != "GUESSED" else t.name: int(t)
             for t in LlamaFileType}
    with open(f"{folder}/facts.json", "w") as file:
        json.dump({"size_labels": cases, "models": models, "file_types": types}, file)


def hostile(folder):
    os.makedirs(folder)
    with open(f"{FIXTURES}/malformed/manifest.json") as file:
        cases = json.load(file)["cases"]["gguf"]
    for name in cases:
        shutil.copyfile(f"{FIXTURES}/malformed/gguf/{name}", f"{folder}/{name}")
    with open(f"{folder}/manifest.json", "w") as file:
        json.dump({"made_by": "hand-built files with one defect each, judged by gguf-py and "
                              "llama.cpp; copied by tools/golden/gguf_files.py", "cases": cases},
                  file, indent=1)


def model_header(folder):
    source = f"{FIXTURES}/llama/llama-spm-gqa"
    with open(f"{source}/expected-gguf.json") as file:
        expected = json.load(file)
    with open(f"{source}/expected-f32.gguf", "rb") as file:
        header = file.read(expected["data_offset"])
    expected["file_size"] = os.path.getsize(f"{source}/expected-f32.gguf")
    with open(f"{folder}/llama-spm-gqa.header", "wb") as file:
        file.write(header)
    with open(f"{folder}/llama-spm-gqa.json", "w") as file:
        json.dump(expected, file)


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    write_files(OUT)
    split_files(OUT)
    facts(OUT)
    model_header(OUT)
    hostile(f"{OUT}/hostile")
    for folder, _, names in os.walk(OUT):
        for name in names:
            path = f"{folder}/{name}"
            if os.path.getsize(path) > 2048 and not name.endswith("manifest.json"):
                subprocess.run(["zstd", "-19", "-q", "--rm", path], check=True)
    with open(f"{OUT}/manifest.json", "w") as file:
        json.dump({
            "script": "tools/golden/gguf_files.py",
            "peer": f"gguf-py and llama-gguf-split of llama.cpp, as in llama-cpp-python 0.3.36; numpy {np.__version__}",
            "date": datetime.date.today().isoformat(),
            "files": {
                "writer.gguf": "every value type and eleven tensors, by GGUFWriter",
                "aligned.gguf": "the same with general.alignment 64",
                "split-*.gguf": "the same with split_max_tensors=4",
                "order-little.gguf": "ten tensor types, by GGUFWriter",
                "order-big.gguf": "order-little.gguf after gguf_convert_endian big",
                "by-number-*.gguf": "order-little.gguf after llama-gguf-split, four tensors each",
                "sizes.gguf": "seven tensors of zeros, by GGUFWriter",
                "by-size-*.gguf": "sizes.gguf after llama-gguf-split --split-max-size 1M",
                "facts.json": "size labels, parameter counts and file types computed by gguf-py",
                "llama-spm-gqa.header": "first bytes of a file by convert_hf_to_gguf.py",
                "llama-spm-gqa.json": "that file as gguf-py reads it, and its size",
                "hostile/": "see hostile/manifest.json",
            },
        }, file, indent=1)


main()
