"""llama.cpp's own GGUF reader on one file: prints "WALL CPU PEAK_BYTES" of the call alone.

    python llama_reader.py FILE.gguf

The library inside the package xllamacpp exports it. Peak: growth of the resident memory over what Python and
the library took before.
"""

import ctypes
import importlib.util
import pathlib
import sys
import time


class Parameters(ctypes.Structure):
    _fields_ = [("no_alloc", ctypes.c_bool), ("context", ctypes.c_void_p)]


def peak():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    sys.exit("llama_reader: no VmHWM in /proc/self/status")


def main():
    package = pathlib.Path(importlib.util.find_spec("xllamacpp").origin).parent
    library = ctypes.CDLL(str(next(package.glob("xllamacpp*.so"))))
    read = library.gguf_init_from_file
    read.restype, read.argtypes = ctypes.c_void_p, [ctypes.c_char_p, Parameters]
    before, wall, cpu = peak(), time.monotonic(), time.process_time()
    found = read(sys.argv[1].encode(), Parameters(True, None))
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    if not found:
        sys.exit("llama_reader: llama.cpp refuses the file")
    print(wall, cpu, peak() - before)


if __name__ == "__main__":
    main()
