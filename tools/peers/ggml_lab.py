"""ggml's own quantizers from Python: libggml-base of build_llama_cpp through ctypes.

    import ggml_lab
    data = ggml_lab.quantize("q4_K", values, importance)    # values: f32 [rows, columns] -> bytes [rows, row bytes]
    back = ggml_lab.dequantize("q4_K", data, columns)       # -> f32 [rows, columns]

LLAMA_BUILD names a build folder that is already there. Types by ggml's name (any case) or number. Importance: f32 [columns], used for all
rows, or None; IQ2_XXS, IQ2_XS, IQ1_S abort the process without one. Unlike llama-quantize nothing checks the values:
an infinity or a huge number aborts the process in the IQ types.
"""

import ctypes
import pathlib
import subprocess
import sys

import numpy


class Traits(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("block", ctypes.c_int64),
        ("interleave", ctypes.c_int64),
        ("bytes", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        ("to_float", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)),
        ("from_float", ctypes.c_void_p),
    ]


def _load():
    script = pathlib.Path(__file__).with_name("build_llama_cpp")
    folder = subprocess.run([script], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    suffix = "dylib" if sys.platform == "darwin" else "so"
    library = ctypes.CDLL(f"{folder}/libggml-base.{suffix}")
    library.ggml_quantize_chunk.restype = ctypes.c_size_t
    library.ggml_quantize_chunk.argtypes = [
        ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]
    library.ggml_get_type_traits.restype = ctypes.POINTER(Traits)
    library.ggml_get_type_traits.argtypes = [ctypes.c_int]
    library.ggml_quantize_requires_imatrix.restype = ctypes.c_bool
    library.ggml_quantize_requires_imatrix.argtypes = [ctypes.c_int]
    library.ggml_validate_row_data.restype = ctypes.c_bool
    library.ggml_validate_row_data.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    library.ggml_time_init()
    return library


ggml = _load()
TYPES = {}
for number in range(43):
    traits = ggml.ggml_get_type_traits(number).contents
    if traits.name and traits.bytes and b"DEPRECATED" not in traits.name:
        TYPES[traits.name.decode().lower()] = (number, traits.block, traits.bytes)


def number_of(kind):
    return kind if isinstance(kind, int) else TYPES[kind.lower()][0]


def row_bytes(kind, columns):
    traits = ggml.ggml_get_type_traits(number_of(kind)).contents
    if columns % traits.block:
        raise ValueError(f"{columns} columns are not whole blocks of {traits.block}")
    return columns // traits.block * traits.bytes


def requires_importance(kind):
    """Whether ggml aborts without one."""
    return bool(ggml.ggml_quantize_requires_imatrix(number_of(kind)))


def quantize(kind, values, importance=None):
    """Bytes [rows, row bytes] of f32 values [rows, columns]."""
    values = numpy.ascontiguousarray(values, dtype=numpy.float32)
    rows, columns = values.shape
    out = numpy.zeros((rows, row_bytes(kind, columns)), dtype=numpy.uint8)
    if importance is not None:
        importance = numpy.ascontiguousarray(importance, dtype=numpy.float32)
        if importance.shape != (columns,):
            raise ValueError(f"importance of shape {importance.shape} for {columns} columns")
    elif requires_importance(kind):
        raise ValueError(f"{kind} needs an importance vector")
    weights = importance.ctypes.data if importance is not None else None
    size = ggml.ggml_quantize_chunk(number_of(kind), values.ctypes.data, out.ctypes.data, 0, rows, columns, weights)
    if size != out.nbytes:
        raise RuntimeError(f"ggml wrote {size} bytes, expected {out.nbytes}")
    return out


def dequantize(kind, data, columns):
    """f32 [rows, columns] of bytes."""
    data = numpy.ascontiguousarray(data).view(numpy.uint8).reshape(-1, row_bytes(kind, columns))
    out = numpy.zeros((len(data), columns), dtype=numpy.float32)
    traits = ggml.ggml_get_type_traits(number_of(kind)).contents
    if number_of(kind) == 0:
        return data.view(numpy.float32).copy()
    traits.to_float(data.ctypes.data, out.ctypes.data, out.size)
    return out


def accepted(kind, data):
    """What ggml_validate_row_data (llama-quantize's only check of its output) says."""
    data = numpy.ascontiguousarray(data).view(numpy.uint8)
    return bool(ggml.ggml_validate_row_data(number_of(kind), data.ctypes.data, data.nbytes))
