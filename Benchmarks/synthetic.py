"""Synthetic inputs of the benchmarks: made from fixed seeds, by numpy and gguf only."""

import json
import struct

import numpy

BYTE_PIECES = [f"<0x{byte:02X}>" for byte in range(256)]


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, content):
    """A protobuf field: an integer as varint, bytes with their length."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def words(count):
    """Distinct strings of letters."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    made = []
    for index in range(count):
        word, rest = "", index + 26 * 26
        while rest:
            rest, letter = divmod(rest, 26)
            word += letters[letter]
        made.append(word)
    return made


def sentencepiece(count):
    """A SentencePiece BPE model with `count` pieces: control, bytes, made-up words."""
    pieces = [("<unk>", 2), ("<s>", 3), ("</s>", 3)]
    pieces += [(piece, 6) for piece in BYTE_PIECES]
    pieces += [(word, 1) for word in words(count - len(pieces))]
    model = bytearray()
    for index, (piece, kind) in enumerate(pieces):
        score = struct.pack("<f", 0.0 if kind != 1 else -float(index))
        body = field(1, piece.encode()) + varint(2 << 3 | 5) + score + field(3, kind)
        model += field(1, body)
    trainer = field(3, 2) + field(4, count) + field(35, 1) + field(40, 0) + field(41, 1) + field(42, 2)
    normalizer = field(1, b"identity") + field(3, 1) + field(4, 0) + field(5, 1)
    return bytes(model + field(2, trainer) + field(3, normalizer))


def bfloat16(values):
    """The nearest bf16 of each f32, ties to even, as 16-bit integers."""
    bits = values.view(numpy.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(numpy.uint16)


def model_tensors(width, inner, layers, kv_width, vocabulary):
    yield "model.embed_tokens.weight", (vocabulary, width)
    for layer in range(layers):
        name = f"model.layers.{layer}."
        yield name + "input_layernorm.weight", (width,)
        yield name + "mlp.down_proj.weight", (width, inner)
        yield name + "mlp.gate_proj.weight", (inner, width)
        yield name + "mlp.up_proj.weight", (inner, width)
        yield name + "post_attention_layernorm.weight", (width,)
        yield name + "self_attn.k_proj.weight", (kv_width, width)
        yield name + "self_attn.o_proj.weight", (width, width)
        yield name + "self_attn.q_proj.weight", (width, width)
        yield name + "self_attn.v_proj.weight", (kv_width, width)
    yield "model.norm.weight", (width,)
    yield "lm_head.weight", (vocabulary, width)


def write_shard(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        size = 2 * int(numpy.prod(shape))
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for index, (name, shape) in enumerate(tensors):
            random = numpy.random.Generator(numpy.random.PCG64([index, *name.encode()]))
            rest = int(numpy.prod(shape))
            while rest:
                count = min(rest, 1 << 22)
                values = random.standard_normal(count, dtype=numpy.float32)
                values *= numpy.float32(0.02)
                if len(shape) == 1:
                    values += numpy.float32(1)
                file.write(bfloat16(values).tobytes())
                rest -= count
    return offset


def llama(folder, scale):
    """A Llama checkpoint in two shards; scale 1 has 0.8 thousand million parameters. Returns their number."""
    width, inner, heads, kv_heads = 2048, 5632, 32, 4
    layers = max(1, round(16 * scale))
    vocabulary = max(512, round(32000 * scale))
    folder.mkdir(parents=True)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
        "hidden_size": width,
        "intermediate_size": inner,
        "max_position_embeddings": 2048,
        "model_type": "llama",
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "num_key_value_heads": kv_heads,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "vocab_size": vocabulary,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    settings = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "tokenizer.model").write_bytes(sentencepiece(vocabulary))
    tensors = list(model_tensors(width, inner, layers, width // heads * kv_heads, vocabulary))
    half = 1 + 9 * ((layers + 1) // 2)
    places, total = {}, 0
    for number, part in enumerate([tensors[:half], tensors[half:]], start=1):
        name = f"model-{number:05}-of-00002.safetensors"
        total += write_shard(folder / name, part)
        places.update({tensor: name for tensor, _ in part})
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    return total // 2


def vocabulary_gguf(path, tokens=128256, merges=280147):
    """A GGUF whose vocabulary is as large as a current model's, and a few small tensors."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(8192)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(64)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    listed = words(tokens)
    writer.add_token_list(listed)
    writer.add_token_types([1] * tokens)
    writer.add_token_merges([f"{listed[i % tokens]} {listed[i * 7 % tokens]}" for i in range(merges)])
    writer.add_bos_token_id(1)
    writer.add_tensor("output_norm.weight", numpy.ones(64, dtype=numpy.float32))
    writer.add_tensor("token_embd.weight", numpy.zeros((256, 64), dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def many_tensors(path, count):
    """A safetensors file with very many small tensors (its data is a hole in the file)."""
    header = {
        f"model.part.{index % 100}.block.{index // 100}.projection.weight": {
            "dtype": "BF16", "shape": [8, 32], "data_offsets": [512 * index, 512 * index + 512],
        }
        for index in range(count)
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + 512 * count)
