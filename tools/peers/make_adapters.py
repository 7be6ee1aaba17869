"""Makes the tiny LoRA adapters of Golden/Adapters with PEFT, and what llama.cpp's convert_lora_to_gguf.py makes of them.

    LLAMA_CPP=<tree> python make_adapters.py [CASE...]      (heavy environment with peft; tools/peers/refresh calls it)

PEFT puts an adapter on a model of Golden/Models, every number of it becomes random from a seed that follows from the
case's name (so that no B is zero), and PEFT saves it. base_model_name_or_path is the base's name, as on the hub.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

import peft
import torch
import transformers

import evidence
import gguf_json

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADAPTERS = ROOT / "Golden" / "Adapters"
MODELS = ROOT / "Golden" / "Models"
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]

# Case -> base, options of LoraConfig, and how it is saved.
CASES = {
    "llama-attention": {"base": "llama/llama-spm-gqa", "config": {"r": 4, "lora_alpha": 6, "target_modules": ATTENTION}},
    "llama-patterns": {
        "base": "llama/llama-spm-gqa",
        "config": {
            "r": 2, "lora_alpha": 8, "target_modules": [*ATTENTION, "gate_proj", "up_proj", "down_proj"],
            "rank_pattern": {"q_proj": 4, "layers.1.mlp.down_proj": 3},
            "alpha_pattern": {"v_proj": 5, "^model.layers.0.self_attn.q_proj": 12},
        },
        "container": "bin", "dtype": torch.bfloat16,
    },
    "llama-rslora": {
        "base": "llama/llama-spm-gqa",
        "config": {"r": 3, "lora_alpha": 2, "use_rslora": True, "target_modules": ["q_proj", "down_proj"]},
    },
    "llama-embedding": {
        "base": "llama/llama-spm-gqa",
        "config": {"r": 2, "lora_alpha": 4, "target_modules": ["embed_tokens", "lm_head", "k_proj"]},
        "save_embedding_layers": False,
    },
    "llama-saved": {
        "base": "llama/llama-spm-gqa",
        "config": {
            "r": 2, "lora_alpha": 4, "target_modules": ["o_proj"],
            "modules_to_save": ["input_layernorm", "norm"],
        },
        "dtype": torch.bfloat16,
    },
    "llama-dora": {
        "base": "llama/llama-spm-gqa",
        "config": {"r": 2, "lora_alpha": 4, "use_dora": True, "target_modules": ["q_proj", "up_proj"]},
    },
    "llama-bias": {
        "base": "variants/llama-biases",
        "config": {"r": 2, "lora_alpha": 4, "bias": "lora_only", "target_modules": ["k_proj", "down_proj"]},
    },
    "llama-f32": {
        "base": "variants/llama-tied-f32", "config": {"r": 5, "lora_alpha": 7, "target_modules": "all-linear"},
    },
    "mistral": {
        "base": "mistral/mistral-gqa",
        "config": {"r": 3, "lora_alpha": 16, "target_modules": ["q_proj", "k_proj", "gate_proj", "down_proj"]},
        "dtype": torch.float16,
    },
    "bert": {
        "base": "bert/bert",
        "config": {"r": 4, "lora_alpha": 8, "target_modules": ["query", "key", "value", "attention.output.dense"]},
    },
    "bert-classifier": {
        "base": "variants/bert-classifier",
        "config": {
            "r": 2, "lora_alpha": 4, "bias": "all", "task_type": "SEQ_CLS",
            "target_modules": ["query", "intermediate.dense", "output.dense"],
        },
    },
    "gpt2": {
        "base": "gpt2/gpt2",
        "config": {"r": 2, "lora_alpha": 4, "fan_in_fan_out": True, "target_modules": ["c_attn", "c_proj", "c_fc"]},
    },
}


def files(folder):
    """Names of an adapter's own files."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("adapter_"))


def base_model(folder):
    config = transformers.AutoConfig.from_pretrained(folder)
    return getattr(transformers, config.architectures[0]).from_pretrained(folder, dtype="auto")


def randomise(model, name):
    """Random numbers for everything that was trained, in the order of the names."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    for key, parameter in sorted(model.named_parameters()):
        if not parameter.requires_grad:
            continue
        noise = torch.randn(parameter.shape, generator=generator)
        if "lora_magnitude" in key:
            value = parameter.data * (1 + 0.1 * noise)
        elif "lora_" in key:
            value = noise * 0.2
        else:
            value = parameter.data.float() + 0.1 * noise
        parameter.data = value.to(parameter.dtype)


def make(name, case, work):
    base = work / "base" / pathlib.PurePath(case["base"]).name
    base.parent.mkdir()
    evidence.unpack(MODELS / case["base"], base)
    model = peft.get_peft_model(base_model(base), peft.LoraConfig(**case["config"]))
    randomise(model, name)
    if "dtype" in case:
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.to(case["dtype"])
    made = work / name
    options = {"save_embedding_layers": case["save_embedding_layers"]} if "save_embedding_layers" in case else {}
    model.save_pretrained(made, safe_serialization=True, **options)
    (made / "README.md").unlink()
    path = made / "adapter_model.safetensors"
    if case.get("container") == "bin":  # PEFT itself writes no .bin any more; the files of older versions hold this
        from safetensors.torch import load_file

        torch.save(load_file(path), made / "adapter_model.bin")
        path.unlink()
    path = made / "adapter_config.json"
    config = json.loads(path.read_text())
    config["base_model_name_or_path"] = "tiny/" + base.name
    for key in ["target_modules", "modules_to_save"]:
        if isinstance(config.get(key), list):
            config[key].sort()  # a set, in any order
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    return base, made


def convert(base, adapter, work):
    """What the peer writes, or the last line of what it says."""
    tree = pathlib.Path(os.environ["LLAMA_CPP"])
    out = work / "adapter.gguf"
    done = subprocess.run(
        [sys.executable, str(tree / "convert_lora_to_gguf.py"), str(adapter), "--base", str(base), "--outfile", str(out)],
        capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1]
    sys.path.insert(0, str(tree / "gguf-py"))
    return gguf_json.describe(str(out)), None


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    path = ADAPTERS / "manifest.json"
    cases = json.loads(path.read_text())["cases"] if path.exists() else {}
    for name in sys.argv[1:] or CASES:
        case = CASES[name]
        with tempfile.TemporaryDirectory() as temporary:
            work = pathlib.Path(temporary)
            base, made = make(name, case, work)
            expected, refusal = convert(base, made, work)
            target = ADAPTERS / name
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for file in sorted(made.iterdir()):
                if file.suffix == ".json":
                    shutil.copyfile(file, target / file.name)
                else:
                    subprocess.run(["zstd", "-q", "-19", str(file), "-o", str(target / (file.name + ".zst"))], check=True)
            if expected:
                plain = work / "expected-gguf.json"
                plain.write_text(evidence.compact(expected), encoding="utf-8")
                subprocess.run(["zstd", "-q", "-19", str(plain), "-o", str(target / (plain.name + ".zst"))], check=True)
            cases[name] = {
                "base": case["base"],
                "options": {key: value for key, value in case["config"].items()},
                "llama_cpp": "expected-gguf.json" if expected else f"refused: {refusal}",
                "files": {
                    file.name: {"bytes": file.stat().st_size, "sha256": evidence.sha256(file)}
                    for file in sorted(target.iterdir())
                },
            }
            print(name, cases[name]["llama_cpp"], sum(f["bytes"] for f in cases[name]["files"].values()))
    header = evidence.header(__file__, "peft, llama.cpp's convert_lora_to_gguf.py", ["peft", "torch", "transformers", "safetensors"])
    how = (
        "LoRA adapters made by PEFT on models of Golden/Models, their numbers random from a seed that follows from the "
        "case's name. expected-gguf.json: keys and tensor hashes of the adapter GGUF by the peer, run in a folder of the "
        "case's name with --base."
    )
    evidence.write(path, {**header, "what": how, "cases": {name: cases[name] for name in sorted(cases)}})


if __name__ == "__main__":
    main()
