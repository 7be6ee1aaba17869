#!/usr/bin/env python3
"""Writes Golden/QuantTypes/sizes.json: name, number, block elements and bytes of every ggml type, as the C headers have them.

Usage: tools/golden/quant_types.py GGML-FOLDER VERSION    (the folder with include/ and src/; needs gcc)
(gguf-py is no source for this: its q8_1 is an older layout of 40 bytes and it lacks newer types.)
"""
import datetime, hashlib, json, pathlib, subprocess, sys, tempfile

ggml, version = pathlib.Path(sys.argv[1]), sys.argv[2]
BLOCKS = {  # type: (struct, constant with its elements)
    **{n: ("block_" + n.lower(), "QK" + n[1:]) for n in ("Q1_0", "Q2_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q8_1")},
    **{n: ("block_" + n[:-1].lower() + "K", "QK_K") for n in ("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K")},
    **{n: ("block_" + n.lower(), "QK_K") for n in ("IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ3_S", "IQ2_S", "IQ4_XS", "IQ1_M",
                                                   "TQ1_0", "TQ2_0")},
    "IQ4_NL": ("block_iq4_nl", "QK4_NL"), "MXFP4": ("block_mxfp4", "QK_MXFP4"), "NVFP4": ("block_nvfp4", "QK_NVFP4"),
}
SCALARS = {"F32": "float", "F16": "ggml_half", "BF16": "ggml_half", "F64": "double", "I8": "int8_t", "I16": "int16_t",
           "I32": "int32_t", "I64": "int64_t"}
rows = {**BLOCKS, **{n: (t, "1") for n, t in SCALARS.items()}}
program = "#define GGML_COMMON_DECL_C\n#include <stdio.h>\n#include <stdint.h>\n#include <assert.h>\n#include \"ggml.h\"\n#include \"ggml-common.h\"\nint main(void) {\n"
for name, (struct, count) in rows.items():
    program += f'  printf("{name} %d %d %zu\\n", GGML_TYPE_{name}, (int)({count}), sizeof({struct}));\n'
program += "  return 0;\n}\n"
with tempfile.TemporaryDirectory() as folder:
    source = pathlib.Path(folder) / "sizes.c"
    source.write_text(program)
    subprocess.run(["gcc", "-I", ggml / "include", "-I", ggml / "src", source, "-o", source.with_suffix("")], check=True)
    output = subprocess.run([source.with_suffix("")], check=True, capture_output=True, text=True).stdout
sizes = [dict(zip(("name", "id", "elements", "bytes"), [w if i == 0 else int(w) for i, w in enumerate(line.split())]))
         for line in output.splitlines()]
sizes.sort(key=lambda s: s["id"])
data = "[\n" + ",\n".join(" " + json.dumps(s) for s in sizes) + "\n]\n"
folder = pathlib.Path(__file__).resolve().parents[2] / "Golden/QuantTypes"
(folder / "sizes.json").write_text(data)
(folder / "manifest.json").write_text(json.dumps({
    "what": "block sizes of every ggml type", "script": "tools/golden/quant_types.py", "made_by": {"ggml": version},
    "date": datetime.date.today().isoformat(), "files": {"sizes.json": {"sha256": hashlib.sha256(data.encode()).hexdigest()}},
}, indent=1) + "\n")
print(len(sizes))
