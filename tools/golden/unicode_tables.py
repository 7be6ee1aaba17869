#!/usr/bin/env python3
"""Writes Sources/Tokenizers/Unicode/UnicodeData+*.swift: Unicode 16.0 as the tokenizers use it.

Needs unicodedata2 16.0.0 (categories, decompositions, combining classes), regex (the script Han,
cut at what 16.0 assigns) and tokenizers 0.23.3 (its Lowercase; what its normal forms, which are of
Unicode 9.0, do not know). usage: unicode_tables.py FOLDER
"""
import sys
import unicodedata2 as ud
import regex
from tokenizers import normalizers

assert ud.unidata_version == "16.0.0"
OUT = sys.argv[1]
CATEGORIES = ["Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl",
              "No", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs"]


def number(value):
    """Five bits a character, the lowest first; 32 is added where more follow."""
    text = ""
    while True:
        low, value = value & 31, value >> 5
        text += chr(0x23 + low + (32 if value else 0))
        if not value:
            return text


def signed(value):
    return number(value * 2 if value >= 0 else -value * 2 - 1)


def runs(values):
    """(value, length) of equal neighbours."""
    result = []
    for value in values:
        if result and result[-1][0] == value:
            result[-1][1] += 1
        else:
            result.append([value, 1])
    return result


SCALARS = range(0x110000)
CHARS = [chr(c) for c in SCALARS]

categories = "".join(number(length) + number(CATEGORIES.index(c))
                     for c, length in runs(ud.category(c) for c in CHARS))

is_han = regex.compile(r"\p{Han}")
han_runs = runs(bool(is_han.match(c)) and ud.category(c) != "Cn" for c in CHARS)
assert sum(n for value, n in han_runs if value) == 99030
han = "".join(number(n) for _, n in han_runs)

lower = normalizers.Lowercase()
simple, longer, last = [], "", 0
for c in SCALARS:
    if 0xD800 <= c < 0xE000:
        continue
    text = lower.normalize_str(chr(c))
    if text == chr(c):
        continue
    if len(text) == 1:
        simple.append((c, ord(text) - c))
    else:
        assert len(text) == 2
        longer += number(c) + "".join(number(ord(x)) for x in text)
lowercase, i, previous = "", 0, 0
while i < len(simple):
    start, offset = simple[i]
    step = simple[i + 1][0] - start if i + 1 < len(simple) else 1
    if step > 2 or (i + 1 < len(simple) and simple[i + 1][1] != offset):
        step = 1
    n = 1
    while i + n < len(simple) and simple[i + n] == (start + n * step, offset):
        n += 1
    lowercase += number(start - previous) + number(n * 2 + step - 1) + signed(offset)
    previous = start
    i += n

combining = "".join(number(n) + number(c) for c, n in runs(ud.combining(c) for c in CHARS))

# kind 0: compatibility, 1: canonical, 2: canonical and never composed again
decompositions, previous, count = "", 0, 0
for c in SCALARS:
    text = ud.decomposition(chr(c))
    if not text:
        continue
    parts = text.split()
    if parts[0].startswith("<"):
        kind, parts = 0, parts[1:]
    else:
        kind = 1 if ud.normalize("NFC", chr(c)) == chr(c) else 2
    decompositions += number(c - previous) + number(len(parts) * 3 + kind)
    previous, at = c, c
    for part in parts:
        decompositions += signed(int(part, 16) - at)
        at = int(part, 16)
    count += 1

# Decompositions and marks that tokenizers does not know: asked scalar by scalar.
nfd, nfkd = normalizers.NFD(), normalizers.NFKD()


def is_recent(c):
    char = chr(c)
    if 0xD800 <= c < 0xE000:
        return False
    if ud.decomposition(char) and not 0xAC00 <= c < 0xD7A4:
        return nfkd.normalize_str(char) == char
    if not ud.combining(char):
        return False
    texts = ["a" + a + b for other in "\u0334\u0345\u0301\u0323" for a, b in ((char, other), (other, char))]
    return any(nfd.normalize_str(t) != ud.normalize("NFD", t) for t in texts)


recent = "".join(number(n) for _, n in runs(is_recent(c) for c in SCALARS))


def write(name, *tables):
    text = "// Made by tools/golden/unicode_tables.py from the data of Unicode 16.0.\n\nextension UnicodeData {\n"
    for index, (label, doc, data) in enumerate(tables):
        lines = "".join("    " + data[i:i + 94] + "\n" for i in range(0, len(data), 94))
        text += ("\n" if index else "") + f'  /// {doc}\n  static let {label}: StaticString = #"""\n{lines}    """#\n'
    with open(f"{OUT}/UnicodeData+{name}.swift", "w") as file:
        file.write(text + "}\n")
    print(name, {label: len(data) for label, _, data in tables})


write("Classes",
      ("categoryRuns", "General categories of all scalars: length of the run, category.", categories),
      ("hanRuns", "Lengths of runs outside and inside of the script Han, alternating.", han),
      ("lowercaseRuns", "Lowercase: distance of the start, twice the count plus step - 1, offset.", lowercase),
      ("lowercasePairs", "Scalars whose lowercase is two scalars.", longer),
      ("combiningRuns", "Canonical combining classes of all scalars: length of the run, class.", combining))
write("Decompositions",
      ("decompositions", "One-step decompositions: distance, three times the length plus kind, scalars as offsets.", decompositions),
      ("recentRuns", "Runs of scalars that normal forms of Unicode 9.0 know or do not know, alternating.", recent))
print(count)
