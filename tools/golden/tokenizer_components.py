"""Records what the `tokenizers` library does with every component of tokenizer.json.

usage: tokenizer_components.py CORPUS.json OUTPUT.json TOKENIZER.json

CORPUS is a list of {"id", "text"}. TOKENIZER's first normalizer is a Precompiled one, whose table is used. The output holds normalizers with texts and results,
pre-tokenizers with pieces, decoders with tokens and texts, whole tokenizers with their files, ids and
decoded texts, and for each kind of character test the run lengths over all code points.
"""
import base64
import itertools
import json
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers import decoders as D, models as M, normalizers as N
from tokenizers import pre_tokenizers as P, processors as O

corpus = [entry["text"] for entry in json.load(open(sys.argv[1], encoding="utf-8"))]
texts = [text for text in corpus if 0 < len(text) <= 60][::3]
texts += [
    "", " ", "  ", "Hello World", " Hello  world ", "it's 123 4,567.89!", "a\u0301bc e\u0301", "<s>x</s>",
    "tab\tnew\nline\r\nend", "\u2581under \u2581", "HELLO \u0130stanbul \u00dfS \u03a3\u03c3\u03c2", "foo-bar_baz",
    "\u4e2d\u6587abc\u65e5\u672c", "x\u200by\ufeffz\u00adw", "a\x00b\x7fc\u0085d", "1\u00bd2\u0663", "ab<x>cd", "ab <x> cd <y>",
    "word<x>word", "<x><x>", "<X> <mask>  z", "a  <mask>  b", "can't won't y'all", "...!!!?", "\ud55c\uad6d\uc5b4",
]


def state(part):
    return json.loads(part.__getstate__())


charsmap = json.load(open(sys.argv[3], encoding="utf-8"))["normalizer"]["normalizers"][0]
charsmap = base64.b64decode(charsmap["precompiled_charsmap"])
normalizers = [
    N.Nmt(), N.Lowercase(), N.Strip(left=True, right=False), N.Strip(left=False, right=True), N.Strip(),
    N.StripAccents(), N.Replace("a", "xyz"), N.Replace(" ", "\u2581"), N.Replace("aa", "a"),
    N.Replace(Regex(" {2,}"), "_"), N.Replace(Regex("[0-9]"), "<d>"), N.Replace(Regex(r"\s+"), " "), N.Prepend("\u2581"),
    N.BertNormalizer(), N.BertNormalizer(lowercase=False),
    N.BertNormalizer(strip_accents=False), N.BertNormalizer(lowercase=False, strip_accents=True),
    N.BertNormalizer(clean_text=False, handle_chinese_chars=False), N.ByteLevel(),
    N.NFC(), N.NFD(), N.NFKC(), N.NFKD(),
    N.Sequence([N.NFD(), N.StripAccents(), N.Lowercase()]),
    N.Sequence([N.Prepend("\u2581"), N.Replace(" ", "\u2581")]),
]
pre_tokenizers = [
    P.ByteLevel(), P.ByteLevel(add_prefix_space=False), P.ByteLevel(use_regex=False),
    P.Metaspace(), P.Metaspace(prepend_scheme="first"), P.Metaspace(prepend_scheme="never"),
    P.Metaspace(split=False), P.Metaspace(replacement="_", prepend_scheme="always"),
    P.Digits(), P.Digits(individual_digits=True), P.BertPreTokenizer(), P.Whitespace(), P.WhitespaceSplit(),
    P.CharDelimiterSplit("l"), P.FixedLength(3),
    P.Sequence([P.WhitespaceSplit(), P.Metaspace()]), P.Sequence([P.WhitespaceSplit(), P.Punctuation(), P.Digits(True)]),
    P.Sequence([P.Split(" ", "merged_with_next"), P.ByteLevel(add_prefix_space=False, use_regex=False)]),
]
behaviours = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
for behaviour in behaviours:
    pre_tokenizers += [
        P.Punctuation(behaviour), P.Split(" ", behaviour), P.Split(" ", behaviour, invert=True),
        P.Split("l", behaviour), P.Split(Regex(r"\p{L}+|\s"), behaviour),
        P.Split(Regex(r"[0-9]+"), behaviour, invert=True),
    ]
pieces = ["he", "##llo", "##", "\u2581wor", "ld", "\u2581", " a", "b ", "<0x41>", "<0xC3>", "<0xA9>", "<0xFF>", "<0x4>", "d</w>", "e</w>",
          "\u0120x", "\u00c3", "\u00a9", "\u0100", ".", "!", "n't", "'s", "do not", "<pad>", "<pad>", "|", "q", "q", ",", "\u00e9", "\u20ac", "Hello", "'", "\u4e2d"]
rng = random.Random(5)
lists = [[rng.choice(pieces) for _ in range(rng.randrange(0, 9))] for _ in range(90)]
lists += [["\u2581wor", "ld"], ["\u2581", "\u2581", "a"], ["<0xE4>", "<0xB8>", "<0xAD>"], ["<0xE4>", "<0xB8>", "b"]]
decoders = [
    D.ByteLevel(), D.Metaspace(), D.Metaspace(prepend_scheme="never"), D.Metaspace(prepend_scheme="first"),
    D.WordPiece(), D.WordPiece(cleanup=False), D.WordPiece(prefix="he"), D.BPEDecoder(), D.ByteFallback(), D.Fuse(),
    D.Strip(" ", 1, 0), D.Strip(" ", 0, 1), D.Strip("l", 2, 1), D.Replace("\u2581", " "), D.Replace("l", "rr"),
    D.Replace(Regex("[a-d]"), "*"), D.CTC(), D.CTC(cleanup=False),
    D.Sequence([D.Replace("\u2581", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)]),
    D.Sequence([D.ByteLevel()]), D.Sequence([D.BPEDecoder(), D.Fuse()]),
]

# whole tokenizers
train = [t for t in corpus if len(t) < 2000]
whole = []


def add(name, tokenizer, inputs=texts):
    tokenizer.encode_special_tokens = False
    record = {"name": name, "file": tokenizer.to_str(pretty=True), "texts": inputs}
    plain, with_special, literal, decoded = [], [], [], []
    for text in inputs:
        plain.append(tokenizer.encode(text, add_special_tokens=False).ids)
        with_special.append(tokenizer.encode(text).ids)
    tokenizer.encode_special_tokens = True
    for text in inputs:
        literal.append(tokenizer.encode(text, add_special_tokens=False).ids)
    for ids in with_special:
        decoded.append([tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode(ids, skip_special_tokens=True)])
    record.update(parse=plain, special=with_special, text=literal, decoded=decoded)
    whole.append(record)


from tokenizers import trainers as T


def trained(model, trainer, normalizer=None, pre=None):
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(train, trainer)
    return tokenizer


t = trained(M.BPE(), T.BpeTrainer(vocab_size=700, show_progress=False, special_tokens=["<s>", "</s>"],
                                  initial_alphabet=P.ByteLevel.alphabet()), None, P.ByteLevel())
t.post_processor = O.Sequence([O.ByteLevel(trim_offsets=False), O.TemplateProcessing(
    single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 1)])])
t.decoder = D.ByteLevel()
add("byte-level", t)
t.add_tokens([AddedToken("<x>", lstrip=True, normalized=False), AddedToken("<y>", rstrip=True, normalized=False)])
t.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=True), AddedToken("word", single_word=True)])
add("byte-level-added", t)
t = trained(M.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"),
            T.BpeTrainer(vocab_size=400, show_progress=False, limit_alphabet=60, special_tokens=["[UNK]"], end_of_word_suffix="</w>"),
            N.Sequence([N.NFD(), N.Lowercase(), N.StripAccents()]), P.Whitespace())
t.decoder = D.BPEDecoder()
add("bpe-suffix", t)
t.add_tokens([AddedToken("<X>", normalized=True), AddedToken("hello", normalized=True, single_word=True)])
t.post_processor = O.RobertaProcessing(("[UNK]", 0), ("[UNK]", 0))
add("bpe-suffix-added", t)
for fuse in (False, True):
    vocab = {"<unk>": 0}
    for b in range(256):
        if b != 0xC3:
            vocab[f"<0x{b:02X}>"] = len(vocab)
    for piece in ["\u2581", "h", "e", "l", "o", "w", "r", "d", "he", "ll", "llo", "\u2581w", "or", "\u2581wor", "hello", "a", "\u2581a", "t", "i", "s", "n"]:
        vocab.setdefault(piece, len(vocab))
    merges = [("h", "e"), ("l", "l"), ("ll", "o"), ("\u2581", "w"), ("o", "r"), ("\u2581w", "or"), ("he", "llo"), ("\u2581", "a")]
    t = Tokenizer(M.BPE(vocab, merges, unk_token="<unk>", fuse_unk=fuse, byte_fallback=True))
    t.normalizer = N.Sequence([N.Prepend("\u2581"), N.Replace(" ", "\u2581")])
    t.decoder = D.Sequence([D.Replace("\u2581", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)])
    t.add_special_tokens(["<s>"])
    t.post_processor = O.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", t.token_to_id("<s>"))])
    add(f"bpe-fallback-{fuse}", t)
    t = Tokenizer(M.BPE(vocab, merges, fuse_unk=fuse, ignore_merges=True))
    t.pre_tokenizer = P.WhitespaceSplit()
    add(f"bpe-no-unk-{fuse}", t)
    t = Tokenizer(M.BPE({"[U]": 0, **{c: i + 1 for i, c in enumerate("abcdehlow")}, **{"##" + c: i + 20 for i, c in enumerate("abcdehlow")}, "he": 40, "##lo": 41, "##llo": 42},
                        [("h", "##e"), ("##l", "##o"), ("##l", "##lo")], unk_token="[U]", fuse_unk=fuse, continuing_subword_prefix="##"))
    t.pre_tokenizer = P.Whitespace()
    add(f"bpe-prefix-{fuse}", t)
t = trained(M.WordPiece(unk_token="[UNK]", max_input_chars_per_word=12), T.WordPieceTrainer(
    vocab_size=600, show_progress=False, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]), N.BertNormalizer(), P.BertPreTokenizer())
t.decoder = D.WordPiece()
t.post_processor = O.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
t.enable_truncation(4096)
t.enable_padding(pad_id=0, pad_token="[PAD]")
add("wordpiece", t)
t = Tokenizer(M.WordLevel({"hello": 3, "world": 1, "[UNK]": 7, ".": 0}, "[UNK]"))
t.normalizer = N.Lowercase()
t.pre_tokenizer = P.Whitespace()
add("wordlevel", t)
for fallback in (False, True):
    rng = random.Random(9)
    words = sorted({w for text in train for w in text.split() if len(w) < 6})[::7][:300]
    vocab = [("<unk>", 0.0), ("<s>", 0.0)] + ([(f"<0x{b:02X}>", 0.0) for b in range(256)] if fallback else [])
    seen = {p for p, _ in vocab}
    for piece in itertools.chain("\u2581abcdefghijklmnopqrstuvwxyz0123456789.,'", ["\u2581" + w for w in words], words, ["33", "\u2581\u2581", "ll", "he"]):
        if piece not in seen:
            seen.add(piece)
            vocab.append((piece, -rng.choice([3.5, 1e-6, 2.25, 8.0, rng.random() * 12, 1e-5, 4.125])))
    t = Tokenizer(M.Unigram(vocab, 0, fallback))
    t.pre_tokenizer = P.Metaspace()
    t.decoder = D.Metaspace()
    t.add_special_tokens(["<s>"])
    t.post_processor = O.TemplateProcessing(single="<s>:0 $A:0", pair="<s>:0 $A:0 $B:1", special_tokens=[("<s>", 1)])
    add(f"unigram-{fallback}", t)
    t.normalizer = N.Sequence([N.Precompiled(charsmap), N.Strip(left=False, right=True), N.Replace(Regex(" {2,}"), "\u2581")])
    add(f"unigram-charsmap-{fallback}", t)

    t.normalizer = N.Sequence([N.Strip(), N.StripAccents(), N.Replace("a", "")])
    t.pre_tokenizer = P.Metaspace(prepend_scheme="first")
    t.add_tokens([AddedToken("  ", lstrip=True, rstrip=True, normalized=False), AddedToken("\n", rstrip=True, normalized=False)])
    add(f"unigram-first-{fallback}", t)

# what is done with each code point
scalars = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def runs(classify):
    return [[key, len(list(group))] for key, group in itertools.groupby(map(classify, scalars))]


def count(part):
    return lambda c: len(part.pre_tokenize_str("a" + c + "b"))


def shape(part):
    """-1: gone, 0: a space, 1: itself, 2: itself between spaces, 3: something else."""
    def classify(c):
        result = part.normalize_str("a" + c + "b")
        return {"ab": -1, "a b": 0, f"a{c}b": 1, f"a {c} b": 2}.get(result, 3)
    return classify


def join(part):
    """How many pieces a code point makes between letters, and with itself between commas."""
    def classify(c):
        return len(part.pre_tokenize_str("a" + c + "b")) * 10 + len(part.pre_tokenize_str("," + c + c))
    return classify


sweeps = [
    {"json": state(part), "runs": runs(shape(part))}
    for part in [N.BertNormalizer(strip_accents=False, lowercase=False), N.BertNormalizer(False, False, True, False), N.Nmt(), N.StripAccents(), N.Lowercase(), N.Strip(), N.NFC(), N.NFD(), N.NFKC(), N.NFKD()]
] + [
    {"json": state(part), "runs": runs(join(part))}
    for part in [P.BertPreTokenizer(), P.Punctuation(), P.Digits(True), P.Whitespace(), P.WhitespaceSplit()]
]
json.dump({
    "texts": texts,
    "normalizers": [{"json": state(n), "out": [n.normalize_str(text) for text in texts]} for n in normalizers],
    "pre_tokenizers": [{"json": state(p), "out": [[piece for piece, _ in p.pre_tokenize_str(text)] for text in texts]} for p in pre_tokenizers],
    "tokens": lists,
    "decoders": [{"json": state(d), "out": [d.decode(tokens) for tokens in lists]} for d in decoders],
    "tokenizers": whole,
    "sweeps": sweeps,
}, open(sys.argv[2], "w", encoding="utf-8"), ensure_ascii=True, separators=(",", ":"))
