"""Vocabularies of GGUF and what llama.cpp makes of the corpus with them.

usage: tokenizer_gguf.py FIXTURES CORPUS.json PRE_TABLE.json LLAMA_IDS OUTPUT

FIXTURES holds a folder per vocabulary (vocab.gguf.zst, expected_ids.json.zst); LLAMA_IDS is the
program of llama_ids.cpp. OUTPUT gets for each vocabulary the file and ids.json: `llama_cpp`, ids by
llama.cpp; `parsed`, those with special tokens parsed where they differ; `added`, the ids of the first
texts with what goes around them; `reference`, ids by the tokenizer's own engine where they differ.

`names` is a vocabulary trained on the corpus without any split, so that each split shows, with the ids
of every pre-tokenizer of the table that works on bytes (but afmoe, whose splits the table lacks), as differences from the first one's.
"""
import hashlib
import json
import os
import struct
import subprocess
import sys

import gguf
import tokenizers

fixtures, corpus, table, program, output = sys.argv[1:6]
texts = [entry["text"] for entry in json.load(open(corpus, encoding="utf-8"))]
extra = [
    "a <mask> b", " <s> x </s>", "<|endoftext|>\n<|endoftext|>", "<|im_start|>user\nhi<|im_end|>", "[CLS] a [MASK]b [SEP]", "<unk>", "", " ", "a\x00b\x00",
    "12345678 1234567 a1234 \u0661\u0662\u0663\u0664 3.14159265", "\u1c89\u1c8a \U00010d40\U00010d41x", "\u30ab\u30bf\u4e2d\u6587ABC\uac00\ub098",
]
inputs = texts + extra


def packed(name, data):
    path = os.path.join(output, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    subprocess.run(["zstd", "-q", "--ultra", "-22", "--long=27", "-f", f"--stream-size={len(data)}", "-o", path + ".zst"], input=data, check=True)
    manifest["sha256"][name] = hashlib.sha256(data).hexdigest()


def unpacked(path):
    return subprocess.run(["zstd", "-q", "-dc", path], capture_output=True, check=True).stdout


def ids(file, texts, mode="plain"):
    data = b"".join(struct.pack("<I", len(raw)) + raw for raw in (text.encode() for text in texts))
    lines = subprocess.run([program, file, mode], input=data, capture_output=True, check=True).stdout.decode().split("\n")
    assert len(lines) == len(texts) + 1
    return [[int(word) for word in line.split()] for line in lines[:-1]]


def differences(found, base):
    return {str(i): a for i, (a, b) in enumerate(zip(found, base)) if a != b}


manifest = {
    "what": "vocabularies of llama.cpp's tree (licences: gpt-2 MIT, falcon Apache-2.0, qwen2 Apache-2.0, bert-bge MIT, nomic-bert-moe Apache-2.0) and ids by llama.cpp "
    "0c1e57098 (2026-10-01); reference ids by tiktoken 0.14.0 (gpt-2), tokenizers 0.23.3 (qwen2, bert-bge)",
    "names": f"a vocabulary trained on the corpus by tokenizers {tokenizers.__version__}, under each name of a pre-tokenizer",
    "script": "tools/golden/tokenizer_gguf.py", "date": "2026-11-21", "sha256": {},
}
for name in ["gpt-2", "falcon", "qwen2", "bert-bge", "nomic-bert-moe"]:
    source = unpacked(f"{fixtures}/ggml-{name}/vocab.gguf.zst")
    expected = json.loads(unpacked(f"{fixtures}/ggml-{name}/expected_ids.json.zst"))
    file = "vocab.gguf"
    open(file, "wb").write(source)
    plain = ids(file, inputs)
    assert plain[:len(texts)] == expected["llama_cpp"]
    result = {"extra": extra, "llama_cpp": plain, "parsed": differences(ids(file, inputs, "parse"), plain), "added": ids(file, inputs[:4], "added")}
    if "reference" in expected:
        result["reference"] = differences(expected["reference"], plain)
    packed(f"{name}/vocab.gguf", source)
    packed(f"{name}/ids.json", json.dumps(result, separators=(",", ":")).encode())

tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
# Long texts are cut so that training ends: merges across what a split would part is what counts.
parts = [text[i:i + 60] for text in texts for i in range(0, len(text), 60)]
tokenizer.train_from_iterator(parts, tokenizers.trainers.BpeTrainer(vocab_size=6000, initial_alphabet=alphabet, show_progress=False, max_token_length=12))
model = json.loads(tokenizer.to_str())["model"]
tokens = sorted(model["vocab"], key=model["vocab"].get)
merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]


def write(name):
    writer = gguf.GGUFWriter("vocab.gguf", "llama")
    writer.add_uint32("llama.vocab_size", len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    writer.add_token_list(tokens)
    writer.add_token_types([1] * len(tokens))
    writer.add_token_merges(merges)
    for role in ["bos", "eos"]:
        writer.add_uint32(f"tokenizer.ggml.{role}_token_id", 0)
    writer.add_bool("tokenizer.ggml.add_bos_token", False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


names = {}
for group in json.load(open(table, encoding="utf-8"))["groups"]:
    name = group["names"][0]
    if not group["byteLevel"] or name == "afmoe":
        continue
    write(name)
    names[name] = ids("vocab.gguf", inputs)
write("default")
packed("names/vocab.gguf", open("vocab.gguf", "rb").read())
first = next(iter(names))
packed("names/ids.json", json.dumps({"base": first, "ids": names[first], "differences": {name: differences(found, names[first]) for name, found in names.items()}}, separators=(",", ":")).encode())
os.remove("vocab.gguf")
json.dump(manifest, open(f"{output}/manifest.json", "w"), indent=1)
