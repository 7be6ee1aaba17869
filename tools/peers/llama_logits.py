"""Log-probabilities of the next token after every prefix of a sequence, by a real llama.cpp.

    python llama_logits.py MODEL.gguf [ADAPTER.gguf] < {"tokens": [...], "vocabulary": 4096}
        > {"peer": ..., "logprobs": [[one number per token id], ... one row per prefix]}

llama.cpp's server gives log-probabilities for the next token only: each prefix is one request. It gives none with
a token that ends the text or is half a character, and the row is null then; "sampled" names a token that it is to
choose instead, which does not change the probabilities, taken before.
"""

import importlib.metadata
import json
import sys

import xllamacpp

import llama_peer


def main():
    request = json.load(sys.stdin)
    tokens, count = request["tokens"], request["vocabulary"]
    rows = []
    with llama_peer.quiet():
        parameters = llama_peer.parameters(sys.argv[1], 512)
        parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 1.0) for path in sys.argv[2:]]
        server = xllamacpp.Server(parameters)
        for length in range(1, len(tokens) + 1):
            question = {
                "prompt": tokens[:length],
                "n_predict": 1,
                "n_probs": count,
                "temperature": 0,
                "cache_prompt": False,
                "post_sampling_probs": False,
            }
            if "sampled" in request:
                question["logit_bias"] = [[request["sampled"], 1000]]
            reply = llama_peer.answer(server.handle_completions(question))
            if "choices" not in reply:
                sys.exit(f"llama_logits: llama.cpp answered {json.dumps(reply)[:400]}")
            given = reply["choices"][0]["logprobs"]
            if given is None:
                rows.append(None)
                continue
            row = [None] * count
            for candidate in given["content"][0]["top_logprobs"]:
                row[candidate["id"]] = candidate["logprob"]
            rows.append(row)
    version = importlib.metadata.version("xllamacpp")
    print(json.dumps({"peer": f"xllamacpp {version}", "logprobs": rows}))


if __name__ == "__main__":
    main()
