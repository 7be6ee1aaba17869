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
    "bloom/bloom": "random BLOOM: fused qkv by head, ALiBi, embedding norm",
    "deepseek/deepseek-v2-mla": "random DeepSeek-V2: latent attention with compressed queries, shared and routed experts",
    "deepseek/deepseek-v3-mla": "random DeepSeek-V3: latent attention, sigmoid router with correction bias, grouped experts",
    "falcon/falcon-7b-multiquery": "random Falcon of the 7B style: one key/value head, parallel attention, one norm",
    "falcon/falcon-new-arch": "random Falcon of the 40B style: grouped key/value heads, two norms",
    "gemma2/gemma2": "random Gemma 2: soft caps, alternating windows, norms that add one",
    "gemma3/gemma3-text": "random Gemma 3 (text): query and key norms, five windows to one full layer",
    "gpt2/gpt2": "random GPT-2 with n_ctx added to config.json, which the converter needs",
    "gptneox/gptneox-parallel": "random GPT-NeoX: parallel residual, rotary over a quarter of each head",
    "gptoss/gptoss-bf16": "random gpt-oss: sinks, interleaved gate and up, bf16 experts",
    "gptoss/gptoss-mxfp4": "random gpt-oss with MXFP4 experts; expected_logits made with rope frequencies rounded to bf16",
    "mamba/mamba": "random Mamba",
    "mixtral/mixtral": "random Mixtral, SentencePiece",
    "olmo2/olmo2": "random OLMo 2: norms behind attention and feed-forward",
    "phi2/phi2": "random Phi-2: parallel blocks, partial rotary, biases",
    "phi3/phi3": "random Phi-3: fused qkv and gate_up, SentencePiece",
    "qwen2/qwen2-kquant-tied": "random Qwen2, tied, rows of 256",
    "qwen2/qwen2-untied": "random Qwen2, untied",
    "qwen2moe/qwen2moe": "random Qwen2-MoE: shared expert with a gate",
    "qwen3/qwen3": "random Qwen3: query and key norms",
    "qwen3moe/qwen3moe": "random Qwen3-MoE",
    "stablelm/stablelm": "random StableLM: layer norms, partial rotary, qkv biases",
    "starcoder2/starcoder2": "random Starcoder2: layer norms, biases, one gelu matrix pair",
    "t5/t5-gated": "random T5 v1.1: gated gelu, untied, Unigram",
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
