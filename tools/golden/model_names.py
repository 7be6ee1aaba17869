"""What gguf-py reads from model names: Golden/Conversion/model-names.json.

usage: model_names.py OUTPUT    (needs the package gguf)
"""

import datetime
import importlib.metadata
import json
import sys

from gguf.metadata import Metadata

NAMES = [
    "llama-spm-gqa", "bert", "mistral-gqa", "Llama-3.1-8B-Instruct", "meta-llama/Llama-2-7b-chat-hf",
    "mistralai/Mixtral-8x7B-Instruct-v0.1", "bigscience/bloom-7b1", "all-MiniLM-L6-v2",
    "nreimers/MiniLM-L6-H384-uncased", "Qwen1.5-MoE-A2.7B-Chat", "TinyLlama-1.1B-Chat-v1.0",
    "Phi-3-mini-4k-instruct", "gpt2-medium", "model", "v2", "Mistral-7B-v0.3", "starcoder2-15b",
    "falcon-40b", "stablelm-2-1_6b", "Some Model 7B", "./here", "a--b", "Hermes-2-Pro-Llama-3-8B",
    "DeepSeek-V2-Lite-Chat", "gemma-2-9b-it", "Llama-3-8B-Instruct-262k", "x-iter3-7b", "f16",
    "tiny-random-bf16", "Qwen2.5-0.5B-Instruct", "Nous-Hermes-llama-2-7b", "open-llama-3b-v2",
    "rod", "Model_7B", "7B", "LLaMA-7B-xl", "T5-small", "t5-xxl-lm", "QWEN-72B-Q4_0", "abc-1x22B",
]
SIZES = [0, 139584, 22_700_000, 1_100_000_000, 7_000_000_000, 46_700_000_000]

cases = []
for name in NAMES:
    for size in SIZES:
        full, org, base, fine, version, label = Metadata.get_model_id_components(name, size)
        cases.append({
            "name": name, "parameters": size, "full_name": full, "organization": org,
            "basename": base, "finetune": fine, "version": version, "size_label": label,
            "title": Metadata.id_to_title(full),
        })
document = {
    "peer": "gguf", "version": importlib.metadata.version("gguf"),
    "script": "tools/golden/model_names.py", "date": datetime.date.today().isoformat(),
    "cases": cases,
}
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(document, file, indent=1)
    file.write("\n")
