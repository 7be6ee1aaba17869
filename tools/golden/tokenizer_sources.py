"""Copies tokenizers of other projects and trains small ones, with what their engines do to the corpus.

usage: tokenizer_sources.py FIXTURES CORPUS.json OUTPUT

FIXTURES holds a folder per tokenizer (tokenizer.model, tokenizer.json.zst); the names are below. For
each, OUTPUT gets the model, tokenizer.json where wanted, and ids.json: `ids` by SentencePiece, or by the
`tokenizers` library where there is no model; `decoded` where decoding does not give the text back;
`json`, `json_special` and `json_decoded`: what `tokenizers` does with tokenizer.json where that differs
from `ids` (special strings as text), from that (special strings parsed), and from the text.
"""
import hashlib
import io
import json
import os
import subprocess
import sys

import sentencepiece
import tokenizers

fixtures, corpus, output = sys.argv[1:4]
texts = [entry["text"] if isinstance(entry, dict) else entry for entry in json.load(open(corpus, encoding="utf-8"))]
extra = [
    "a<tool>b", "<tool>", " <tool> x", "a\nb\n\nc", "two  spaces   three", "  lead", "trail  ", "\u2581x", "<s>x</s><unk>", "<0x41>",
    "x<tool><tool>y", "\n", " ", "  ", "", "user<|a|>hello <|a|> there", "<|a|", "<|a|>user", "\ufb01 \u00bd \uff21", "\u3000x\u00a0y", "\x00a\x00", "a\r\nb",
]


def packed(path, data):
    process = subprocess.run(["zstd", "-q", "-19", "-f", f"--stream-size={len(data)}", "-o", path + ".zst"], input=data, check=True)
    return hashlib.sha256(data).hexdigest()


def unpacked(path):
    return subprocess.run(["zstd", "-q", "-dc", path], capture_output=True, check=True).stdout


def record(name, model, tokenizer_json, texts, extra):
    folder = os.path.join(output, name)
    os.makedirs(folder, exist_ok=True)
    result, hashes = {}, {}
    inputs = texts + extra
    if model is not None:
        engine = sentencepiece.SentencePieceProcessor(model_proto=model)
        result["ids"] = [engine.encode(text) for text in inputs]
        result["decoded"] = {
            str(i): back for i, text in enumerate(inputs) if (back := engine.decode(result["ids"][i])) != text
        }
        hashes["tokenizer.model"] = packed(os.path.join(folder, "tokenizer.model"), model)
    if tokenizer_json is not None:
        engine = tokenizers.Tokenizer.from_str(tokenizer_json.decode())
        special = [engine.encode(text, add_special_tokens=False).ids for text in inputs]
        decoded = [engine.decode(ids, skip_special_tokens=False) for ids in special]
        engine.encode_special_tokens = True
        plain = [engine.encode(text, add_special_tokens=False).ids for text in inputs]
        result.setdefault("ids", plain)
        result["json"] = {str(i): ids for i, ids in enumerate(plain) if ids != result["ids"][i]}
        result["json_special"] = {str(i): ids for i, ids in enumerate(special) if ids != plain[i]}
        result["json_decoded"] = {str(i): back for i, back in enumerate(decoded) if back != inputs[i]}
        hashes["tokenizer.json"] = packed(os.path.join(folder, "tokenizer.json"), tokenizer_json)
    if extra:
        result["extra"] = extra
    hashes["ids.json"] = packed(os.path.join(folder, "ids.json"), json.dumps(result, separators=(",", ":")).encode())
    return hashes


manifest = {
    "what": "tokenizers and the ids of the corpus; made by sentencepiece "
    + f"{sentencepiece.__version__} and tokenizers {tokenizers.__version__}",
    "mistral-v1, mistral-v3": "mistral-common 1.13.1 (Apache-2.0): tokenizer.model.v1, mistral_instruct_tokenizer_240323.model.v3",
    "spm-*": "trained for this project", "bert-bge": "tokenizer.json of the vocabulary in llama.cpp's tree (MIT)",
    "small-*": "trained by the script on the corpus", "script": "tools/golden/tokenizer_sources.py", "sha256": {},
}
for name, with_json in [("mistral-v1", False), ("mistral-v3", True), ("spm-bpe-bf", True), ("spm-unigram-nmt", True), ("spm-unigram-bf", True)]:
    model = open(f"{fixtures}/{name}/tokenizer.model", "rb").read()
    source = unpacked(f"{fixtures}/{name}/tokenizer.json.zst") if with_json else None
    manifest["sha256"][name] = record(name, model, source, texts, extra)
manifest["sha256"]["bert-bge"] = record("bert-bge", None, unpacked(f"{fixtures}/ggml-bert-bge/tokenizer.json.zst"), texts, extra)

variants = {
    "bpe-noprefix": dict(model_type="bpe", vocab_size=1400, byte_fallback=True, add_dummy_prefix=False, user_defined_symbols=["<tool>", "\n", "  "],
                         normalization_rule_name="identity", remove_extra_whitespaces=False),
    "bpe-nfkc-unk": dict(model_type="bpe", vocab_size=1400, byte_fallback=False, normalization_rule_name="nmt_nfkc"),
    "unigram-user": dict(model_type="unigram", vocab_size=1400, byte_fallback=True, user_defined_symbols=["<|a|>", "<tool>", "th"],
                         normalization_rule_name="nfkc"),
    "unigram-t5": dict(model_type="unigram", vocab_size=1400, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_name="nfkc"),
    "unigram-suffix": dict(model_type="unigram", vocab_size=1400, treat_whitespace_as_suffix=True, normalization_rule_name="identity"),
    "bpe-suffix": dict(model_type="bpe", vocab_size=1400, treat_whitespace_as_suffix=True, normalization_rule_name="identity",
                       split_by_whitespace=False, unk_surface="?"),
}
lines = [line for text in texts for line in text.split("\n") if line.strip() and max(line) < "\u0250" and min(line) >= " "][:4000]
for name, options in variants.items():
    stream = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=stream, character_coverage=0.98, hard_vocab_limit=False, num_threads=1, minloglevel=2, **options)
    manifest["sha256"]["small-" + name] = record("small-" + name, stream.getvalue(), None, texts[::4], extra)
    manifest["sha256"]["small-" + name]["corpus"] = "every fourth text"
json.dump(manifest, open(os.path.join(output, "manifest.json"), "w"), indent=1)
