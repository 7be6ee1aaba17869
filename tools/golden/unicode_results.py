#!/usr/bin/env python3
"""Writes Golden/Tokenizers/unicode: what Unicode 16.0 says of every scalar, as digests, and normal forms of texts.

The forms of 16.0 are unicodedata2's (16.0.0), those of 9.0 tokenizers' (0.23.3). usage: unicode_results.py FOLDER
"""
import hashlib, json, random, sys
import unicodedata2 as ud
from tokenizers import normalizers

assert ud.unidata_version == "16.0.0"
FORMS = ["NFC", "NFD", "NFKC", "NFKD"]
JUDGE = {form: getattr(normalizers, form)() for form in FORMS}
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def digest(parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part.encode())
    return h.hexdigest()


lower = normalizers.Lowercase()
digests = {
    "categories": digest(ud.category(chr(c)) for c in range(0x110000)),
    "lowercase": digest(lower.normalize_str(chr(c)) for c in SCALARS),
    **{form + "-16": digest(ud.normalize(form, chr(c)) for c in SCALARS) for form in FORMS},
    **{form + "-9": digest(JUDGE[form].normalize_str(chr(c)) for c in SCALARS) for form in FORMS},
}
rng = random.Random(16)
marks = [c for c in SCALARS if ud.combining(chr(c))]
decomposing = [c for c in SCALARS if ud.decomposition(chr(c))]
parts = sorted({ord(x) for c in decomposing for x in ud.normalize("NFD", chr(c))})
jamo = list(range(0x1100, 0x1200)) + list(range(0xAC00, 0xAC40)) + list(range(0xD7A0, 0xD7A4))
pools = [marks, decomposing, parts, jamo, list(range(32, 127)), SCALARS, list(range(0xC0, 0x250)),
         list(range(0x300, 0x370)), list(range(0x900, 0xE00))]
texts = []
for n in range(1200):
    weights = [rng.random() ** 3 for _ in pools]
    texts.append("".join(chr(rng.choice(rng.choices(pools, weights)[0])) for _ in range(rng.randrange(1, 24))))
texts.append("a" + "".join(chr(rng.choice(marks)) for _ in range(300)) + "b")
result = {"digests": digests, "texts": texts, 
          **{form + "-16": [ud.normalize(form, t) for t in texts] for form in FORMS},
          **{form + "-9": [JUDGE[form].normalize_str(t) for t in texts] for form in FORMS}}
json.dump(result, open(sys.argv[1] + "/unicode.json", "w"), ensure_ascii=True, separators=(",", ":"))
