#!/usr/bin/env python3
"""Writes Golden/Tokenizers/splits: where tokenizers 0.23.3 cuts texts by the expressions of the table and by others.

    splits.py REPOSITORY

For each expression the SHA-256 of the lengths of all pieces in bytes: numbers behind commas, texts behind
line feeds; first the texts of the corpus, then the random ones of this file.
"""
import hashlib, json, pathlib, random, subprocess, sys
from tokenizers import Regex, pre_tokenizers

ROOT = pathlib.Path(sys.argv[1])
OUT = ROOT / "Golden/Tokenizers/splits"
table = json.loads((ROOT / "Formats/Pretokenizers/pretokenizers.json").read_text())
patterns = [p for group in table["groups"] for key in ("regexes", "original") for p in group[key]]
patterns += [r"\w+|[^\w\s]+|\s+", r"\b\w", r"(?i:k|s)+", r"\d+(?=\D)|\w", r"[^\s]+?a|.", r"(?:\p{L}\p{M}*)+|\p{N}",
             r"\p{Lu}\p{Ll}*|\p{Ll}+", r"[\p{P}\p{S}]{2,3}|\s", r"^\s+|\s+$", r"(?:a|b|ab)+c?", r"\P{L}+",
             r"[^\p{Han}\s]+", r"(?!a)\w+", r"[a-z&&[^aeiou]]+", r"\W+", r"\p{^L}+", r".+", r"x*"]
corpus = json.loads(subprocess.run(["zstd", "-dcq", str(ROOT / "Golden/Tokenizers/corpus/texts.json.zst")],
                                   capture_output=True, check=True).stdout)
rng = random.Random(16)
ATOMS = [" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\x85", "a", "b", "Z", "Q", "é", "É", "ſ", "'s", "'S", "'ſ",
         "'re", "'LL", "'", "ß", "中", "文", "々", "〇", "あ", "ア", "한", "ا", "ي", "ʰ", "ǅ", "\u0301", "\u093e",
         "\u20dd", "1", "23", "456", "٣", "Ⅷ", "½", "¹", ".", ",", "!", "-", "_", "/", "(", ")", "$", "+", "<", "|", "~",
         "`", "“", "…", "，", "。", "、", "😀", "\u200d", "\ufe0f", "\u200b", "\x07", "\u0378", "\ue000", "\U0010ffff",
         "⼀", "IMGIMG", "ABZ", "<sentinel:", ">", "    ", "q's", "don't", "𐐀", "𐐨", "\\", "^", "]", "[", "{", "}",
         "=", "*", "#", "'K", "\u212a", "ⓐ"]
texts = ["".join(rng.choice(ATOMS) for _ in range(rng.randrange(1, 14))) for _ in range(1500)]
digests = {}
for pattern in dict.fromkeys(patterns):
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    lines = [",".join(str(len(piece.encode())) for piece, _ in split.pre_tokenize_str(text))
             for text in [t["text"] for t in corpus] + texts]
    digests[pattern] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
OUT.mkdir(exist_ok=True)
data = json.dumps({"texts": texts, "digests": digests}, separators=(",", ":")).encode()
(OUT / "splits.json").write_bytes(data)
subprocess.run(["zstd", "-19", "-q", "-f", "--rm", str(OUT / "splits.json")], check=True)
(OUT / "manifest.json").write_text(json.dumps({
    "splits.json": "random texts, and by expression the digest of where it cuts the corpus and them",
    "script": "tools/golden/splits.py", "date": "2026-11-21", "peers": {"tokenizers": "0.23.3"},
    "sha256": {"splits.json": hashlib.sha256(data).hexdigest()}}, indent=1) + "\n")
