"""Embeddings by a real llama.cpp, mean-pooled and normalised.

    python llama_embed.py MODEL.gguf < {"sentences": [...]} > {"peer": ..., "embeddings": [[...], ...]}
"""

import importlib.metadata
import json
import sys

import xllamacpp

import llama_peer


def main():
    sentences = json.load(sys.stdin)["sentences"]
    params = llama_peer.parameters(sys.argv[1], 512)
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    with llama_peer.quiet():
        server = xllamacpp.Server(params)
        reply = llama_peer.answer(server.handle_embeddings({"input": sentences}))
    if "data" not in reply:
        sys.exit(f"llama_embed: llama.cpp answered {json.dumps(reply)[:400]}")
    rows = sorted(reply["data"], key=lambda row: row["index"])
    version = importlib.metadata.version("xllamacpp")
    print(json.dumps({"peer": f"xllamacpp {version}", "embeddings": [row["embedding"] for row in rows]}))


if __name__ == "__main__":
    main()
