"""Writes Golden/Architectures/classes.json.zst: tensor names and shapes of classes that no checkpoint of Golden/Models has.

    python class_headers.py      (heavy environment; needs the program zstd)

Models are made without memory (device "meta") of the configurations below; names are those of their state_dict,
without those that Transformers ties.
"""

import json
import pathlib
import subprocess

import torch
import transformers

import evidence
import rotary_cases

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIED = {"tie_word_embeddings": True}
# name: class, kind, configuration over the kind's base
CASES = {
    "phi3-model": ("Phi3Model", "phi3", {}),
    "phi3-tied-gqa": ("Phi3ForCausalLM", "phi3", {**TIED, "num_key_value_heads": 1}),
    "phi2-model": ("PhiModel", "phi2", {}),
    "phi2-tied": ("PhiForCausalLM", "phi2", TIED),
    "phi2-qk-norm": ("PhiForCausalLM", "phi2", {"qk_layernorm": True}),
    "phi2-relu": ("PhiForCausalLM", "phi2", {"hidden_act": "relu"}),
    "gptneox-model": ("GPTNeoXModel", "gptneox", {}),
    "gptneox-tied": ("GPTNeoXForCausalLM", "gptneox", TIED),
    "gptneox-no-bias": ("GPTNeoXForCausalLM", "gptneox", {"attention_bias": False}),
    "opt": ("OPTForCausalLM", "opt", {}),
    "opt-350m": ("OPTForCausalLM", "opt", {"do_layer_norm_before": False, "word_embed_proj_dim": 16}),
    "opt-old-end": ("OPTForCausalLM", "opt", {"_remove_final_layer_norm": True}),
    "opt-no-bias": ("OPTModel", "opt", {"enable_bias": False}),
    "opt-untied": ("OPTForCausalLM", "opt", {"tie_word_embeddings": False}),
    "distilbert-mlm": ("DistilBertForMaskedLM", "distilbert", {}),
    "distilbert-mlm-untied": ("DistilBertForMaskedLM", "distilbert", {"tie_word_embeddings": False}),
    "distilbert-sequences": (
        "DistilBertForSequenceClassification", "distilbert", {"id2label": {"0": "no", "1": "maybe", "2": "yes"}}),
    "distilbert-two": ("DistilBertForSequenceClassification", "distilbert", {}),
    "distilbert-tokens": (
        "DistilBertForTokenClassification", "distilbert", {"id2label": {str(i): f"L{i}" for i in range(5)}}),
    "distilbert-answers": ("DistilBertForQuestionAnswering", "distilbert", {}),
}


def main():
    records = {}
    for name, (kind, base, changes) in CASES.items():
        config = {**rotary_cases.BASE[base], **changes, "architectures": [kind]}
        made = transformers.AutoConfig.for_model(**json.loads(json.dumps(config)))
        with torch.device("meta"):
            model = getattr(transformers, kind)(made)
        tied = set(model._tied_weights_keys or []) if made.tie_word_embeddings else set()
        tensors = {key: list(value.shape) for key, value in model.state_dict().items() if key not in tied}
        records[name] = {"config": config, "tensors": dict(sorted(tensors.items()))}
    path = ROOT / "Golden" / "Architectures" / "classes.json"
    header = evidence.header(__file__, "transformers", ["torch", "transformers"])
    path.write_text(json.dumps({**header, "classes": records}, indent=0) + "\n")
    subprocess.run(["zstd", "-q", "-19", "-f", "--rm", str(path)], check=True)


if __name__ == "__main__":
    main()
