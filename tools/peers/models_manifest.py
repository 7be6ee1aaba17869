"""Writes Golden/Models/manifest.json: what the reference checkpoints are, how they were made, the hash of each file.

    python models_manifest.py MANIFEST...    the manifests of the original cases (for versions and seeds)
"""

import json
import pathlib
import sys

import evidence

ROOT = pathlib.Path(__file__).resolve().parents[2] / "Golden" / "Models"
WHAT = {
    "rod": "6.8M-parameter Llama trained for this project on technical English, bf16, two shards; also the demo's input. "
    "Plain files, so that tools/run needs to unpack nothing.",
    "llama/llama-spm-gqa": "random Llama, grouped-query attention, SentencePiece, vocabulary padded",
    "llama/llama-bpe-kquant": "random Llama, tied embeddings, byte-level BPE, vocabulary padded",
    "mistral/mistral-gqa": "random Mistral, SentencePiece, configuration as Transformers 4 wrote it",
    "bert/bert": "random BERT with pooler, WordPiece",
}
HOW = (
    "Weights by torch from the seed, saved by Transformers. expected-gguf*.json: every key and tensor hash of the GGUF "
    "by llama.cpp's convert_hf_to_gguf.py run in a folder of the case's name (general.name comes from it). "
    "expected_logits.safetensors: Transformers on CPU in float32, eager attention. "
    "pre_told: the converter knows pre-tokenizers by a hash of their output and refuses tokenizers it has not seen; "
    "after it had refused, get_vocab_base_pre was made to return this name."
)


def main():
    originals = {}
    for path in map(pathlib.Path, sys.argv[1:]):
        manifest = json.loads(path.read_text())
        originals[manifest["case"]] = manifest
    cases = {}
    for name, what in WHAT.items():
        case = {"what": what}
        if original := originals.get(name):
            case["seed"] = original["seed"]
            case["stored_dtype"] = original["stored_dtype"]
            case["versions"] = original["versions"]
            made = original["gguf"]["expected-f32.gguf"]
            case["pre_told"] = made["pre_returned"]
        folder = ROOT / name
        case["files"] = {
            path.name: {"bytes": path.stat().st_size, "sha256": evidence.sha256(path)}
            for path in sorted(folder.iterdir())
        }
        cases[name] = case
    evidence.write(ROOT / "manifest.json", {"how": HOW, "script": pathlib.Path(__file__).name, "cases": cases})


if __name__ == "__main__":
    main()
