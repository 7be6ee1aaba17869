"""Makes the tiny random checkpoints of Golden/Models/variants and what llama.cpp's converter makes of them.

    LLAMA_CPP=<tree> python make_models.py [CASE...]      (heavy environment; tools/peers/refresh calls it)

Weights come from a seed that follows from the case's name; norms and biases are random too, so that a
forgotten one shows. The configuration is written as the case states it, not as Transformers would write it.
Every checkpoint is loaded by Transformers afterwards: which names it misses or does not expect is recorded.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

import torch
import transformers
from safetensors.torch import save_file

import evidence
import gguf_json
from model_cases import BASE, CASES
from peer_converter import Converter

MODELS = pathlib.Path(__file__).resolve().parents[2] / "Golden" / "Models"
TOKENIZERS = {
    "spm": ("llama/llama-spm-gqa", None),
    "spm-added": ("llama/llama-spm-gqa", None),
    "bpe": ("llama/llama-bpe-kquant", "llama-bpe"),
    "gpt2": ("gpt2/gpt2", "gpt-2"),
    "gptneox": ("gptneox/gptneox-parallel", "gpt-2"),
    "phi2": ("phi2/phi2", "phi-2"),
    "phi3": ("phi3/phi3", None),
    "qwen2": ("qwen2/qwen2-kquant-tied", "qwen2"),
    "olmo2": ("olmo2/olmo2", "dbrx"),
    "deepseek": ("deepseek/deepseek-v3-mla", "deepseek-v3"),
    "bloom": ("bloom/bloom", "bloom"),
    "falcon": ("falcon/falcon-7b-multiquery", "falcon"),
    "stablelm2": ("stablelm/stablelm", "stablelm2"),
    "starcoder2": ("starcoder2/starcoder2", "starcoder"),
    "t5": ("t5/t5-gated", None),
    "wordpiece": ("bert/bert", "bert-bge"),
    "wordpiece-cased": ("bert/bert", "bert-bge"),
    "gpt2": ("gpt2/gpt2", "gpt-2"),
    "gemma": ("gemma2/gemma2", None),
    "gptoss": ("gptoss/gptoss-bf16", "gpt-4o"),
    "mamba": ("mamba/mamba", "olmo"),
}
TOKENIZER_FILES = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
    "vocab.json", "merges.txt", "spiece.model",
]
DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def configuration(case):
    config = {**BASE[case["kind"]], **case.get("config", {})}
    return {key: config[key] for key in sorted(config) if key not in case.get("drop", [])}


def known_configuration(case):
    """The configuration for Transformers, which has forgotten some old spellings."""
    config = {**configuration(case), **case.get("reference", {})}
    return {key: value for key, value in config.items() if value is not None or "reference" not in case}


def weights(name, case, folder):
    """The state of a freshly made model of the folder's configuration, every tensor random."""
    config = transformers.AutoConfig.from_pretrained(folder)
    model = getattr(transformers, config.architectures[0])(config)
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    state = {}
    tied = set(model._tied_weights_keys or []) if config.tie_word_embeddings else set()
    for key, tensor in model.state_dict().items():
        if key in tied or not tensor.is_floating_point():
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        if tensor.dim() > 1:
            value = noise * (0.7 / tensor.shape[-1] ** 0.5)
        elif key.endswith("bias"):
            value = noise * 0.1
        else:
            value = 1 + noise * 0.2
        dtype = case.get("dtype", "bf16")
        if dtype == "mixed":
            dtype = "bf16" if tensor.dim() > 1 else "f32"
        if dtype == "f32-short":
            value, dtype = value.bfloat16(), "f32"
        state[key] = value.to(DTYPES[dtype])
    return state


def packed(state):
    """The experts as gpt-oss stores them: random codes, and scales near those of the weights."""
    result = {}
    generator = torch.Generator().manual_seed(1)
    for key, tensor in state.items():
        if not key.endswith(("gate_up_proj", "down_proj")):
            result[key] = tensor
            continue
        experts, columns, rows = tensor.shape
        shape = (experts, rows, columns // 32)
        result[key + "_blocks"] = torch.randint(0, 256, (*shape, 16), dtype=torch.uint8, generator=generator)
        result[key + "_scales"] = torch.randint(122, 126, shape, dtype=torch.uint8, generator=generator)
    return result


def renamed(case, config, state):
    for rule in filter(None, case.get("rename", "").split(",")):
        if rule == "drop-pooler":
            state = {key: value for key, value in state.items() if not key.startswith("pooler.")}
        elif rule == "position-ids":
            count = config["max_position_embeddings"]
            state["embeddings.position_ids"] = torch.arange(count).unsqueeze(0)
        elif rule == "prefix":
            state = {"bert." + key: value for key, value in state.items()}
        elif rule == "bare":
            state = {key.removeprefix("transformer."): value for key, value in state.items()}
        elif rule == "t5-head":
            generator = torch.Generator().manual_seed(5)
            shared = state["shared.weight"]
            noise = torch.randn(shared.shape, generator=generator) * (0.7 / shared.shape[-1] ** 0.5)
            state["lm_head.weight"] = noise.bfloat16().to(shared.dtype)
        elif rule == "t5-encoder":
            state["encoder.embed_tokens.weight"] = state["shared.weight"].clone()
        elif rule == "t5-copies":
            table = "decoder.block.0.layer.{}.relative_attention_bias.weight"
            state[table.format("1.EncDecAttention")] = state[table.format("0.SelfAttention")] + 1
            for key in ("encoder.embed_tokens", "decoder.embed_tokens", "lm_head"):
                state[key + ".weight"] = state["shared.weight"]
        elif rule == "embed-out":
            state = {key.replace("lm_head.", "embed_out."): value for key, value in state.items()}
        elif rule == "gamma-beta":
            state = {
                key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
                for key, value in state.items()
            }
        elif rule == "experts":
            state = unfused(state, "mlp.experts", ("gate_proj", "up_proj", "down_proj"))
        elif rule == "mixtral-experts":
            state = unfused(state, "block_sparse_moe.experts", ("w1", "w3", "w2"))
            state = {key.replace("mlp.gate.", "block_sparse_moe.gate."): value for key, value in state.items()}
        elif rule.startswith("no-prefix:"):
            prefix = rule.split(":")[1]
            state = {key.removeprefix(prefix): value for key, value in state.items()}
        elif rule == "mxfp4":
            state = packed(state)
        else:
            raise ValueError(f"unknown rule {rule}")
    return state


def unfused(state, place, names):
    """Fused experts [experts, rows, columns] as a tensor each; gate and up lie behind one another."""
    result = {}
    for key, value in state.items():
        start, found, kind = key.partition("mlp.experts.")
        if not found:
            result[key] = value
            continue
        parts = value.chunk(2, dim=1) if kind == "gate_up_proj" else [value]
        for name, part in zip(names[:2] if len(parts) == 2 else names[2:], parts):
            for number, expert in enumerate(part):
                result[f"{start}{place}.{number}.{name}.weight"] = expert.contiguous()
    return result


def save(case, state, folder):
    container = case.get("container", "safetensors")
    if container == "safetensors":
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    elif container == "bin":
        torch.save(state, folder / "pytorch_model.bin")
    elif container == "bin-shards":
        keys = sorted(state)
        half = len(keys) // 2
        shards = {"pytorch_model-00001-of-00002.bin": keys[:half], "pytorch_model-00002-of-00002.bin": keys[half:]}
        places = {}
        for shard, names in shards.items():
            torch.save({key: state[key] for key in names}, folder / shard)
            places.update({key: shard for key in names})
        size = sum(tensor.numel() * tensor.element_size() for tensor in state.values())
        index = {"metadata": {"total_size": size}, "weight_map": places}
        (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2) + "\n")
    else:
        raise ValueError(f"unknown container {container}")


def tokenizer(case, folder):
    source, pre = TOKENIZERS[case["tokenizer"]]
    for name in TOKENIZER_FILES:
        packed = MODELS / source / (name + ".zst")
        if packed.exists():
            subprocess.run(["zstd", "-q", "-d", str(packed), "-o", str(folder / name)], check=True)
        elif (MODELS / source / name).exists():
            shutil.copyfile(MODELS / source / name, folder / name)
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text())
    if case["tokenizer"] == "spm-added":
        added = [("<|tool|>", True), ("<note>", False), ("  ", False), ("<|end|>", True)]
        settings["added_tokens_decoder"] = {
            str(480 + index): {
                "content": text, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
                "special": special,
            }
            for index, (text, special) in enumerate(added)
        }
        settings["add_eos_token"] = True
    if case["tokenizer"] == "wordpiece-cased":
        settings["do_lower_case"] = False
        whole = json.loads((folder / "tokenizer.json").read_text())
        whole["normalizer"]["lowercase"] = False
        (folder / "tokenizer.json").write_text(json.dumps(whole, ensure_ascii=False, indent=2))
    path.write_text(json.dumps(settings, indent=1, ensure_ascii=False) + "\n")
    return pre


def loads(folder, config):
    """What Transformers says when it loads the folder."""
    kind = getattr(transformers, config["architectures"][0])
    try:
        model, info = kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    except Exception as error:  # recorded, not hidden: the manifest tells
        return {"error": f"{type(error).__name__}: {error}"}
    ids = torch.arange(5, 17).unsqueeze(0)
    both = hasattr(model, "get_decoder") and model.config.is_encoder_decoder
    with torch.inference_mode():
        output = model(ids, **({"decoder_input_ids": ids} if both else {}))[0]
    return {
        "missing": sorted(map(str, info["missing_keys"])),
        "unexpected": sorted(map(str, info["unexpected_keys"])),
        "finite": bool(output.isfinite().all()),
    }


def make(name, case, converter, target):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / name
        folder.mkdir()
        config = known_configuration(case)
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        pre = tokenizer(case, folder)
        save(case, renamed(case, config, weights(name, case, folder)), folder)
        for path, content in case.get("extra", {}).items():
            (folder / path).parent.mkdir(exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content, indent=2) + "\n"
            (folder / path).write_text(text)
        record = {
            "what": case["what"],
            "seed": zlib.crc32(name.encode()),
            "transformers_loads": loads(folder, config),
            "converter": {},
        }
        if gap := case.get("gap"):
            record["peer_gap"] = gap
        if told := case.get("peer_config"):
            record["converter_told"] = told
        written = configuration(case)
        (folder / "config.json").write_text(json.dumps(written, indent=2) + "\n")
        inputs = evidence.files(folder)
        for outtype in case.get("outtypes", ["f32"]):
            gguf_file = pathlib.Path(temporary) / "out.gguf"
            if told := case.get("peer_config"):
                (folder / "config.json").write_text(json.dumps({**written, **told}, indent=2) + "\n")
            result = converter.run(folder, gguf_file, outtype, pre)
            (folder / "config.json").write_text(json.dumps(written, indent=2) + "\n")
            record["converter"][outtype] = result
            if result["rc"] == 0:
                expected = "expected-gguf.json" if outtype == "f32" else f"expected-gguf-{outtype}.json"
                text = json.dumps(gguf_json.describe(gguf_file), indent=0, ensure_ascii=False)
                (folder / expected).write_text(text)
        record["files"] = inputs
        shutil.rmtree(target, ignore_errors=True)
        pack(folder, target)
    return record


def pack(folder, target):
    """Copies a folder, everything over 2 KB compressed."""
    for path in sorted(folder.rglob("*")):
        place = target / path.relative_to(folder)
        if path.is_dir():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.stat().st_size > 2048:
            command = ["zstd", "-q", "-19", "-f", str(path), "-o", str(place) + ".zst"]
            subprocess.run(command, check=True)
        else:
            shutil.copyfile(path, place)


def main():
    chosen = sys.argv[1:] or list(CASES)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    converter = Converter(os.environ["LLAMA_CPP"])
    path = MODELS / "variants" / "manifest.json"
    cases = json.loads(path.read_text())["cases"] if path.exists() else {}
    for name in chosen:
        cases[name] = make(name, CASES[name], converter, MODELS / "variants" / name)
        print(name, cases[name]["transformers_loads"], cases[name]["converter"], file=sys.stderr)
    header = evidence.header(
        __file__, "transformers, llama.cpp convert_hf_to_gguf.py (sdist of llama-cpp-python 0.3.36)",
        ["torch", "transformers", "safetensors", "tokenizers", "gguf", "numpy"])
    how = (
        "told_pre: the converter knows BPE and WordPiece pre-tokenizers by a hash of their output and refuses "
        "tokenizers it has not seen; after it had refused, get_vocab_base_pre was made to return this name. "
        "files: sha256 of the uncompressed files. The folder must be called as the case when it is converted.")
    evidence.write(path, {**header, "how": how, "cases": {name: cases[name] for name in CASES if name in cases}})


if __name__ == "__main__":
    main()
