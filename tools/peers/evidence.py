"""What every script here records about itself: versions, date, hashes of the files it read."""

import datetime
import hashlib
import importlib.metadata
import json
import pathlib
import platform
import shutil
import subprocess


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def files(folder, names=None):
    """Name -> sha256 of the files below a folder (of those names, if given), sorted by name."""
    folder = pathlib.Path(folder)
    paths = [folder / name for name in names] if names else folder.rglob("*")
    found = {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
    return {name: sha256(path) for name, path in sorted(found.items())}


def header(script, peer, packages):
    """The first keys of a golden file: who made it, when, with what."""
    versions = {name: importlib.metadata.version(name) for name in packages}
    return {
        "script": pathlib.Path(script).name,
        "peer": peer,
        "versions": {"python": platform.python_version(), **versions},
        "date": datetime.date.today().isoformat(),
    }


def write(path, value):
    """JSON, one key a line, ending with a newline."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    pathlib.Path(path).write_text(text + "\n", encoding="utf-8")


def compact(value):
    """JSON with one line per top-level key and per element of a top-level list."""
    lines = []
    for key, item in value.items():
        if isinstance(item, list):
            elements = ",\n  ".join(json.dumps(element, ensure_ascii=False) for element in item)
            text = f"[\n  {elements}\n ]"
        else:
            text = json.dumps(item, ensure_ascii=False)
        lines.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def unpack(source, target):
    """Copies a folder of Golden/, every .zst unpacked."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".zst":
            subprocess.run(["zstd", "-q", "-d", str(path), "-o", str(place.with_suffix(""))], check=True)
        else:
            shutil.copyfile(path, place)
