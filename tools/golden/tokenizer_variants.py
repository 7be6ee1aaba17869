"""Writes Golden/Tokenizers/variants: small tokenizer folders and the keys that llama.cpp's converter makes of them.

    tokenizer_variants.py LLAMA_CPP_TREE FIXTURES OUTPUT_FOLDER

FIXTURES holds llama/, mistral/, bert/ (with expected-gguf.json) and rod/; their tokenizer files and keys go
into fixtures.json in the same form. Both files are compressed by zstd -19 afterwards.

Needs torch, transformers, tokenizers and sentencepiece. LLAMA_CPP_TREE holds convert_hf_to_gguf.py and
conversion/. Each variant runs the converter's own model class on a folder, vocabulary only. Where the
converter refuses a pre-tokenizer because it does not know its hash, the variant's own name is used
instead, and the variant says so (`pre_patched`).
"""
import base64, copy, hashlib, io, json, logging, pathlib, sys, tempfile

TREE, FIXTURES, OUT = map(pathlib.Path, sys.argv[1:4])
sys.path.insert(0, str(TREE))
logging.disable(logging.CRITICAL)
import torch, transformers, tokenizers, sentencepiece
from tokenizers import Tokenizer, models, pre_tokenizers, decoders, trainers, Regex
from safetensors.torch import save_file
from conversion import get_model_class, ModelBase
import gguf

TEXT = ["the quick brown fox jumps over the lazy dog, and then the other dogs jump over it again",
        "he's told us: 12345 reasons to read 6789 books in the house of the mouse; that isn't much",
        "größer, déjà vu, naïve café, señor; über alles", "if (x == 1) {\n    return y;\n}\n", "the the the house house"] * 3
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"

def token(i, content, special=True, **more):
    entry = {"id": i, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": special}
    entry.update(more)
    return entry

def bpe_base():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=290, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    return json.loads(t.to_str())

def wordpiece_base(lowercase=True, strip=None):
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"] + [c for c in "abcdefghijklmnopqrstuvwxyz0123456789,.!'"]
    names += ["##" + c for c in "abcdefghijklmnopqrstuvwxyz"] + ["the", "quick", "##ing", "##é", "é", "größer", "##", "###"]
    vocab = {n: i for i, n in enumerate(names)}
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [token(i, names[i]) for i in range(5)],
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": strip, "lowercase": lowercase},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": template([("[CLS]", 2)], [("[SEP]", 3)], pair_middle=[("[SEP]", 3)]),
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab}}

def template(first, last, pair_middle=(), pair_first=None):
    s = lambda n, t=0: {"SpecialToken": {"id": n, "type_id": t}}
    a, b = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}
    pair = [s(n) for n, _ in (first if pair_first is None else pair_first)] + [a] + [s(n) for n, _ in pair_middle] + [b] + [s(n, 1) for n, _ in last]
    return {"type": "TemplateProcessing", "single": [s(n) for n, _ in first] + [a] + [s(n) for n, _ in last], "pair": pair,
            "special_tokens": {n: {"id": n, "ids": [i], "tokens": [n]} for n, i in list(first) + list(last) + list(pair_middle)}}

BYTE_LEVEL_POST = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}

def spm_base(**more):
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(TEXT), model_writer=out, minloglevel=2, num_threads=1, **{
        **dict(model_type="bpe", vocab_size=330, byte_fallback=True, character_coverage=1.0, hard_vocab_limit=False, normalization_rule_name="identity"), **more})
    return out.getvalue()

def legacy_json(model_bytes, post=None, added=None):
    from sentencepiece import sentencepiece_model_pb2 as pb
    m = pb.ModelProto(); m.ParseFromString(model_bytes)
    vocab = {p.piece: i for i, p in enumerate(m.pieces)}
    score = {p.piece: p.score for p in m.pieces}
    merges = sorted(((-score[t], vocab[t], t[:i], t[i:]) for t in vocab for i in range(1, len(t)) if t[:i] in vocab and t[i:] in vocab and m.pieces[vocab[t]].type == 1))
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [token(0, "<unk>"), token(1, "<s>"), token(2, "</s>")] if added is None else added,
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
            "pre_tokenizer": None,
            "post_processor": template([("<s>", 1)], [], pair_first=[("<s>", 1)]) if post is None else post,
            "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
            "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                      "vocab": vocab, "merges": [[a, b] for _, _, a, b in merges]}}

VARIANTS = []
def variant(name, files, arch="llama", vocab_size=None, config=None, pre=None):
    VARIANTS.append((name, {k: v if isinstance(v, bytes) else v.encode() if isinstance(v, str) else json.dumps(v, ensure_ascii=False).encode() for k, v in files.items()}, arch, vocab_size, config or {}, pre))

# --- byte-level BPE
B = bpe_base(); N = len(B["model"]["vocab"])
def bpe(added=True, ignore=True, post="llama3", edit=None):
    d = copy.deepcopy(B)
    d["model"]["ignore_merges"] = ignore
    d["added_tokens"] = [token(N, "<|begin_of_text|>"), token(N + 1, "<|end_of_text|>"), token(N + 2, "<|eot_id|>")] if added else []
    if post == "llama3":
        d["post_processor"] = {"type": "Sequence", "processors": [BYTE_LEVEL_POST, template([("<|begin_of_text|>", N)], [])]}
    elif post == "bytelevel": d["post_processor"] = BYTE_LEVEL_POST
    else: d["post_processor"] = post
    if edit: edit(d)
    return d
FAST = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>", "clean_up_tokenization_spaces": False, "model_max_length": 1024}
def fast(**more): return {**{k: v for k, v in FAST.items()}, **more}
variant("bpe-llama3", {"tokenizer.json": bpe(), "tokenizer_config.json": fast()}, pre="llama-bpe")
variant("bpe-llama3-no-config", {"tokenizer.json": bpe()}, pre="llama-bpe")
variant("bpe-llama3-config-ids", {"tokenizer.json": bpe(), "tokenizer_config.json": fast()}, pre="llama-bpe", config={"bos_token_id": N, "eos_token_id": [N + 1, N + 2], "pad_token_id": N + 2})
variant("bpe-ids-only-in-config", {"tokenizer.json": bpe(), "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}}, pre="llama-bpe", config={"bos_token_id": N, "eos_token_id": N + 1, "unk_token_id": 3, "sep_token_id": 4, "cls_token_id": 5, "mask_token_id": 6})
variant("bpe-config-contradicts", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(add_bos_token=False, add_eos_token=True)}, pre="llama-bpe")
variant("bpe-no-post-add-flags", {"tokenizer.json": bpe(post=None, ignore=False), "tokenizer_config.json": fast(add_bos_token=True, add_eos_token=False)}, pre="dbrx")
variant("bpe-bytelevel-post", {"tokenizer.json": bpe(post="bytelevel", ignore=False), "tokenizer_config.json": fast(pad_token="<|end_of_text|>", unk_token="<|end_of_text|>")}, pre="dbrx")
variant("bpe-padded", {"tokenizer.json": bpe(), "tokenizer_config.json": fast()}, vocab_size=N + 10, pre="llama-bpe")
variant("bpe-holes", {"tokenizer.json": bpe(edit=lambda d: d["added_tokens"].append(token(N + 7, "<|far|>"))), "tokenizer_config.json": fast()}, vocab_size=N + 10, pre="llama-bpe")
variant("bpe-too-many", {"tokenizer.json": bpe(), "tokenizer_config.json": fast()}, vocab_size=N, pre="llama-bpe")
def more_added(d):
    d["added_tokens"] += [token(N + 3, "<tool>", False), token(N + 4, "<|looks_special|>", False), token(N + 5, "<pad>", False), token(N + 6, "a▁b", False), token(N + 7, "<norm>", False, normalized=True),
                          token(N + 8, "   ", False), token(N + 9, "<unused5>", False), token(N + 10, "[special]", True, lstrip=True), token(N + 11, "<｜User｜>", False), token(N + 12, "the ", False, normalized=True)]
variant("bpe-added", {"tokenizer.json": bpe(edit=more_added), "tokenizer_config.json": fast()}, pre="llama-bpe")
def alphabet_added(d): d["added_tokens"] += [token(N + 3, "<é>", False), token(N + 4, "Ġx", False)]
variant("bpe-added-in-byte-alphabet", {"tokenizer.json": bpe(edit=alphabet_added), "tokenizer_config.json": fast()}, pre="llama-bpe")
def base_added(d): d["added_tokens"].append(token(d["model"]["vocab"]["the" if "the" in d["model"]["vocab"] else "he"], "the" if "the" in d["model"]["vocab"] else "he", True))
variant("bpe-added-is-base", {"tokenizer.json": bpe(edit=base_added), "tokenizer_config.json": fast()}, pre="llama-bpe")
decoder = {str(N): {k: v for k, v in token(N, "<|begin_of_text|>").items() if k != "id"}, str(N + 1): {k: v for k, v in token(N, "<|end_of_text|>").items() if k != "id"},
           str(N + 3): {k: v for k, v in token(N, "<extra>", False).items() if k != "id"}, str(N + 4): {k: v for k, v in token(N, "<extra special>", True).items() if k != "id"}}
variant("bpe-decoder-has-more", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(added_tokens_decoder=decoder)}, vocab_size=N + 6, pre="llama-bpe")
variant("bpe-decoder-turns-special", {"tokenizer.json": bpe(edit=more_added), "tokenizer_config.json": fast(added_tokens_decoder={str(N + 3): {**{k: v for k, v in token(0, "<tool>", True).items() if k != "id"}}})}, pre="llama-bpe")
variant("bpe-bos-unknown", {"tokenizer.json": bpe(post=None, ignore=False), "tokenizer_config.json": fast(bos_token="<new bos>")}, vocab_size=N + 6, pre="dbrx")
variant("bpe-bos-nonspecial", {"tokenizer.json": bpe(edit=lambda d: d["added_tokens"][1].update(special=False, content="<end>")), "tokenizer_config.json": fast(eos_token="<end>")}, pre="llama-bpe")
variant("bpe-bos-as-object", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(bos_token={"__type": "AddedToken", "content": "<|begin_of_text|>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False})}, pre="llama-bpe")
variant("bpe-special-tokens-map", {"tokenizer.json": bpe(), "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}, "special_tokens_map.json": {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>", "pad_token": "<|eot_id|>"}}, pre="llama-bpe")
variant("bpe-additional-special", {"tokenizer.json": bpe(edit=more_added), "tokenizer_config.json": fast(additional_special_tokens=["<tool>", "<brandnew>"])}, vocab_size=N + 20, pre="llama-bpe")
variant("bpe-eos-template", {"tokenizer.json": bpe(post=template([("<|begin_of_text|>", N)], [("<|end_of_text|>", N + 1)])), "tokenizer_config.json": fast()}, pre="llama-bpe")
variant("bpe-eos-template-other", {"tokenizer.json": bpe(post=template([("<|begin_of_text|>", N)], [("<|eot_id|>", N + 2)])), "tokenizer_config.json": fast()}, pre="llama-bpe")
variant("bpe-template-unknown-first", {"tokenizer.json": bpe(post=template([("<|eot_id|>", N + 2)], [])), "tokenizer_config.json": fast()}, pre="llama-bpe")
variant("bpe-template-no-bos-in-config", {"tokenizer.json": bpe(post=template([("<|eot_id|>", N + 2)], [])), "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end_of_text|>"}}, pre="llama-bpe")
variant("bpe-sep-template", {"tokenizer.json": bpe(post=template([("<|begin_of_text|>", N)], [], pair_middle=[("<|end_of_text|>", N + 1)])), "tokenizer_config.json": fast()}, pre="llama-bpe")
variant("bpe-sep2-template", {"tokenizer.json": bpe(post=template([("<|begin_of_text|>", N)], [("<|end_of_text|>", N + 1)], pair_middle=[("<|end_of_text|>", N + 1), ("<|end_of_text|>", N + 1)])), "tokenizer_config.json": fast()}, pre="llama-bpe")
variant("bpe-roberta-post", {"tokenizer.json": bpe(ignore=False, post={"type": "RobertaProcessing", "sep": ["<|end_of_text|>", N + 1], "cls": ["<|begin_of_text|>", N], "trim_offsets": True, "add_prefix_space": False}), "tokenizer_config.json": fast()}, pre="dbrx")
variant("bpe-merges-old", {"tokenizer.json": bpe(edit=lambda d: d["model"].update(merges=[" ".join(m) for m in d["model"]["merges"]])), "tokenizer_config.json": fast()}, pre="llama-bpe")
def gpt2_style(d):
    d["pre_tokenizer"] = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    d["added_tokens"] = [token(N, "<|endoftext|>")]
variant("bpe-gpt2", {"tokenizer.json": bpe(ignore=False, post="bytelevel", edit=gpt2_style), "tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "add_prefix_space": False}}, pre="gpt-2")
variant("bpe-gpt2-fast", {"tokenizer.json": bpe(ignore=False, post="bytelevel", edit=gpt2_style), "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "add_prefix_space": True}}, pre="gpt-2")
merges_text = "#version: 0.2\n" + "\n".join(" ".join(m) for m in B["model"]["merges"]) + "\n"
variant("bpe-vocab-merges", {"vocab.json": {**B["model"]["vocab"], "<|endoftext|>": N}, "merges.txt": merges_text, "tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}}, pre="gpt-2", config={"bos_token_id": N, "eos_token_id": N})
variant("bpe-vocab-merges-added", {"vocab.json": {**B["model"]["vocab"], "<|endoftext|>": N}, "merges.txt": merges_text, "added_tokens.json": {"<tool>": N + 1}, "special_tokens_map.json": {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}, "tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer"}}, pre="gpt-2", vocab_size=N + 4)
# --- chat templates
variant("chat-string", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(chat_template="{{ bos_token }}ü\n")}, pre="llama-bpe")
variant("chat-list", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(chat_template=[{"name": "default", "template": "D"}, {"name": "tool use", "template": "T"}])}, pre="llama-bpe")
variant("chat-list-no-default", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(chat_template=[{"name": "rag", "template": "R"}])}, pre="llama-bpe")
variant("chat-jinja", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(), "chat_template.jinja": "J\r\nx\n"}, pre="llama-bpe")
variant("chat-jinja-and-config", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(chat_template="C"), "chat_template.jinja": "J\n"}, pre="llama-bpe")
variant("chat-jinja-additional", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(), "chat_template.jinja": "J\n", "additional_chat_templates/tool_use.jinja": "T"}, pre="llama-bpe")
variant("chat-json", {"tokenizer.json": bpe(), "tokenizer_config.json": fast(), "chat_template.json": {"chat_template": "X"}}, pre="llama-bpe")
variant("chat-no-config", {"tokenizer.json": bpe(), "chat_template.jinja": "J"}, pre="llama-bpe")
# --- SentencePiece
S = spm_base(); P = sentencepiece.SentencePieceProcessor(model_proto=S).vocab_size()
LL = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "add_bos_token": True, "add_eos_token": False}
variant("spm-alone", {"tokenizer.model": S})
variant("spm-alone-config-ids", {"tokenizer.model": S}, config={"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0})
variant("spm-config", {"tokenizer.model": S, "tokenizer_config.json": {**LL, "add_eos_token": True, "chat_template": "Z"}}, config={"bos_token_id": 1, "eos_token_id": [2, 5], "pad_token_id": -1} if False else {"bos_token_id": 1, "eos_token_id": [2, 5]})
variant("spm-padded", {"tokenizer.model": S, "tokenizer_config.json": LL}, vocab_size=P + 6, config={"bos_token_id": 1, "eos_token_id": 2})
variant("spm-too-many", {"tokenizer.model": S, "tokenizer_config.json": LL}, vocab_size=P - 6)
variant("spm-added-tokens", {"tokenizer.model": S, "tokenizer_config.json": LL, "added_tokens.json": {"<tool>": P, "<|im_end|>": P + 1, "▁▁x": P + 2}}, vocab_size=P + 4)
sd = {k: {k2: v2 for k2, v2 in t.items() if k2 != "id"} for k, t in {"0": token(0, "<unk>"), "1": token(1, "<s>"), "2": token(2, "</s>"), str(P): token(P, "<|im_start|>", False), str(P + 1): token(P + 1, "▁▁tool", False), str(P + 2): token(P + 2, "<sp>", True), str(P - 1): token(P - 1, "replaced", False)}.items()}
variant("spm-added-decoder", {"tokenizer.model": S, "tokenizer_config.json": {**LL, "added_tokens_decoder": sd}}, vocab_size=P + 4)
variant("spm-prefix-space", {"tokenizer.model": S, "tokenizer_config.json": {**LL, "add_prefix_space": False}})
variant("spm-prefix-space-true", {"tokenizer.model": S, "tokenizer_config.json": {**LL, "add_prefix_space": True}})
variant("spm-prefix-space-null", {"tokenizer.model": S, "tokenizer_config.json": {**LL, "add_prefix_space": None, "add_bos_token": None}})
variant("spm-both", {"tokenizer.model": S, "tokenizer.json": legacy_json(S), "tokenizer_config.json": LL}, config={"bos_token_id": 1, "eos_token_id": 2})
variant("spm-both-sep", {"tokenizer.model": S, "tokenizer.json": legacy_json(S, post=template([("<s>", 1)], [("</s>", 2)], pair_middle=[("</s>", 2)])), "tokenizer_config.json": {**LL, "pad_token": "<unk>"}})
variant("spm-user-symbols", {"tokenizer.model": spm_base(user_defined_symbols="<tool>,[x]", control_symbols="<ctl>"), "tokenizer_config.json": LL})
variant("spm-unigram", {"tokenizer.model": spm_base(model_type="unigram", vocab_size=320, normalization_rule_name="nmt_nfkc"), "tokenizer_config.json": LL})
variant("spm-no-prefix", {"tokenizer.model": spm_base(add_dummy_prefix=False, remove_extra_whitespaces=False, pad_id=3), "tokenizer_config.json": {**LL, "pad_token": "<pad>"}}, config={"pad_token_id": 3})
variant("json-spm", {"tokenizer.json": legacy_json(S), "tokenizer_config.json": LL}, config={"bos_token_id": 1, "eos_token_id": 2})
variant("json-spm-added", {"tokenizer.json": legacy_json(S, added=[token(0, "<unk>"), token(1, "<s>"), token(2, "</s>"), token(P, "<tool>", False), token(P + 1, "<|im_end|>", True)]), "tokenizer_config.json": LL}, vocab_size=P + 2)
variant("json-spm-added-padded", {"tokenizer.json": legacy_json(S, added=[token(0, "<unk>"), token(1, "<s>"), token(2, "</s>"), token(P, "<tool>", False), token(P + 1, "<|im_end|>", False)]), "tokenizer_config.json": {**LL, "pad_token": "<unk>"}}, vocab_size=P + 8)
variant("json-spm-fast", {"tokenizer.json": legacy_json(S), "tokenizer_config.json": {**LL, "tokenizer_class": "PreTrainedTokenizerFast"}})
variant("json-spm-no-config", {"tokenizer.json": legacy_json(S)})
# --- WordPiece
W = wordpiece_base(); WN = len(W["model"]["vocab"])
WC = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
VT = "".join(k + "\n" for k in W["model"]["vocab"])
variant("wordpiece", {"tokenizer.json": W, "vocab.txt": VT, "tokenizer_config.json": WC}, "bert", pre="bert-bge")
variant("wordpiece-json-only", {"tokenizer.json": W, "tokenizer_config.json": WC}, "bert", pre="bert-bge")
variant("wordpiece-no-config", {"tokenizer.json": W, "vocab.txt": VT}, "bert", pre="bert-bge")
variant("wordpiece-cased", {"tokenizer.json": wordpiece_base(False), "vocab.txt": VT, "tokenizer_config.json": {**WC, "do_lower_case": False}}, "bert", pre="bert-bge")
variant("wordpiece-strip-true", {"tokenizer.json": wordpiece_base(False, True), "vocab.txt": VT, "tokenizer_config.json": {**WC, "do_lower_case": False, "strip_accents": True}}, "bert", pre="bert-bge")
variant("wordpiece-strip-false", {"tokenizer.json": wordpiece_base(True, False), "vocab.txt": VT, "tokenizer_config.json": {**WC, "strip_accents": False}}, "bert", pre="bert-bge")
variant("wordpiece-vocab-only", {"vocab.txt": VT, "tokenizer_config.json": WC}, "bert", pre="bert-bge", config={"pad_token_id": 0})
variant("wordpiece-vocab-only-cased", {"vocab.txt": VT, "tokenizer_config.json": {**WC, "do_lower_case": False, "strip_accents": True}}, "bert", pre="bert-bge", config={"pad_token_id": 0})
variant("wordpiece-vocab-alone", {"vocab.txt": VT}, "bert", pre="bert-bge", config={"pad_token_id": 0})
variant("wordpiece-padded", {"tokenizer.json": W, "vocab.txt": VT, "tokenizer_config.json": WC}, "bert", vocab_size=WN + 5, pre="bert-bge", config={"type_vocab_size": 2})
def wadd():
    d = wordpiece_base(); d["added_tokens"] += [token(WN, "##special", True), token(WN + 1, "plain", False, normalized=True), token(WN + 2, "[E1]", False), token(5, "[unused0]", False), token(WN + 3, "Upper", False)]
    return d
variant("wordpiece-added", {"tokenizer.json": wadd(), "tokenizer_config.json": WC}, "bert", pre="bert-bge")
variant("wordpiece-no-mask", {"tokenizer.json": W, "tokenizer_config.json": {k: v for k, v in WC.items() if k not in ("mask_token", "pad_token")}}, "bert", pre="bert-bge")
def minilm():
    d = wordpiece_base()
    d["truncation"] = {"max_length": 128, "strategy": "LongestFirst", "stride": 0}
    d["padding"] = {"strategy": {"Fixed": 128}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}
    return d
variant("wordpiece-minilm-shaped", {"tokenizer.json": minilm(), "vocab.txt": VT, "tokenizer_config.json": {**WC, "tokenize_chinese_chars": True, "strip_accents": None, "name_or_path": "nreimers/MiniLM-L6-H384-uncased", "do_basic_tokenize": True, "never_split": None, "model_max_length": 512}, "special_tokens_map.json": {k: v for k, v in WC.items() if k.endswith("_token")}}, "bert", pre="bert-bge", config={"pad_token_id": 0, "type_vocab_size": 2})
variant("bpe-tokens-equivalent-in-unicode", {"tokenizer.json": bpe(edit=lambda d: d["added_tokens"].extend([token(N + 3, "<e\u0301>", False), token(N + 4, "<\u1e9b\u0323>", False), token(N + 5, "<\u1e9b\u0323x>".replace("\u1e9b\u0323", "\u1e61\u0307"), True)])), "tokenizer_config.json": fast()}, pre="llama-bpe")
def wseq():
    d = wordpiece_base(); d["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}]}; return d
variant("wordpiece-sequence-normalizer", {"tokenizer.json": wseq(), "tokenizer_config.json": {**WC, "tokenizer_class": "PreTrainedTokenizerFast"}}, "bert", pre="bert-bge")
def wbp():
    d = wordpiece_base(); d["post_processor"] = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}; return d
variant("wordpiece-bertprocessing", {"tokenizer.json": wbp(), "tokenizer_config.json": {**WC, "tokenizer_class": "PreTrainedTokenizerFast"}}, "bert", pre="bert-bge")

def value(part):
    return part.value

def run(name, files, arch, vocab_size, config, pre):
    with tempfile.TemporaryDirectory() as top:
        folder = pathlib.Path(top) / "model"; folder.mkdir()
        for file, data in files.items():
            (folder / file).parent.mkdir(exist_ok=True); (folder / file).write_bytes(data)
        if vocab_size is None:
            vocab_size = P if "tokenizer.model" in files else None
        if "tokenizer.model" in files and vocab_size == P:
            vocab_size = sentencepiece.SentencePieceProcessor(model_proto=files["tokenizer.model"]).vocab_size()
        if vocab_size is None:
            if "tokenizer.json" in files:
                d = json.loads(files["tokenizer.json"]); ids = list(d["model"]["vocab"].values()) + [a["id"] for a in d["added_tokens"]]
            elif "vocab.json" in files: ids = list(json.loads(files["vocab.json"]).values())
            else: ids = list(range(len(files["vocab.txt"].decode().splitlines())))
            vocab_size = max(ids) + 1
        base = {"llama": {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 2, "num_key_value_heads": 2, "num_hidden_layers": 1, "max_position_embeddings": 32, "rms_norm_eps": 1e-5},
                "bert": {"architectures": ["BertModel"], "model_type": "bert", "hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1, "max_position_embeddings": 32, "layer_norm_eps": 1e-12, "type_vocab_size": 2}}[arch]
        written = {**base, "vocab_size": vocab_size, **config}
        (folder / "config.json").write_text(json.dumps(written))
        name_of_table = "model.embed_tokens.weight" if arch == "llama" else "embeddings.word_embeddings.weight"
        save_file({name_of_table: torch.zeros(vocab_size, 8)}, str(folder / "model.safetensors"))
        result = {"vocab_size": vocab_size, "config": {k: v for k, v in written.items() if k.endswith("_id") or k in ("vocab_size", "type_vocab_size", "model_type")},
                  "files": {k: {"base64": base64.b64encode(v).decode()} if k.endswith(".model") else v.decode() for k, v in files.items()}}
        try:
            cls = get_model_class(base["architectures"][0])
            real = cls.get_vocab_base_pre
            def patched(self, tokenizer):
                try: return real(self, tokenizer)
                except NotImplementedError:
                    result["pre_patched"] = True
                    return pre
            cls.get_vocab_base_pre = patched
            try:
                with torch.inference_mode():
                    model = cls(folder, gguf.LlamaFileType.ALL_F32, folder / "out.gguf")
                    model.set_vocab()
            finally: cls.get_vocab_base_pre = real
            kv = {}
            for key, v in model.gguf_writer.kv_data[0].items():
                if not key.startswith("tokenizer."): continue
                entry = {"type": v.type.name}
                data = v.value
                if v.type == gguf.GGUFValueType.ARRAY:
                    entry["elem_type"] = gguf.GGUFValueType.get_type(data[0]).name
                    data = [x.decode() if isinstance(x, (bytes, bytearray)) else int(x) if isinstance(x, int) else x for x in data]
                elif isinstance(data, bytes): data = data.decode()
                entry["value"] = data
                kv[key] = entry
            result["kv"] = kv
        except BaseException as e:
            result["error"] = f"{type(e).__name__}: {e}".replace(str(top), "")[:300]
        return result

def fixture(folder):
    folder = FIXTURES / folder
    names = ["tokenizer.json", "tokenizer.model", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json"]
    files = {n: (folder / n).read_bytes() for n in names if (folder / n).exists()}
    config = json.loads((folder / "config.json").read_text())
    return files, config

def write(name, results):
    text = json.dumps(results, ensure_ascii=False, indent=0)
    (OUT / name).write_text(text)
    return {name: hashlib.sha256(text.encode()).hexdigest()}

OUT.mkdir(parents=True, exist_ok=True)
results = {}
for v in VARIANTS:
    results[v[0]] = run(*v)
    r = results[v[0]]
    print(v[0], r.get("error") or len(r["kv"]), file=sys.stderr)
sums = write("variants.json", results)
kept = {}
for name in ["llama/llama-spm-gqa", "llama/llama-bpe-kquant", "mistral/mistral-gqa", "bert/bert"]:
    files, config = fixture(name)
    kept[name] = {"vocab_size": config["vocab_size"], "config": {k: v for k, v in config.items() if k.endswith("_id") or k in ("vocab_size", "type_vocab_size", "model_type")},
                  "files": {k: {"base64": base64.b64encode(v).decode()} if k.endswith(".model") else v.decode() for k, v in files.items()},
                  "kv": {k: v for k, v in json.loads((FIXTURES / name / "expected-gguf.json").read_text())["kv"].items() if k.startswith("tokenizer.")}}
files, config = fixture("rod/model")
kept["rod"] = run("rod", files, "llama", config["vocab_size"], {"bos_token_id": config["bos_token_id"], "eos_token_id": config["eos_token_id"], "pad_token_id": None}, "llama-bpe")
sums |= write("fixtures.json", kept)
(OUT / "manifest.json").write_text(json.dumps({
    "variants.json": "tokenizer folders and the tokenizer.* keys that llama.cpp's converter (its model classes, vocabulary only) writes for each; `error` where it fails; `pre_patched` where it does not know the pre-tokenizer's hash and the variant's own name was given",
    "fixtures.json": "the tokenizer files and keys of the reference checkpoints llama-spm-gqa, llama-bpe-kquant, mistral-gqa, bert and rod, in the same form",
    "script": "tools/golden/tokenizer_variants.py", "date": "2026-11-21",
    "peers": {"llama.cpp": "as in the llama_cpp_python 0.3.36 sdist", "transformers": transformers.__version__, "tokenizers": tokenizers.__version__, "sentencepiece": sentencepiece.__version__, "torch": torch.__version__},
    "sha256": sums}, indent=1) + "\n")
