"""Writes the seeded models that llama-quantize and Lathe are compared on: integers only, no random library, no libm.

    python quantize_model.py FOLDER      writes every file of `files()` and prints its SHA-256

Tests/EndToEndTests/SeededModel.swift writes the same bytes; what both must do:

    mix(x)         x ^= x >> 30; x *= 0xBF58476D1CE4E5B9; x ^= x >> 27; x *= 0x94D049BB133111EB; x ^= x >> 31
                   (64 bits, wrapping: the end of splitmix64)
    seed(text)     FNV-1a of its UTF-8 bytes, 64 bits: h = 0xCBF29CE484222325; h = (h ^ byte) * 0x100000001B3
    word(s, i)     mix(s + (i + 1) * 0x9E3779B97F4A7C15)

Weight in row r (of all experts in a line) and column c of a tensor with s = seed("MODEL/TENSOR"), i = r * columns + c:

    w = word(s, i)    a = (w & 0xFFFF) - 32768    d = 16 + (w >> 16 & 0xFF)
    value = f32(a) / f32(d) * 2^e      one f32 division; the power of two is exact
    e = -13 + column(c) + row(r)
    column(c)  by word(s ^ 0x5555555555555555, c) & 63: 0 -> 3, 1...8 -> 1, 9...16 -> -1, else 0
    row(r)     by word(s ^ 0xAAAAAAAAAAAAAAAA, r) & 31: 0 -> the row is zero, 1 -> -20, 2 -> 6, else 0

rounded to nearest, ties to even, where the tensor is BF16 or F16 (what underflows keeps its sign; a = 0 is +0).
A tensor of one dimension (norms) is F32: (65536 + a) / 65536.

The files are GGUF version 3, little-endian, alignment 32: magic, version, counts; the keys in the order below; the
tensors in the order below with their dimensions, fastest first; zeros up to a multiple of 32; each tensor's bytes,
followed by zeros up to a multiple of 32. Shapes are cut short in rows: nothing that quantizes looks at rows.

Importance of a model, for every weight named `importance` below, s = seed("importance-MODEL/TENSOR"), column c of
expert x, i = x * columns + c, w = word(s, i):

    in_sum2 = (w >> 24) % 61 == 0 ? 0 : f32(1 + (w & 0xFFFF)) / f32(1 + (w >> 16 & 0xFF))
    counts  = 512 of a matrix; of expert x of a stack: x == 5 ? 0 : 96 + 32 * x

The legacy file holds, of the dense model, in_sum2 / 128 (mean of 512 tokens times 4 calls: exact), ncall 4.
"""

import hashlib
import pathlib
import struct
import sys

import numpy

F32, F16, BF16 = 0, 1, 30
U16, U32, I32, FLOAT, TEXT, ARRAY = 2, 4, 5, 6, 8, 9
GOLDEN = numpy.uint64(0x9E3779B97F4A7C15)
ALIGNMENT = 32


def mix(x):
    x = x ^ (x >> numpy.uint64(30))
    x = x * numpy.uint64(0xBF58476D1CE4E5B9)
    x = x ^ (x >> numpy.uint64(27))
    x = x * numpy.uint64(0x94D049BB133111EB)
    return x ^ (x >> numpy.uint64(31))


def seed(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def words(start, count):
    steps = numpy.arange(1, count + 1, dtype=numpy.uint64) * GOLDEN
    return mix(numpy.uint64(start) + steps)


def signed(word):
    return (word & numpy.uint64(0xFFFF)).astype(numpy.int64) - 32768


def weights(name, columns, rows):
    """f32 [rows, columns] of a tensor called MODEL/TENSOR."""
    start = seed(name)
    word = words(start, rows * columns).reshape(rows, columns)
    divisor = (word >> numpy.uint64(16) & numpy.uint64(0xFF)).astype(numpy.int64) + 16
    value = signed(word).astype(numpy.float32) / divisor.astype(numpy.float32)
    kind = words(start ^ 0x5555555555555555, columns) & numpy.uint64(63)
    column = numpy.select([kind == 0, kind <= 8, kind <= 16], [3, 1, -1], 0)
    kind = words(start ^ 0xAAAAAAAAAAAAAAAA, rows) & numpy.uint64(31)
    row = numpy.select([kind == 1, kind == 2], [-20, 6], 0)
    value = numpy.ldexp(value, -13 + column[None, :] + row[:, None]).astype(numpy.float32)
    value[kind == 0] = 0
    return value


def norm(name, count):
    return ((65536 + signed(words(seed(name), count))).astype(numpy.float32) / numpy.float32(65536))


def encoded(value, kind):
    if kind == F32:
        return value.astype("<f4").tobytes()
    if kind == F16:
        return value.astype("<f2").tobytes()
    bits = numpy.ascontiguousarray(value).view(numpy.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2").tobytes()


class Tensor:
    """A tensor of a model: its name, type, dimensions (fastest first), whether the importance file names it."""

    def __init__(self, name, kind, dims, importance=True):
        self.name, self.kind, self.dims, self.importance = name, kind, dims, importance

    def data(self, model):
        name = f"{model}/{self.name}"
        if len(self.dims) == 1:
            return encoded(norm(name, self.dims[0]), F32)
        return encoded(weights(name, self.dims[0], int(numpy.prod(self.dims[1:]))), self.kind)


def llama(layers, heads, kv_heads, feed_forward, rope, experts=0):
    """The keys of a model."""
    keys = [
        ("general.architecture", TEXT, "llama"),
        ("general.name", TEXT, "seeded"),
        ("general.file_type", U32, 32),
        ("llama.block_count", U32, layers),
        ("llama.context_length", U32, 2048),
        ("llama.embedding_length", U32, 256),
        ("llama.feed_forward_length", U32, feed_forward),
        ("llama.attention.head_count", U32, heads),
        ("llama.attention.head_count_kv", U32, kv_heads),
        ("llama.attention.layer_norm_rms_epsilon", FLOAT, 0.0009765625),
        ("llama.rope.dimension_count", U32, rope),
        ("llama.vocab_size", U32, 512),
    ]
    if experts:
        keys += [("llama.expert_count", U32, experts), ("llama.expert_used_count", U32, 2)]
    return keys


def dense():
    """16 layers, 4 heads to a KV head, every row whole super-blocks."""
    tensors = [Tensor("token_embd.weight", BF16, [256, 512], importance=False)]
    for layer in range(16):
        tensors += [
            Tensor(f"blk.{layer}.attn_norm.weight", F32, [256], importance=False),
            Tensor(f"blk.{layer}.attn_q.weight", BF16, [256, 64]),
            Tensor(f"blk.{layer}.attn_k.weight", BF16, [256, 16]),
            Tensor(f"blk.{layer}.attn_v.weight", BF16, [256, 16]),
            Tensor(f"blk.{layer}.attn_output.weight", BF16, [256, 64]),
            Tensor(f"blk.{layer}.ffn_norm.weight", F32, [256], importance=False),
            Tensor(f"blk.{layer}.ffn_gate.weight", BF16, [256, 64]),
            Tensor(f"blk.{layer}.ffn_up.weight", BF16, [256, 64]),
            Tensor(f"blk.{layer}.ffn_down.weight", BF16, [512, 64]),
        ]
    tensors += [
        Tensor("output_norm.weight", F32, [256], importance=False),
        Tensor("output.weight", BF16, [256, 512], importance=False),
    ]
    return llama(16, 8, 2, 512, 32), tensors


def odd():
    """6 layers, 2 heads to a KV head, tied embedding, three float types, rows of 40, 288 and 384 weights."""
    tensors = [Tensor("token_embd.weight", F16, [256, 512], importance=False)]
    for layer in range(6):
        tensors += [
            Tensor(f"blk.{layer}.attn_norm.weight", F32, [256], importance=False),
            Tensor(f"blk.{layer}.attn_q.weight", F32, [256, 64]),
            Tensor(f"blk.{layer}.attn_k.weight", BF16, [256, 32]),
            Tensor(f"blk.{layer}.attn_v.weight", F16, [256, 20]),
            Tensor(f"blk.{layer}.attn_output.weight", BF16, [40, 64]),
            Tensor(f"blk.{layer}.ffn_norm.weight", F32, [256], importance=False),
            Tensor(f"blk.{layer}.ffn_gate.weight", F16, [256, 64]),
            Tensor(f"blk.{layer}.ffn_up.weight", BF16, [384, 32]),
            Tensor(f"blk.{layer}.ffn_down.weight", BF16, [288, 64]),
        ]
    tensors += [Tensor("output_norm.weight", F32, [256], importance=False)]
    return llama(6, 4, 2, 288, 64), tensors


def moe():
    """8 layers of 8 experts."""
    tensors = [Tensor("token_embd.weight", BF16, [256, 256], importance=False)]
    for layer in range(8):
        tensors += [
            Tensor(f"blk.{layer}.attn_norm.weight", F32, [256], importance=False),
            Tensor(f"blk.{layer}.attn_q.weight", BF16, [256, 64]),
            Tensor(f"blk.{layer}.attn_k.weight", BF16, [256, 16]),
            Tensor(f"blk.{layer}.attn_v.weight", BF16, [256, 16]),
            Tensor(f"blk.{layer}.attn_output.weight", BF16, [256, 64]),
            Tensor(f"blk.{layer}.ffn_norm.weight", F32, [256], importance=False),
            Tensor(f"blk.{layer}.ffn_gate_inp.weight", F32, [256, 8], importance=False),
            Tensor(f"blk.{layer}.ffn_gate_exps.weight", BF16, [256, 16, 8]),
            Tensor(f"blk.{layer}.ffn_up_exps.weight", BF16, [256, 16, 8]),
            Tensor(f"blk.{layer}.ffn_down_exps.weight", BF16, [256, 16, 8]),
        ]
    tensors += [
        Tensor("output_norm.weight", F32, [256], importance=False),
        Tensor("output.weight", BF16, [256, 256], importance=False),
    ]
    return llama(8, 8, 2, 256, 32, experts=8), tensors


MODELS = {"dense": dense, "odd": odd, "moe": moe}


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def key(name, kind, value):
    head = text(name) + struct.pack("<I", kind)
    if kind == TEXT:
        return head + text(value)
    if kind == ARRAY:
        return head + struct.pack("<IQ", TEXT, len(value)) + b"".join(map(text, value))
    return head + struct.pack({U16: "<H", U32: "<I", I32: "<i", FLOAT: "<f"}[kind], value)


def gguf(keys, tensors):
    """A file of keys and tensors (name, type, dimensions, bytes)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + b"".join(key(*one) for one in keys)
    body = b""
    for name, kind, dims, data in tensors:
        head += text(name) + struct.pack(f"<I{len(dims)}Q", len(dims), *dims) + struct.pack("<IQ", kind, len(body))
        body += data + bytes(-len(data) % ALIGNMENT)
    return head + bytes(-len(head) % ALIGNMENT) + body


def importance(model, tensor):
    """in_sum2 [experts, columns] and counts [experts] of a tensor."""
    columns, experts = tensor.dims[0], tensor.dims[2] if len(tensor.dims) > 2 else 1
    word = words(seed(f"importance-{model}/{tensor.name}"), experts * columns)
    numerator = (1 + (word & numpy.uint64(0xFFFF)).astype(numpy.int64)).astype(numpy.float32)
    divisor = (1 + (word >> numpy.uint64(16) & numpy.uint64(0xFF)).astype(numpy.int64)).astype(numpy.float32)
    sums = numerator / divisor
    sums[(word >> numpy.uint64(24)) % numpy.uint64(61) == 0] = 0
    counts = [512] if experts == 1 else [0 if expert == 5 else 96 + 32 * expert for expert in range(experts)]
    return sums.reshape(experts, columns), numpy.array(counts, dtype=numpy.float32)


def importance_file(model):
    keys = [
        ("general.type", TEXT, "imatrix"),
        ("imatrix.datasets", ARRAY, ["seeded"]),
        ("imatrix.chunk_count", U32, 4),
        ("imatrix.chunk_size", U32, 128),
    ]
    tensors = []
    for tensor in MODELS[model]()[1]:
        if tensor.importance:
            sums, counts = importance(model, tensor)
            tensors.append((f"{tensor.name}.in_sum2", F32, [tensor.dims[0], len(counts)], encoded(sums, F32)))
            tensors.append((f"{tensor.name}.counts", F32, [1, len(counts)], encoded(counts, F32)))
    return gguf(keys, tensors)


def legacy_importance_file(model):
    named = [tensor for tensor in MODELS[model]()[1] if tensor.importance]
    out = struct.pack("<i", len(named))
    for tensor in named:
        sums, _ = importance(model, tensor)
        name = tensor.name.encode()
        out += struct.pack("<i", len(name)) + name + struct.pack("<ii", 4, sums.size)
        out += encoded(sums / numpy.float32(128), F32)
    return out + struct.pack("<ii", 4, len(b"seeded")) + b"seeded"


def files():
    """File name -> bytes, of everything."""
    made = {}
    for model, make in MODELS.items():
        keys, tensors = make()
        filled = [(tensor.name, tensor.kind, tensor.dims, tensor.data(model)) for tensor in tensors]
        made[f"{model}.gguf"] = gguf(keys, filled)
        made[f"importance-{model}.gguf"] = importance_file(model)
        if model == "dense":
            half = len(filled) // 2
            for number, part in enumerate([filled[:half], filled[half:]]):
                split = [
                    ("split.no", U16, number),
                    ("split.count", U16, 2),
                    ("split.tensors.count", I32, len(filled)),
                ]
                name = f"{model}-{number + 1:05}-of-00002.gguf"
                made[name] = gguf(keys + split if number == 0 else split, part)
    made["importance-dense.dat"] = legacy_importance_file("dense")
    return made


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in sorted(files().items()):
        (folder / name).write_bytes(data)
        print(hashlib.sha256(data).hexdigest(), len(data), name)


if __name__ == "__main__":
    main()
