"""Lathe's tokenizers beside tiktoken, tokenizers and sentencepiece: text to ids, merge lists, loading.

Everything runs on one thread, each engine with the same tokenizer and the same text. Lathe is the command, which reads
the text from its input and writes the ids: its rate is the CPU time of the process beyond that of an empty text, and
whole. The rates of the others are those of the call that encodes, and of the process, which writes no ids.
"""

import hashlib
import importlib.metadata
import json
import pathlib
import platform
import random
import subprocess
import sys
import sysconfig

from measuring import LATHE, PYTHON, ROOT, CommandFailed, Run, measure, megabytes, say, swift_version, verdict

PEER = str(ROOT / "tools" / "peers" / "tokenizer_peer.py")
GOLDEN = ROOT / "Golden" / "Tokenizers"
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])
SIZE = 10_000_000


def add_options(parser):
    parser.add_argument("--ranks", action="append", default=[], metavar="FILE:PATTERN",
                        help="a rank file of yours to encode with, and its expression or the name of one that Lathe knows")


def unpacked(name, folder):
    """A golden file without its compression."""
    path = folder / name.replace("/", "-")
    with open(path, "wb") as file:
        subprocess.run(["zstd", "-qdc", str(GOLDEN / f"{name}.zst")], stdout=file, check=True)
    return path


def text(folder):
    """Ten million bytes: the interpreter's own library, and the corpus of languages between its files."""
    path = folder / "text.txt"
    corpus = [entry["text"] for entry in json.loads(unpacked("corpus/texts.json", folder).read_bytes())]
    corpus = [entry for entry in corpus if len(entry) < 2000 and "\r" not in entry and "\0" not in entry]
    order = random.Random(1)
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    files = sorted(file for file in library.rglob("*.py") if "site-packages" not in file.parts and "test" not in file.parts)
    data = bytearray()
    for file in files:
        source = file.read_bytes()
        if len(data) > SIZE:
            break
        try:
            data += source.decode().encode()
        except UnicodeDecodeError:
            continue
        extra = len(source) * 0.05
        while extra > 0:
            entry = order.choice(corpus).encode() + b"\n"
            data += entry
            extra -= len(entry)
    while len(data) < SIZE:
        data += data[:SIZE - len(data)]
    end = SIZE
    while data[end] & 0xC0 == 0x80:
        end -= 1
    path.write_bytes(data[:end])
    return path


def large_ranks(folder, tekken):
    """A rank file of 200,000 tokens: tekken's, and pairs of them by chance."""
    path = folder / "large.tiktoken"
    document = json.loads(tekken.read_bytes())
    import base64

    config = document["config"]
    count = config["default_vocab_size"] - config["default_num_special_tokens"]
    tokens = [base64.b64decode(entry["token_bytes"]) for entry in document["vocab"][:count]]
    known, chance = set(tokens), random.Random(2)
    while len(tokens) < 200_000:
        token = chance.choice(tokens[:count]) + chance.choice(tokens[:count])
        if token not in known and len(token) <= 24:
            known.add(token)
            tokens.append(token)
    path.write_bytes(b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens)))
    return path


def tekken_ranks(folder, tekken):
    path = folder / "tekken.tiktoken"
    document = json.loads(tekken.read_bytes())
    config = document["config"]
    count = config["default_vocab_size"] - config["default_num_special_tokens"]
    path.write_text("".join(f"{entry['token_bytes']} {entry['rank']}\n" for entry in document["vocab"][:count]))
    return path, config["pattern"]


class Bench:
    def __init__(self, folder, repeats):
        self.folder, self.repeats = folder, repeats
        self.text = text(folder)
        self.empty = folder / "empty.txt"
        self.empty.write_bytes(b"")

    def run(self, command, stdin=None):
        runs = [measure(self.folder, command, stdin=stdin) for _ in range(self.repeats)]
        return Run(*(min(getattr(run, name) for run in runs) for name in ("wall", "cpu", "peak")))

    def lathe(self, path, source, options=()):
        return self.run([LATHE, "tokenizer", "encode", str(path), *options], stdin=str(source))

    def peer(self, engine, path, source, pattern=None):
        """The process, and what it says: ids, seconds of loading and of encoding."""
        command = [PYTHON, PEER, engine, str(path), str(source), *([pattern] if pattern else [])]
        said = []
        for _ in range(self.repeats):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise CommandFailed(f"benchmark: {engine} failed:\n{done.stderr[-1500:]}")
            said.append([float(word) for word in done.stdout.split()])
        return self.run(command), [min(column) for column in zip(*said)]

    def ids(self, path, options=()):
        with open(self.text, "rb") as file:
            done = subprocess.run([LATHE, "tokenizer", "encode", str(path), *options], stdin=file, capture_output=True, check=True)
        return len(done.stdout.split())


def rate(size, seconds):
    return f"{size / 1e6 / max(seconds, 1e-4):.1f}"


def encoding(bench, label, path, options, peers, goal):
    """Rows of one tokenizer: Lathe, then the engines (name, file, pattern)."""
    say(f"encoding with {label}")
    size = bench.text.stat().st_size
    loading, whole = bench.lathe(path, bench.empty, options), bench.lathe(path, bench.text, options)
    mine = whole.cpu - loading.cpu
    count = bench.ids(path, options)
    others, best = [], 0
    for engine, file, pattern in peers:
        run, (ids, load, seconds) = bench.peer(engine, file, bench.text, pattern)
        best = max(best, size / seconds)
        note = "" if ids == count else f"{ids - count:+.0f} ids"
        others.append([label, engine, rate(size, seconds), rate(size, run.cpu), f"{load:.2f}", megabytes(run.peak), note, ""])
    met = None
    if goal:
        met = size / mine >= 10e6 and size / mine > best
    first = [label, "lathe", rate(size, mine), rate(size, whole.cpu), f"{loading.cpu:.2f}", megabytes(whole.peak),
             f"{count} ids" + ("; >= 10 MB/s and faster than the others" if goal else ""), verdict(met)]
    return [first, *others]


def table(head, rows):
    return [f"| {' | '.join(head)} |", f"| {' | '.join('---' if index in (0, 1, len(head) - 2) else '--:' for index in range(len(head)))} |",
            *(f"| {' | '.join(row)} |" for row in rows)]


def section(folder, options):
    bench = Bench(folder, options.repeats)
    data = bench.text.read_bytes()
    rows = []
    gpt2 = unpacked("whisper-gpt2/gpt2.tiktoken", folder)
    tekken = unpacked("tekken/tekken.json", folder)
    plain, pattern = tekken_ranks(folder, tekken)

    def converted(source, *words):
        target = folder / f"{source.stem}-tokenizer.json"
        subprocess.run([LATHE, "tokenizer", "convert", str(source), "-o", str(target), *words], check=True, stdout=subprocess.DEVNULL)
        return target

    for label, source, expression, words in [
        ("gpt2, 50k", gpt2, GPT2, ["--pattern", "gpt2"]), ("tekken, 130k", plain, pattern, ["--pattern", pattern]),
        *((pathlib.Path(item.split(":", 1)[0]).name, pathlib.Path(item.split(":", 1)[0]), item.split(":", 1)[1],
           ["--pattern", item.split(":", 1)[1]]) for item in options.ranks),
    ]:
        target = converted(source, *words)
        rows += encoding(
            bench, f"{label}, tokenizer.json", target, [], [("tiktoken", source, expression), ("tokenizers", target, None)], True)
        rows += encoding(bench, f"{label}, ranks", source, words, [], False)[:1]
    bpe, unigram = unpacked("sources/mistral-v1/tokenizer.model", folder), unpacked("sources/spm-unigram-nmt/tokenizer.model", folder)
    rows += encoding(bench, "SentencePiece BPE, 32k (Mistral)", bpe, [], [("sentencepiece", bpe, None)], False)
    rows += encoding(bench, "SentencePiece Unigram, 4k", unigram, [], [("sentencepiece", unigram, None)], False)
    bert = unpacked("sources/bert-bge/tokenizer.json", folder)
    rows += encoding(bench, "WordPiece, 30k (BERT)", bert, [], [("tokenizers", bert, None)], False)

    say("merge list of a large vocabulary")
    ranks = large_ranks(folder, tekken)
    out = folder / "large-tokenizer.json"
    mine = bench.run([LATHE, "tokenizer", "convert", str(ranks), "-o", str(out), "--force", "--pattern", O200K])
    done = subprocess.run([PYTHON, PEER, "merges", str(ranks), str(folder / "peer.json"), O200K], capture_output=True, text=True)
    if done.returncode != 0:
        raise CommandFailed(f"benchmark: transformers failed:\n{done.stderr[-1500:]}")
    merges, seconds = done.stdout.split()
    jobs = [
        [f"200,000 ranks to tokenizer.json, {merges} merges", "lathe tokenizer convert", f"{mine.wall:.2f}", f"{mine.cpu:.2f}",
         megabytes(mine.peak), "the whole process; CPU <= 0.6 s", verdict(mine.cpu <= 0.6)],
        ["", "transformers' TikTokenConverter", "", seconds, "", "the call alone", ""],
    ]
    say("loading")
    large = folder / "tekken-tokenizer.json"
    mine = bench.lathe(large, bench.empty)
    _, (_, load, _) = bench.peer("tokenizers", large, bench.empty)
    jobs += [
        ["loading tokenizer.json of 130,072 tokens", "lathe tokenizer encode, no text", f"{mine.wall:.2f}", f"{mine.cpu:.2f}",
         megabytes(mine.peak), "the whole process; CPU <= 0.3 s", verdict(mine.cpu <= 0.3)],
        ["", "tokenizers", "", f"{load:.2f}", "", "the call alone", ""],
    ]
    share = sum(byte >= 0x80 for byte in data) / len(data)
    return [
        f"{swift_version()}. {peer_version()}.",
        "",
        f"One thread, best of {options.repeats}. The text: {len(data):,} bytes of Python {platform.python_version()}'s library with texts of "
        f"many languages between its files, {share:.1%} of the bytes not ASCII, sha256 {hashlib.sha256(data).hexdigest()[:16]}. Encoding: CPU "
        "time of the call that encodes; of lathe, the process with the text less the process with none. Process: all CPU time of the process, "
        "with start, loading, reading, and lathe's writing of the ids. tokenizers gets parts of about 4 kB without offsets "
        "(its fastest way), so that a few ids differ where parts meet.",
        "",
        *table(["tokenizer", "engine", "encoding MB/s", "process MB/s", "loading CPU s", "peak MB", "ids and goal", ""], rows),
        "",
        *table(["job", "program", "wall s", "CPU s", "peak MB", "goal", ""], jobs),
    ]


def peer_version():
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ["tiktoken", "tokenizers", "sentencepiece", "transformers"])
