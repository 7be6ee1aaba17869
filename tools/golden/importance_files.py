"""Makes Golden/Importance with gguf-py as the peer.

usage: importance_files.py OUT LLAMA_IMATRIX
  OUT            folder to write
  LLAMA_IMATRIX  the program: it converts stats.gguf and stats.dat, and its bytes must be these
Needs gguf-py and numpy. The statistics come from an integer generator. GGUF files are written with
gguf-py the way llama-imatrix lays them out, which is checked (keys general.type, imatrix.datasets,
imatrix.chunk_count, imatrix.chunk_size; per weight NAME.in_sum2 and NAME.counts, sorted by name;
trailing axes of 1 dropped), .dat files with struct. The arithmetic of the conversions between the
forms and of the values that llama-quantize uses is numpy float32, one rounding for each step, as
described in Formats/Specs/importance.md.

NAME.values holds, for a file, the float32 values that llama-quantize uses, its entries
sorted by name; manifest.json lists the entries.
"""

import datetime
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

import gguf
import numpy as np

OUT, IMATRIX = sys.argv[1:3]
F = np.float32


class Generator:
    """The 64-bit generator of Knuth's MMIX."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33

    def floats(self, count):
        """Positive numbers over eleven binary orders: integers below 2^24 times a power of two."""
        return np.array(
            [F(self.next() % 2**24) * F(2.0 ** -(self.next() % 12)) for _ in range(count)], dtype=F)


def sorted_names(stats):
    return sorted(stats, key=lambda name: name.encode())


def write_gguf(path, stats, datasets, chunk_count, chunk_size, endian=gguf.GGUFEndian.LITTLE):
    writer = gguf.GGUFWriter(path, "unused", endianess=endian)
    del writer.kv_data[0]["general.architecture"]
    writer.add_string("general.type", "imatrix")
    writer.add_array("imatrix.datasets", datasets)
    writer.add_uint32("imatrix.chunk_count", chunk_count)
    writer.add_uint32("imatrix.chunk_size", chunk_size)
    for name in sorted_names(stats):
        sums, counts = stats[name]
        counts = np.array(counts, dtype=F)
        if len(counts) == 1:
            sums = sums.reshape(-1)
        else:
            sums, counts = sums.reshape(len(counts), -1), counts.reshape(-1, 1)
        # the writer turns the bytes of what it is given
        writer.add_tensor(name + ".in_sum2", sums.copy())
        writer.add_tensor(name + ".counts", counts.copy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_dat(path, entries, chunk_count=None, dataset=None):
    """entries: name -> (values, calls)"""
    with open(path, "wb") as file:
        file.write(struct.pack("<i", len(entries)))
        for name in sorted_names(entries):
            values, calls = entries[name]
            text = name.encode()
            file.write(struct.pack("<i", len(text)) + text)
            file.write(struct.pack("<ii", calls, values.size))
            file.write(values.astype("<f4").tobytes())
        if chunk_count is not None:
            file.write(struct.pack("<i", chunk_count))
        if dataset is not None:
            text = dataset.encode()
            file.write(struct.pack("<i", len(text)) + text)


def to_dat(stats, chunk_size):
    """Means times calls; experts without data get 1, entries without data are left out."""
    result = {}
    for name, (sums, counts) in stats.items():
        if max(counts) == 0:
            continue
        calls = (max(counts) + chunk_size - 1) // chunk_size
        sums = sums.reshape(len(counts), -1)
        values = np.empty_like(sums)
        for expert, count in enumerate(counts):
            if count == 0:
                values[expert] = F(1) / F(1) * F(calls)
            else:
                values[expert] = (sums[expert] / F(count)) * F(calls)
        result[name] = (values.reshape(-1), calls)
    return result


def to_gguf(entries, chunk_size):
    return {
        name: (values * F(chunk_size), [calls * chunk_size])
        for name, (values, calls) in entries.items()
    }


def used_gguf(stats):
    """The values that llama-quantize uses of a GGUF file."""
    result = []
    for name in sorted_names(stats):
        sums, counts = stats[name]
        sums = sums.reshape(len(counts), -1)
        for expert, count in enumerate(counts):
            result.append(
                sums[expert] / F(count) if count > 0 else np.ones(sums.shape[1], dtype=F))
    return np.concatenate(result)


def used_dat(entries):
    """The values that llama-quantize uses of a .dat file."""
    return np.concatenate([
        entries[name][0] / F(entries[name][1]) if entries[name][1] > 0 else entries[name][0]
        for name in sorted_names(entries)
    ])


def describe(stats):
    return [{"name": name, "columns": int(stats[name][0].size // len(stats[name][1])),
             "counts": [int(c) for c in stats[name][1]]} for name in sorted_names(stats)]


def check(source, expected, *options):
    """Whether llama-imatrix writes the same bytes; it only combines files, the model is not read."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [IMATRIX, "-m", "none", "--in-file", f"{OUT}/{source}", "-o", f"{folder}/x.gguf",
             *options], check=True, capture_output=True)
        with open(f"{folder}/x.gguf", "rb") as ours, open(f"{OUT}/{expected}", "rb") as file:
            if ours.read() != file.read():
                sys.exit(f"llama-imatrix makes another {expected} of {source}")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    random = Generator(3)
    chunk_size = 512
    # name: (sums, counts in tokens)
    stats = {
        "blk.0.attn_q.weight": (random.floats(96), [3584]),
        "blk.0.ffn_down_exps.weight": (random.floats(4 * 40), [3001, 1, 0, 582]),
        "blk.10.attn_q.weight": (random.floats(96), [3584]),
        "blk.2.attn_q.weight": (np.zeros(64, dtype=F), [3584]),
        "blk.2.ffn_up_exps.weight": (np.zeros(3 * 32, dtype=F), [0, 0, 0]),
        "blk.3.attn_kv_b.weight": (random.floats(2 * 48), [16777217]),
        "output.weight": (random.floats(33), [3584]),
        "enc.blk.1.gr\u00fc\u00dfe.weight": (random.floats(5), [1]),
    }
    # counts are stored in float32
    stats = {name: (sums, [int(F(c)) for c in counts]) for name, (sums, counts) in stats.items()}
    # what llama-imatrix computes again from the counts
    chunks = max(max(counts) for _, counts in stats.values()) // chunk_size
    datasets = ["first/calibration.txt", "zweite-pr\u00fcfung.txt"]
    files = {}

    def add(name, what, entries, values, **facts):
        values.astype("<f4").tofile(f"{OUT}/{name}.values")
        files[name] = {"what": what, "entries": entries, **facts}

    write_gguf(f"{OUT}/stats.gguf", stats, datasets, chunks, chunk_size)
    add("stats.gguf", "dense and expert entries, one expert and one entry without data",
        describe(stats), used_gguf(stats), datasets=datasets, chunk_count=chunks, chunk_size=chunk_size)
    write_gguf(f"{OUT}/stats-big-endian.gguf", stats, datasets, chunks, chunk_size, gguf.GGUFEndian.BIG)
    add("stats-big-endian.gguf", "stats.gguf, big-endian", describe(stats), used_gguf(stats),
        datasets=datasets, chunk_count=chunks, chunk_size=chunk_size)

    dat = to_dat(stats, chunk_size)
    write_dat(f"{OUT}/stats.dat", dat, chunks, datasets[-1])
    dat_entries = [{"name": name, "columns": int(dat[name][0].size), "counts": [dat[name][1]]}
                   for name in sorted_names(dat)]
    add("stats.dat", "stats.gguf as llama-imatrix --output-format dat stores it", dat_entries,
        used_dat(dat), datasets=datasets[-1:], chunk_count=chunks, chunk_size=None)

    back = to_gguf(dat, chunk_size)
    write_gguf(f"{OUT}/back.gguf", back, datasets[-1:], chunks, chunk_size)
    add("back.gguf", "stats.dat as llama-imatrix --in-file stores it in GGUF", describe(back),
        used_gguf(back), datasets=datasets[-1:], chunk_count=chunks, chunk_size=chunk_size)

    check("stats.gguf", "stats.gguf")
    check("stats.gguf", "stats.dat", "--output-format", "dat")
    check("stats.dat", "back.gguf")

    old = {"b.weight": (random.floats(7), 5), "a.weight": (random.floats(9), 0),
           "c.weight": (random.floats(2), 1000003)}
    for name, tail in [("no-tail.dat", ()), ("chunks-only.dat", (5,)), ("no-dataset.dat", (5, ""))]:
        write_dat(f"{OUT}/{name}", old, *tail)
        add(name, "three entries, one of them of no calls, with less of a tail",
            [{"name": n, "columns": int(old[n][0].size), "counts": [max(1, old[n][1])]}
             for n in sorted_names(old)], used_dat(old), datasets=[],
            chunk_count=tail[0] if tail else None, chunk_size=None)

    with open(f"{OUT}/manifest.json", "w") as file:
        json.dump({
            "script": "tools/golden/importance_files.py",
            "peer": f"llama-imatrix of llama.cpp as in llama-cpp-python 0.3.36 (same bytes for "
                    f"stats.gguf, stats.dat, back.gguf), gguf-py {gguf_version()}, "
                    f"numpy {np.__version__}",
            "date": datetime.date.today().isoformat(),
            "what": "importance files of both forms; NAME.values: the float32 values used of NAME, "
                    "entries sorted by name",
            "files": files,
        }, file, indent=1)


def gguf_version():
    from importlib.metadata import version
    return version("gguf")


main()
