#!/usr/bin/env python3
"""Writes Golden/Tokenizers/corpus, whisper-gpt2, tekken and tiktoken-broken from the reference data.

    tiktoken_files.py FIXTURES OUTPUT_FOLDER

The expected ids are tiktoken's. Of tekken.json the texts beside the bytes are left out, and of the entries
beyond the vocabulary all but 100.
"""
import hashlib, json, pathlib, subprocess, sys
from tokenizers import Tokenizer

FIXTURES, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def unpacked(path):
    return subprocess.run(["zstd", "-dcq", str(path)], capture_output=True, check=True).stdout


def write(folder, files, what):
    (OUT / folder).mkdir(exist_ok=True)
    for name, data in files.items():
        subprocess.run(["zstd", "-19", "-q", "-f", f"--stream-size={len(data)}", "-o", str(OUT / folder / (name + ".zst"))], input=data, check=True)
    manifest = {**what, "script": "tools/golden/tiktoken_files.py", "date": "2026-11-21",
                "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}}
    (OUT / folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


tokenizers = FIXTURES / "tokenizers"
write("corpus", {"texts.json": compact(json.loads((tokenizers / "_corpus/texts.json").read_text()))},
      {"texts.json": "584 texts: languages, scripts, white space, numbers, contractions, emoji, code, random"})


def expected(name):
    ids = json.loads(unpacked(tokenizers / name / "expected_ids.json.zst"))
    # The conversion to tokenizer.json that transformers writes is held by the digest of its merges.
    reference = unpacked(tokenizers / name / "tokenizer.json.zst").decode()
    model = json.loads(reference)["model"]
    pretty = Tokenizer.from_str(reference).to_str(pretty=True)
    merges = "\n".join(" ".join(m) if isinstance(m, list) else m for m in model["merges"])
    return compact({"ordinary": ids["ordinary"], "special": ids["special"], "mergeCount": len(model["merges"]),
                    "mergesSHA256": hashlib.sha256(merges.encode()).hexdigest(),
                    "jsonSHA256": hashlib.sha256(pretty.encode()).hexdigest()})


source = {"ids": "tiktoken 0.14.0 over corpus/texts.json: special strings as text, and where it differs, parsed",
          "merges": "number and SHA-256 of the lines `left right` that transformers 5.23.0 writes",
          "json": "SHA-256 of the whole tokenizer.json of transformers, as tokenizers 0.23.3 writes it"}
write("whisper-gpt2", {"gpt2.tiktoken": (tokenizers / "whisper-gpt2/gpt2.tiktoken").read_bytes(),
                       "special_tokens.json": (tokenizers / "whisper-gpt2/special_tokens.json").read_bytes(),
                       "expected.json": expected("whisper-gpt2")},
      {"gpt2.tiktoken": "openai-whisper 20250625, whisper/assets/gpt2.tiktoken (MIT)", "expected.json": source})
tekken = json.loads(unpacked(tokenizers / "tekken/tekken_240718.json.zst"))
used = tekken["config"]["default_vocab_size"] - tekken["config"]["default_num_special_tokens"]
tekken["vocab"] = [{**entry, "token_str": None} for entry in tekken["vocab"][:used + 100]]
write("tekken", {"tekken.json": compact(tekken), "expected.json": expected("tekken")},
      {"tekken.json": "mistral-common 1.13.1, tekken_240718.json (Apache-2.0), without token_str", "expected.json": source})
broken = json.loads((FIXTURES / "malformed/manifest.json").read_text())["cases"]["tiktoken"]
write("tiktoken-broken", {"cases.json": compact({
    name: {"expect": case["expect"], "wrong": case["wrong"], "hex": (FIXTURES / "malformed/tiktoken" / name).read_bytes().hex()}
    for name, case in broken.items()})}, {"cases.json": "20 tiktoken files, what is wrong with each and whether it is to be refused"})
