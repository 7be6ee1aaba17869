"""Writes Formats/Pretokenizers/pretokenizers.json from a table parsed out of llama.cpp's llama-vocab.cpp.

    tokenizer_pre_table.py PRE_TABLE.json OUTPUT.json

Rows of the same behaviour become one group; names keep their order.
"""
import json, sys

table = json.load(open(sys.argv[1]))
# The name written when several names of one group fit; the first that is a member wins.
PREFERRED = ["llama-bpe", "gpt-2", "qwen2", "gpt-4o", "dbrx", "starcoder", "deepseek-v3", "bloom", "roberta-bpe", "glm4"]
# What a family's own tokenizer.json says where llama.cpp adapted it and its source does not state it.
GPT2 = table["by_name"]["gpt-2"]["regexes"][0]
ORIGINAL = {"falcon": [table["by_name"]["falcon"]["regexes"][0], GPT2, r"\p{N}+", "[0-9][0-9][0-9]"]}
# Normal forms of tokenizers that have their name for themselves, by transformers 5.23's classes of them.
NORMALIZERS = {"qwen2": "NFC", "qwen35": "NFC", "stablelm2": "NFC", "command-r": "NFC"}
groups = {}
for name, row in table["by_name"].items():
    # Pseudo-patterns that stand for code are no regexes; the original says what they mean, if anything does.
    regexes = row["regexes"] if "trigger" not in row else []
    original = row.get("original_hf_regex") or ORIGINAL.get(name, [])
    key = json.dumps([regexes, original, row["byte_encode"], row["ignore_merges"], row["add_bos"], row["add_sep"]])
    groups.setdefault(key, []).append(name)
out = []
for key, names in groups.items():
    regexes, original, byte_level, ignore_merges, add_bos, add_sep = json.loads(key)
    out.append({"names": names, "regexes": regexes, "original": original, "byteLevel": byte_level,
                "ignoreMerges": ignore_merges, "addBOS": add_bos, "addSEP": add_sep})
json.dump({"source": table["source"], "preferred": PREFERRED, "normalizers": NORMALIZERS, "groups": out}, open(sys.argv[2], "w"), ensure_ascii=True, indent=1)
open(sys.argv[2], "a").write("\n")
