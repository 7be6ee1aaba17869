"""A Llama as GGUF with heavy-tailed random bf16 weights, any size, and an importance file for it; from fixed seeds.

For measuring and for comparisons of whole files on one machine: numpy's random numbers may change with its version
(quantize_model.py makes models whose bytes never change).
"""

import struct

import numpy
import quantize_model
from quantize_model import ARRAY, BF16, F32, FLOAT, TEXT, U32


class Shape:
    """The sizes of a model."""

    def __init__(self, hidden=1024, feed_forward=2816, layers=6, heads=16, kv_heads=4, vocabulary=4096):
        self.hidden, self.feed_forward, self.layers = hidden, feed_forward, layers
        self.heads, self.kv_heads, self.vocabulary = heads, kv_heads, vocabulary

    def keys(self):
        return [
            ("general.architecture", TEXT, "llama"),
            ("general.name", TEXT, "synthetic"),
            ("general.file_type", U32, 32),
            ("llama.block_count", U32, self.layers),
            ("llama.context_length", U32, 2048),
            ("llama.embedding_length", U32, self.hidden),
            ("llama.feed_forward_length", U32, self.feed_forward),
            ("llama.attention.head_count", U32, self.heads),
            ("llama.attention.head_count_kv", U32, self.kv_heads),
            ("llama.attention.layer_norm_rms_epsilon", FLOAT, 1e-5),
            ("llama.rope.dimension_count", U32, self.hidden // self.heads),
            ("llama.vocab_size", U32, self.vocabulary),
        ]

    def tensors(self):
        """Name and dimensions (fastest first) of every tensor."""
        kv_width = self.hidden // self.heads * self.kv_heads
        yield "token_embd.weight", (self.hidden, self.vocabulary)
        for layer in range(self.layers):
            name = f"blk.{layer}."
            yield name + "attn_norm.weight", (self.hidden,)
            yield name + "attn_q.weight", (self.hidden, self.hidden)
            yield name + "attn_k.weight", (self.hidden, kv_width)
            yield name + "attn_v.weight", (self.hidden, kv_width)
            yield name + "attn_output.weight", (self.hidden, self.hidden)
            yield name + "ffn_norm.weight", (self.hidden,)
            yield name + "ffn_gate.weight", (self.hidden, self.feed_forward)
            yield name + "ffn_up.weight", (self.hidden, self.feed_forward)
            yield name + "ffn_down.weight", (self.feed_forward, self.hidden)
        yield "output_norm.weight", (self.hidden,)
        yield "output.weight", (self.hidden, self.vocabulary)

    def weights(self):
        """How many weights are in matrices: what is quantized."""
        return sum(dims[0] * dims[1] for _, dims in self.tensors() if len(dims) == 2)


def random(name):
    return numpy.random.Generator(numpy.random.PCG64([len(name), *name.encode()]))


def matrix(name, columns, rows):
    """bf16 bytes: Student's t (4 degrees of freedom), columns of different scale, four outlier columns."""
    generator = random(name)
    scale = numpy.exp(generator.standard_normal(columns) * 0.4) * 0.014
    scale[generator.choice(columns, 4, replace=False)] *= 6
    return quantize_model.encoded((generator.standard_t(4, (rows, columns)) * scale).astype(numpy.float32), BF16)


def write(path, keys, tensors):
    """A GGUF of keys and tensors (name, type, dimensions, size, function that makes the bytes or None for a hole)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    head += b"".join(quantize_model.key(*one) for one in keys)
    position = 0
    for name, kind, dims, size, _ in tensors:
        head += quantize_model.text(name) + struct.pack(f"<I{len(dims)}Q", len(dims), *dims)
        head += struct.pack("<IQ", kind, position)
        position += size + -size % quantize_model.ALIGNMENT
    head += bytes(-len(head) % quantize_model.ALIGNMENT)
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(len(head) + position)
        for _, _, _, size, make in tensors:
            if make:
                file.write(make())
                file.seek(-size % quantize_model.ALIGNMENT, 1)
            else:
                file.seek(size + -size % quantize_model.ALIGNMENT, 1)


def model(path, shape):
    def member(name, dims):
        if len(dims) == 1:
            return name, F32, dims, 4 * dims[0], lambda: quantize_model.encoded(
                (1 + random(name).standard_normal(dims[0]) * 0.1).astype(numpy.float32), F32)
        return name, BF16, dims, 2 * dims[0] * dims[1], lambda: matrix(name, *dims)

    write(path, shape.keys(), [member(*one) for one in shape.tensors()])


def hollow(path, shape):
    """The same with all matrices and norms zero: no disk, no time."""
    write(path, shape.keys(), [
        (name, *((F32, dims, 4 * dims[0]) if len(dims) == 1 else (BF16, dims, 2 * dims[0] * dims[1])), None)
        for name, dims in shape.tensors()])


def importance(path, shape, everything=False):
    """An importance file, log-normal; with the embedding and the output only if everything is asked for."""
    keys = [
        ("general.type", TEXT, "imatrix"),
        ("imatrix.datasets", ARRAY, ["synthetic"]),
        ("imatrix.chunk_count", U32, 8),
        ("imatrix.chunk_size", U32, 512),
    ]
    tensors = []
    for name, dims in shape.tensors():
        if len(dims) == 1 or (name in ("token_embd.weight", "output.weight") and not everything):
            continue
        sums = numpy.exp(random("importance " + name).standard_normal(dims[0]) * 1.5).astype(numpy.float32) * 4096
        counts = numpy.array([4096], dtype=numpy.float32)
        for suffix, values in [(".in_sum2", sums), (".counts", counts)]:
            data = quantize_model.encoded(values, F32)
            tensors.append((name + suffix, F32, (values.size, 1), len(data), lambda data=data: data))
    write(path, keys, tensors)
