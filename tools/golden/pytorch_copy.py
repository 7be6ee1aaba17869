"""Copies the reference PyTorch files into Golden/FileFormats/pytorch, small and with a manifest.

usage: pytorch_copy.py FIXTURES
  hostile/    the broken and hostile files (FIXTURES/malformed/torch, index/bin-traversal), as they are;
              above 4 KB as zstd
  odd/        every storage trick, protocols 2 to 5, nested and list roots
  containers/ per model one .bundle.zst: its single, legacy and sharded files one after another, so
              that zstd stores the numbers they share once; the manifest says where each file begins
"""
import hashlib, json, pathlib, struct, subprocess, sys

source = pathlib.Path(sys.argv[1])
target = pathlib.Path(__file__).resolve().parents[2] / "Golden/FileFormats/pytorch"


def store(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    if len(data) <= 4096:
        path.write_bytes(data)
    else:
        size = f"--stream-size={len(data)}"
        command = ["zstd", "-19", "-q", "-f", size, "-", "-o", str(path) + ".zst"]
        subprocess.run(command, input=data, check=True)


def sha(data):
    return hashlib.sha256(data).hexdigest()


malformed = json.loads((source / "malformed/manifest.json").read_text())
odd = json.loads((source / "containers/odd/manifest.json").read_text())
manifest = {
    "what": "PyTorch checkpoints that torch wrote, and broken ones made by hand",
    "script": "tools/golden/pytorch_copy.py",
    "date": "2026-11-21",
    "peer": "torch " + odd["versions"]["torch"],
    "pickles": malformed["pickles"],
    "hostile": [],
    "odd": [],
    "containers": [],
}
for name, case in malformed["cases"]["torch"].items():
    data = (source / "malformed/torch" / name).read_bytes()
    store(target / "hostile" / name, data)
    manifest["hostile"].append({"name": name, "wrong": case["wrong"], "expect": case["expect"], "sha256": sha(data)})
for path in sorted((source / "malformed/index/bin-traversal").rglob("*")):
    if path.is_file():
        store(target / "hostile/bin-traversal" / path.name, path.read_bytes())
CODES = {"float64": "d", "float32": "f", "complex64": "f", "int64": "q", "int32": "i", "int16": "h", "int8": "b",
         "uint8": "B", "bool": "?"}


def content(tensor):
    """The little-endian bytes of a tensor's expected values, as hexadecimal."""
    if "raw_u16" in tensor:
        return struct.pack(f"<{len(tensor['raw_u16'])}H", *tensor["raw_u16"]).hex()
    if "raw_u8" in tensor:
        return bytes(tensor["raw_u8"]).hex()
    values = [x for v in tensor["values"] for x in (v if isinstance(v, list) else [v])]
    return struct.pack(f"<{len(values)}" + CODES[tensor["dtype"]], *values).hex()


for path in sorted((source / "containers/odd").iterdir()):
    if path.suffix == ".bin":
        store(target / "odd" / path.name, path.read_bytes())
        manifest["odd"].append(path.name)
expected = json.loads((source / "containers/odd/odd.expected.json").read_text())
for tensor in expected["tensors"].values():
    tensor["hex"] = content(tensor)
    for key in ["values", "raw_u8", "raw_u16", "as_f32"]:
        tensor.pop(key, None)
others = json.loads((source / "containers/odd/others.expected.json").read_text())
metadata = others["module-state-dict-with-metadata.bin"]
expected["metadata"] = {k: content({"dtype": "float32", **metadata[k]}) for k in ["weight", "bias"]}
store(target / "odd/expected.json", json.dumps(expected, ensure_ascii=False, indent=1).encode())
for model in ["bert", "bloom", "llama"]:
    bundle = bytearray()
    files = []
    for layout in ["single", "legacy", "sharded"]:
        folder = source / f"containers/{model}-bin-{layout}"
        for path in sorted(folder.iterdir()):
            if path.name.startswith("pytorch_model"):
                data = path.read_bytes()
                files.append({"layout": layout, "name": path.name, "offset": len(bundle), "bytes": len(data), "sha256": sha(data)})
                bundle += data
    expected = (source / f"containers/{model}-bin-single/expected_tensors.json").read_bytes()
    for layout in ["legacy", "sharded"]:
        assert json.loads((source / f"containers/{model}-bin-{layout}/expected_tensors.json").read_text()) == json.loads(expected)
    store(target / f"containers/{model}.bundle", bytes(bundle))
    store(target / f"containers/{model}.expected.json", expected)
    manifest["containers"].append({"model": model, "files": files})
(target / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
