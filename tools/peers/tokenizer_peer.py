"""Tokenizers of other projects, to be measured: says how many ids a text has and the seconds that took.

    tokenizer_peer.py ENGINE FILE TEXT [PATTERN]    ids of a text, "IDS LOAD_SECONDS ENCODE_SECONDS"
    tokenizer_peer.py merges FILE OUTPUT PATTERN    a rank file as tokenizer.json, "MERGES SECONDS"

ENGINE: tiktoken (a rank file and a pattern), tokenizers (tokenizer.json), sentencepiece (tokenizer.model). One
thread; seconds are of the CPU. tokenizers gets the text line by line in parts of 4 kB and keeps no offsets, which is
how it is fastest; the others get it whole.
"""

import os
import sys
import time

os.environ |= {"TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def ranks(path):
    import base64

    with open(path, "rb") as file:
        return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in file if line.strip())}


def parts(text):
    """Whole lines, about 4 kB together."""
    result, size = [[]], 0
    for line in text.split("\n"):
        line += "\n"
        if size > 4096:
            result.append([])
            size = 0
        result[-1].append(line)
        size += len(line)
    result[-1][-1] = result[-1][-1][:-1]
    return ["".join(lines) for lines in result]


def loaded(engine, path, pattern):
    """A function from a text to the number of its ids."""
    if engine == "tiktoken":
        import tiktoken

        encoding = tiktoken.Encoding("bench", pat_str=pattern, mergeable_ranks=ranks(path), special_tokens={})
        return lambda text: len(encoding.encode_ordinary(text))
    if engine == "tokenizers":
        import tokenizers

        tokenizer = tokenizers.Tokenizer.from_file(path)
        tokenizer.encode_special_tokens = True
        return lambda text: sum(
            len(found.ids) for found in tokenizer.encode_batch_fast(parts(text), add_special_tokens=False))
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=path)
    return lambda text: len(processor.encode(text))


def merges(path, output, pattern):
    from transformers.convert_slow_tokenizer import TikTokenConverter

    start = time.process_time()
    tokenizer = TikTokenConverter(vocab_file=path, pattern=pattern).converted()
    seconds = time.process_time() - start
    tokenizer.save(output)
    import json

    with open(output, encoding="utf-8") as file:
        print(len(json.load(file)["model"]["merges"]), f"{seconds:.4f}")


def main():
    if sys.argv[1] == "merges":
        return merges(*sys.argv[2:])
    engine, path, source = sys.argv[1:4]
    with open(source, encoding="utf-8", newline="") as file:
        text = file.read()
    begin = time.process_time()
    encode = loaded(engine, path, sys.argv[4] if len(sys.argv) > 4 else None)
    middle = time.process_time()
    count = encode(text)
    print(count, f"{middle - begin:.4f} {time.process_time() - middle:.4f}")


if __name__ == "__main__":
    main()
