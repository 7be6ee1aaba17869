"""What Transformers makes of a Hugging Face folder: the judge of folders that Lathe writes.

    python transformers_logits.py FOLDER > judgement.json      (heavy environment)

CPU, float32, eager attention, no cache. Causal models give logits, T5 those of a decoder that
reads its input backwards, BERT its last hidden state. The judgement
names every file of the folder with its hash, the tensors that are missing or unknown, and the ids that the
folder's tokenizer gives a few texts.
"""

import hashlib
import json
import pathlib
import sys

import torch
import transformers

import evidence

TEXTS = ["Hello world", " two  spaces", "naïve café 12345", "don't", "a<s>b</s>", "日本語 🙂", "x = y[0]\n\treturn"]


def has_special(text, folder):
    """Whether a text spells a special or added token, which engines treat as they like."""
    path = pathlib.Path(folder) / "tokenizer_config.json"
    settings = json.loads(path.read_text()) if path.exists() else {}
    added = [token["content"] for token in settings.get("added_tokens_decoder", {}).values()]
    return any(token in text for token in ["<s>", "</s>", *added])


def output_of(folder):
    """The model's class and output tensor for a fixed input, and what loading it reported."""
    config = transformers.AutoConfig.from_pretrained(folder)
    bert = config.model_type == "bert"
    both = config.is_encoder_decoder
    kind = transformers.AutoModelForSeq2SeqLM if both else transformers.AutoModelForCausalLM
    kind = transformers.AutoModel if bert else kind
    model, info = kind.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    step = max(1, config.vocab_size // 31)
    ids = torch.arange(3, 3 + 24 * step, step).remainder(config.vocab_size).reshape(2, 12)
    with torch.inference_mode():
        more = {"decoder_input_ids": ids.flip(1)} if both else {}
        result = model.eval()(ids) if bert else model.eval()(ids, use_cache=False, **more)
    output = result.last_hidden_state if bert else result.logits
    return type(model).__name__, ids, output, info


def token_ids(folder):
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        return [tokenizer(text)["input_ids"] for text in TEXTS]
    except Exception as error:  # a folder without a tokenizer still has logits; the record says what happened
        return f"{type(error).__name__}: {error}".splitlines()[0]


def judge(folder):
    """The judgement as JSON, and the output tensor."""
    name, ids, output, info = output_of(folder)
    values = output.contiguous().numpy().tobytes()
    return {
        "class": name,
        "missing": sorted(map(str, info["missing_keys"])),
        "unexpected": sorted(map(str, info["unexpected_keys"])),
        "mismatched": sorted(map(str, info["mismatched_keys"])),
        "input_ids": ids.tolist(),
        "output": {
            "shape": list(output.shape),
            "sha256": hashlib.sha256(values).hexdigest(),
            "head": [round(value, 6) for value in output[-1, -1, :8].tolist()],
        },
        "token_ids": token_ids(folder),
        "files": evidence.files(folder),
    }, output


def header(script):
    return evidence.header(script, "transformers", ["torch", "transformers", "tokenizers", "safetensors"])


def main():
    transformers.logging.set_verbosity_error()
    judgement, _ = judge(pathlib.Path(sys.argv[1]))
    print(json.dumps({**header(__file__), **judgement}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
