"""Writes Golden/Peers/merge-lora.json: LoRA adapters merged by Lathe, compared with PEFT's merge_and_unload.

    python merge_lora.py LATHE [CASE...]      (heavy environment with peft; tools/peers/refresh calls it)

Each adapter of Golden/Adapters is merged into its base, in the base's own types, by both; every tensor is compared.
Distances are counted in units in the last place of the stored type. Where W and the product nearly cancel, one
rounding of the product is many units of the small result. So a unit is that of the greatest of |W|, |product| and
|result|, and the plain count of representable numbers between the two is recorded beside it.
PEFT rounds the product of an embedding to the embedding's type before it adds it; Lathe rounds the sum once.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import peft
import torch
import transformers
from safetensors.torch import load_file

import evidence
import make_adapters

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "Golden" / "Peers"
DIGITS = {torch.float32: 24, torch.float16: 11, torch.bfloat16: 8}
INTEGERS = {torch.float32: torch.int32, torch.float16: torch.int16, torch.bfloat16: torch.int16}
SCALES = {"llama-attention": "-0.5", "mistral": "2"}


def unit(magnitude, dtype):
    """The unit in the last place of a number of that size."""
    exponent = torch.frexp(magnitude.double().clamp(min=float(torch.finfo(dtype).tiny)))[1]
    return torch.ldexp(torch.ones_like(magnitude, dtype=torch.float64), exponent - DIGITS[dtype])


def ordinals(tensor):
    """Integers in the order of the numbers, neighbours one apart."""
    bits = tensor.contiguous().view(INTEGERS[tensor.dtype]).long()
    lowest = torch.iinfo(INTEGERS[tensor.dtype]).min
    return torch.where(bits < 0, lowest - bits, bits)


def compare(base, mine, theirs):
    """Largest distances of two results, and how many numbers differ at all."""
    old = base.double()
    largest = torch.stack([old.abs(), theirs.double().abs(), (theirs.double() - old).abs()]).amax(0)
    units = (mine.double() - theirs.double()).abs() / unit(largest, mine.dtype)
    plain = (ordinals(mine) - ordinals(theirs)).abs()
    return units.max().item(), plain.max().item(), int((plain > 0).sum())


def merged_by_peft(base, adapter, scale):
    model = peft.PeftModel.from_pretrained(make_adapters.base_model(base), adapter)
    if scale is not None:
        for module in model.modules():
            if isinstance(module, peft.tuners.lora.LoraLayer):
                module.scale_layer(float(scale))
    return model.merge_and_unload().state_dict()


def check(lathe, name, case, work):
    base, adapter = work / pathlib.PurePath(case["base"]).name, work / "adapter"
    evidence.unpack(make_adapters.MODELS / case["base"], base)
    evidence.unpack(make_adapters.ADAPTERS / name, adapter)
    scale = SCALES.get(name)
    theirs = merged_by_peft(base, adapter, scale)
    argument = f"{adapter}={scale}" if scale else str(adapter)
    command = ["convert", "{base}", "-o", "{work}/merged", "--merge-lora", argument.replace(str(adapter), "{adapter}"), "--no-lineage", "--quiet"]
    words = [word.format(base=base, adapter=adapter, work=work) for word in command]
    done = subprocess.run([lathe, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        return f"status {done.returncode}: {done.stderr}"
    mine, old = load_file(work / "merged" / "model.safetensors"), load_file(base / "model.safetensors")
    names = {key: next((other for other in (key, "bert." + key) if other in theirs), None) for key in mine}
    if missing := [key for key, other in names.items() if other is None]:
        return f"not in PEFT's model: {missing}"
    worst = {"units": 0.0, "plain": 0, "different": 0, "changed": 0, "numbers": 0}
    for key, tensor in mine.items():
        other = theirs[names[key]]
        if tensor.dtype != old[key].dtype or tensor.shape != other.shape:
            return f"{key}: {tensor.dtype} {tuple(tensor.shape)}, PEFT {other.dtype} {tuple(other.shape)}"
        other = other.to(tensor.dtype)
        units, plain, different = compare(old[key], tensor, other)
        worst["units"], worst["plain"] = max(worst["units"], units), max(worst["plain"], plain)
        worst["different"] += different
        worst["changed"] += int((tensor != old[key]).any())
        worst["numbers"] += tensor.numel() if (tensor != old[key]).any() else 0
    return {
        "case": name,
        "base": case["base"],
        "command": command,
        "types": sorted({str(tensor.dtype).removeprefix("torch.") for tensor in mine.values()}),
        "tensors_changed": worst["changed"],
        "numbers_in_them": worst["numbers"],
        "numbers_that_differ_from_peft": worst["different"],
        "max_units_in_the_last_place": worst["units"],
        "max_representable_numbers_between": worst["plain"],
        "inputs": {**evidence.files(adapter, make_adapters.files(adapter)), **evidence.files(base, ["config.json", "model.safetensors"])},
        "output_sha256": evidence.sha256(work / "merged" / "model.safetensors"),
    }


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    lathe, chosen = sys.argv[1], sys.argv[2:] or list(make_adapters.CASES)
    results, failed = [], 0
    for name in chosen:
        with tempfile.TemporaryDirectory() as temporary:
            result = check(lathe, name, make_adapters.CASES[name], pathlib.Path(temporary))
        if isinstance(result, str) or not result["max_units_in_the_last_place"] <= 1:
            print(f"merge-lora: {name}: {result}", file=sys.stderr)
            failed += 1
            continue
        print(name, {key: value for key, value in result.items() if key.startswith(("max", "numbers", "tensors"))})
        results.append(result)
    if failed:
        sys.exit(f"merge-lora: {failed} of {len(chosen)} cases failed; the evidence was not written")
    if not sys.argv[2:]:
        header = evidence.header(__file__, "peft", ["peft", "torch", "transformers", "safetensors"])
        header["cpu"] = torch.backends.cpu.get_cpu_capability()
        what = "LoRA adapters merged by lathe, compared with PeftModel.merge_and_unload on CPU; see the script"
        (PEERS / "merge-lora.json").write_text(evidence.compact({**header, "what": what, "cases": results}), encoding="utf-8")


if __name__ == "__main__":
    main()
