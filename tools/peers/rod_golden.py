"""Writes Golden/Peers/rod-*.json: what Transformers computes with the model rod, and what the peer's GGUFs hold.

    LLAMA_CPP=<tree> python rod_golden.py      (heavy environment)
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers

import evidence
import gguf_json
import peer_converter

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROD = ROOT / "Golden" / "Models" / "rod"
PEERS = ROOT / "Golden" / "Peers"
TOKENS = [39, 426, 27, 199, 43, 343, 1160, 315, 641, 314, 284, 80, 688, 530, 303, 265]
OUTTYPES = ["f32", "f16", "bf16", "q8_0"]


def llama_cpp(path, vocabulary):
    request = json.dumps({"tokens": TOKENS, "vocabulary": vocabulary})
    script = pathlib.Path(__file__).with_name("llama_logits.py")
    done = subprocess.run([sys.executable, str(script), str(path)], input=request, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return torch.tensor(json.loads(done.stdout)["logprobs"])


def main():
    model = transformers.AutoModelForCausalLM.from_pretrained(
        ROD, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.inference_mode():
        logits = model(torch.tensor([TOKENS]), use_cache=False).logits[0]
    logprobs = torch.log_softmax(logits.double(), dim=-1)
    count = logits.shape[-1]
    ids = [sorted({*row.topk(24).indices.tolist(), *range(0, count, 512)}) for row in logprobs]
    converter = peer_converter.Converter(os.environ["LLAMA_CPP"])
    differences = {}
    with tempfile.TemporaryDirectory() as temporary:
        for outtype in OUTTYPES:
            path = pathlib.Path(temporary) / f"rod-{outtype}.gguf"
            result = converter.run(ROD, path, outtype, "llama-bpe")
            if result["rc"] != 0:
                sys.exit(result["error"])
            text = json.dumps(gguf_json.describe(path), indent=0, ensure_ascii=False)
            plain = pathlib.Path(temporary) / f"rod-gguf-{outtype}.json"
            plain.write_text(text)
            packed = PEERS / (plain.name + ".zst")
            subprocess.run(["zstd", "-q", "-19", "-f", str(plain), "-o", str(packed)], check=True)
            rows = llama_cpp(path, count)
            differences[outtype] = max(
                (rows[row][index] - logprobs[row][index]).abs().max().item() for row, index in enumerate(ids))
    golden = {
        **evidence.header(
            __file__, "transformers; llama.cpp convert_hf_to_gguf.py (sdist of llama-cpp-python 0.3.36), xllamacpp",
            ["torch", "transformers", "xllamacpp", "gguf"]),
        "what": "log-probabilities of the next token after each prefix, float32, CPU, eager attention; the 24 likeliest "
        "tokens of each and every 512th. peer_differences: how far a real llama.cpp is from them with the peer's own GGUF "
        "(it rounds activations to the weights' type). The peer's pre-tokenizer hash does not know this tokenizer; it was "
        "told llama-bpe.",
        "files": evidence.files(ROD),
        "vocabulary": count,
        "tokens": TOKENS,
        "peer_differences": differences,
        "ids": ids,
        "logprobs": [[round(logprobs[row][i].item(), 6) for i in index] for row, index in enumerate(ids)],
    }
    (PEERS / "rod-logits.json").write_text(evidence.compact(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
