"""Compares lathe's GGUF of every case of Golden/Models with the peer's, key by key and tensor by tensor.

    python compare_models.py LATHE [CASE...]      (light environment; needs the program zstd)

One line per case and type; status 1 when anything differs. Lathe's own keys do not count.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import evidence
import gguf_json

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "Golden" / "Models"
OWN = ("lathe.", "tokenizer.huggingface.json", "GGUF.")


def cases():
    """Case -> folder, for each folder with a config.json."""
    return {path.parent.relative_to(MODELS).as_posix(): path.parent for path in sorted(MODELS.rglob("config.json"))
            if path.parent.name != "1_Pooling"}


def expectations(case, model):
    """Type -> what the peer wrote; takes the files out of the model's folder."""
    found = {}
    if case == "rod":
        packed = model.parent / "packed"
        evidence.unpack(ROOT / "Golden" / "Peers", packed)
        for path in packed.glob("rod-gguf-*.json"):
            found[path.stem.removeprefix("rod-gguf-")] = json.loads(path.read_text())
    for path in model.glob("expected*"):
        if path.name.startswith("expected-gguf"):
            found[path.stem.removeprefix("expected-gguf").strip("-") or "f32"] = json.loads(path.read_text())
        path.unlink()
    return found


def differences(expected, found):
    """Sentences, one per key or tensor."""
    for key in sorted(expected["kv"].keys() | found["kv"].keys()):
        if not key.startswith(OWN) and expected["kv"].get(key) != found["kv"].get(key):
            theirs, ours = (str(side["kv"].get(key))[:80] for side in (expected, found))
            yield f"{key}: peer {theirs}, lathe {ours}"
    tensors = [
        {tensor["name"]: (tensor["type"], tensor["ne"], tensor["sha256"]) for tensor in side["tensors"]}
        for side in (expected, found)
    ]
    for name in sorted(tensors[0].keys() | tensors[1].keys()):
        theirs, ours = tensors[0].get(name), tensors[1].get(name)
        if theirs != ours:
            yield f"{name}: peer {theirs and theirs[:2]}, lathe {ours and ours[:2]}"


def main():
    lathe, chosen = sys.argv[1], sys.argv[2:]
    failed = 0
    for case, source in cases().items():
        if chosen and case not in chosen:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            model = pathlib.Path(temporary) / source.name
            evidence.unpack(source, model)
            for kind, expected in sorted(expectations(case, model).items()):
                output = pathlib.Path(temporary) / f"{kind}.gguf"
                command = [lathe, "convert", str(model), "-o", str(output), "--type", kind, "--quiet"]
                done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
                found = [f"status {done.returncode}: {done.stderr.strip()}"] if done.returncode else list(
                    differences(expected, gguf_json.describe(output)))
                failed += bool(found)
                print(f"{case} {kind}: {'differs' if found else 'equal'}")
                for line in found:
                    print(f"  {line}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
