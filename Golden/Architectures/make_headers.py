"""Writes headers/*.json: what a description must make of a checkpoint's header.

usage: make_headers.py FIXTURES VARIANTS HEADERS
FIXTURES holds <family>/<case>/{config.json,model.safetensors,expected-gguf.json}; VARIANTS is the
output of make_variants.py. Shapes are outermost axis first.
"""
import glob, json, os, struct, sys

fixtures, variants, out = sys.argv[1:4]
FAMILIES = (
    "bert bloom deepseek falcon gemma2 gemma3 gpt2 gptoss llama mamba mistral mixtral olmo2 qwen2 qwen2moe qwen3 qwen3moe t5"
).split()
# Keys of the tokenizer that a description writes.
EXTRA = {"bert": ("tokenizer.ggml.token_type_count",)}
EXTRA["gemma2"] = EXTRA["gemma3"] = ("tokenizer.ggml.add_space_prefix",)


def logical(tensors):
    """mxfp4's X_blocks and X_scales are one tensor X of 32 elements a block."""
    result = []
    for name, shape in tensors:
        if name.endswith("_scales"):
            continue
        if name.endswith("_blocks"):
            name, shape = name[:-7], shape[:-2] + [shape[-2] * 32]
        result.append([name, shape])
    return result


def safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return [[k, v["shape"]] for k, v in header.items() if k != "__metadata__"]


for family in FAMILIES:
    for folder in sorted(glob.glob(f"{fixtures}/{family}/*/")):
        case = os.path.basename(folder.rstrip("/"))
        expected = json.load(open(folder + "expected-gguf.json"))
        arch = expected["kv"]["general.architecture"]["value"]
        keys = [
            [k, v["type"] + ("/" + v["elem_type"] if "elem_type" in v else ""), v["value"]]
            for k, v in expected["kv"].items()
            if k.startswith(arch + ".") or k in EXTRA.get(family, ())
        ]
        record = {
            "family": family,
            "config": json.load(open(folder + "config.json")),
            "tensors": logical(sorted(safetensors(folder + "model.safetensors"))),
            "keys": keys,
            "gguf": [[t["name"], t["ne"][::-1]] for t in expected["tensors"]],
        }
        json.dump(record, open(f"{out}/{case}.json", "w"), separators=(",", ":"))

for path in sorted(glob.glob(f"{variants}/*.json")):
    record = json.load(open(path))
    record["family"] = "bert" if os.path.basename(path).startswith("bert") else "llama"
    record["gguf"] = [t[:2] for t in record.get("gguf", [])]
    json.dump(record, open(f"{out}/variant-{os.path.basename(path)}", "w"), separators=(",", ":"))
