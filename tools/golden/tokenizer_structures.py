"""Writes Golden/Tokenizers/structures: tokenizer.json files without their vocabularies.

    tokenizer_structures.py FIXTURES/tokenizers OUTPUT_FOLDER

Everything but the lists of the model is kept; of the added tokens the first eight. `pre` is the name that
llama.cpp has for the tokenizer's family.
"""
import json, pathlib, subprocess, sys

FIXTURES, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
PRE = {"whisper-gpt2": "gpt-2", "tekken": "tekken", "spm-bpe-bf": "default", "mistral-v3": "default",
       "spm-unigram-nmt": "default", "ggml-bert-bge": "bert-bge"}
result = {}
for name, pre in PRE.items():
    text = subprocess.run(["zstd", "-dcq", str(FIXTURES / name / "tokenizer.json.zst")], capture_output=True, check=True).stdout
    d = json.loads(text)
    d["model"].pop("merges", None)
    d["model"].pop("vocab")
    d["added_tokens"] = d["added_tokens"][:8]
    for part in (d.get("normalizer") or {}).get("normalizers", [d.get("normalizer") or {}]):
        if "precompiled_charsmap" in part: part["precompiled_charsmap"] = part["precompiled_charsmap"][:64]
    if "special_tokens" in (d.get("post_processor") or {}): d["post_processor"]["special_tokens"] = {}
    result[name] = {"pre": pre, "tokenizer": d}
OUT.mkdir(parents=True, exist_ok=True)
(OUT / "structures.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
(OUT / "manifest.json").write_text(json.dumps({
    "structures.json": "tokenizer.json files of openai-whisper 20250625 (gpt2), mistral-common 1.13.1 (tekken, v3), bge and two SentencePiece models trained for this project, without vocabularies; made by transformers 5.23.0 and tokenizers 0.23.3",
    "script": "tools/golden/tokenizer_structures.py", "date": "2026-11-21"}, indent=1) + "\n")
