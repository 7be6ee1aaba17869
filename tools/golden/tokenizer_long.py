"""What SentencePiece makes of one long text: the corpus, twice, a line for each text.

usage: tokenizer_long.py SOURCES CORPUS.json OUTPUT.json

SOURCES holds a folder per tokenizer with tokenizer.model.zst. OUTPUT gets for each the number of ids and the
SHA-256 of their decimal forms with spaces between.
"""
import hashlib
import json
import pathlib
import subprocess
import sys

import sentencepiece

sources, corpus, output = sys.argv[1:4]
texts = [entry["text"] for entry in json.load(open(corpus, encoding="utf-8"))]
long = "\n".join(texts + texts)
result = {"what": f"ids of the corpus, twice, joined by line feeds, by sentencepiece {sentencepiece.__version__}", "script": "tools/golden/tokenizer_long.py", "ids": {}}
for path in sorted(pathlib.Path(sources).glob("*/tokenizer.model.zst")):
    model = subprocess.run(["zstd", "-qdc", path], capture_output=True, check=True).stdout
    ids = sentencepiece.SentencePieceProcessor(model_proto=model).encode(long)
    digest = hashlib.sha256(" ".join(map(str, ids)).encode()).hexdigest()
    result["ids"][path.parent.name] = {"count": len(ids), "sha256": digest}
json.dump(result, open(output, "w"), indent=1)
