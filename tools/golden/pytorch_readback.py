"""Lets torch read files that Lathe wrote, and records what it saw in Golden/FileFormats/pytorch/readback.json.

usage: LATHE_RECORD_PYTORCH=FOLDER swift test --filter PyTorchReadbackTests   (writes the files)
       python pytorch_readback.py FOLDER                                      (a Python with torch)

The test rewrites the files and compares their sha256 with those recorded here.
"""
import hashlib, json, pathlib, sys

import torch

folder = pathlib.Path(sys.argv[1])
target = pathlib.Path(__file__).resolve().parents[2] / "Golden/FileFormats/pytorch/readback.json"


def sha(data):
    return hashlib.sha256(data).hexdigest()


def raw(tensor):
    tensor = tensor.detach().contiguous()
    if tensor.numel() == 0:
        return b""
    return bytes(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())


files = []
for path in sorted(folder.iterdir()):
    entry = {"name": path.name, "sha256": sha(path.read_bytes())}
    if path.suffix == ".bin":
        loaded = torch.load(path, weights_only=True)
        mapped = torch.load(path, weights_only=True, mmap=True)
        assert list(loaded) == list(mapped)
        tensors = []
        storages = {}
        for name, tensor in loaded.items():
            assert raw(tensor) == raw(mapped[name]) and tensor.dtype == mapped[name].dtype, name
            if tensor.numel():
                storages.setdefault(tensor.untyped_storage().data_ptr(), []).append(name)
            tensors.append({"name": name, "dtype": str(tensor.dtype), "shape": list(tensor.shape),
                            "stride": list(tensor.stride()), "sha256": sha(raw(tensor))})
        entry["tensors"] = tensors
        entry["shared"] = [names for names in storages.values() if len(names) > 1]
    files.append(entry)
record = {
    "what": "files that Lathe wrote, as torch.load(weights_only=True) reads them, with and without mmap=True",
    "peer": "torch", "version": torch.__version__, "date": "2026-11-21",
    "script": "tools/golden/pytorch_readback.py", "files": files,
}
target.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
print(len(files), "files,", sum(len(f.get("tensors", [])) for f in files), "tensors")
