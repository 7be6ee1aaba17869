"""Writes Golden/Peers/wayback-<case>.json: Hugging Face -> GGUF -> Hugging Face by Lathe, judged by Transformers.

    python wayback.py LATHE [CASE...]      (heavy environment; tools/peers/refresh calls it)

The original folder and the one that came back are both loaded; the difference of their outputs is recorded. A
difference, a missing tensor that the GGUF could have held, or a failing command ends this script with status 1.
So do token ids that are neither the original folder's nor, where that has a tokenizer.model, SentencePiece's own:
Transformers 5 reads a tokenizer.model wrongly in places (leading spaces, dummy prefix), the file that came back
need not. Texts with literal special tokens are compared and recorded, not judged.
"""

import pathlib
import subprocess
import sys
import tempfile

import sentencepiece
import transformers

import evidence
import transformers_logits

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "Golden" / "Models"
PEERS = ROOT / "Golden" / "Peers"
CASES = [
    "llama/llama-spm-gqa",
    "llama/llama-bpe-kquant",
    "mistral/mistral-gqa",
    "bert/bert",
    "rod",
    "bloom/bloom",
    "falcon/falcon-7b-multiquery",
    "falcon/falcon-new-arch",
    "stablelm/stablelm",
    "starcoder2/starcoder2",
    "t5/t5-gated",
    "variants/bloom-old-keys",
    "variants/bloom-three-heads-untied",
    "variants/falcon-eleven",
    "variants/falcon-untied",
    "variants/stablelm-norms",
    "variants/stablelm-parallel",
    "variants/stablelm-tied",
    "variants/starcoder2-no-bias",
    "variants/starcoder2-yarn",
    "variants/t5-plain",
    "variants/t5-untied",
    "variants/umt5",
    "variants/llama-rope-llama3",
    "variants/llama-rope-linear-parameters",
    "variants/llama-rope-yarn",
    "variants/llama-rope-yarn-parameters",
    "variants/llama-biases",
    "variants/llama-tied-f32",
    "variants/llama-head-dim",
    "variants/llama-bare-config",
    "variants/llama-added-tokens",
    "variants/llama-mixed-types",
    "variants/mistral-bpe-f16",
    "variants/mistral-window-wide",
    "variants/bert-masked-lm",
    "variants/bert-one-type",
    "variants/bert-cased",
    "variants/bert-gamma-beta",
    "qwen2/qwen2-kquant-tied",
    "qwen2/qwen2-untied",
    "qwen2moe/qwen2moe",
    "qwen3/qwen3",
    "qwen3moe/qwen3moe",
    "olmo2/olmo2",
    "mixtral/mixtral",
    "deepseek/deepseek-v2-mla",
    "deepseek/deepseek-v3-mla",
    "variants/qwen2-mha-yarn",
    "variants/qwen2-window",
    "variants/qwen2-bare-config",
    "variants/qwen3-biases",
    "variants/qwen3-yarn-tied",
    "variants/olmo2-tied-biases",
    "variants/mistral-bare-config",
    "variants/mixtral-old",
    "variants/mixtral-head-dim",
    "variants/qwen2moe-old",
    "variants/qwen2moe-fused",
    "variants/qwen2moe-window",
    "variants/qwen3moe-old",
    "variants/qwen3moe-fused",
    "variants/deepseek-v2-lite",
    "variants/deepseek-v2-q-lora",
    "variants/deepseek-v3-yarn",
    "variants/deepseek-v3-no-scoring",
    "variants/deepseek-v3-dense",
    "phi3/phi3",
    "phi2/phi2",
    "gptneox/gptneox-parallel",
    "variants/llama-rope-longrope",
    "variants/phi3-longrope",
    "variants/phi3-window",
    "variants/phi4-partial-tied",
    "variants/phi2-gqa-ff",
    "variants/phi2-theta",
    "variants/gptneox-parameters",
    "variants/gptneox-sequential",
    "variants/gptneox-theta",
    "variants/distilbert-bare",
    "variants/distilbert-masked-lm",
    "gpt2/gpt2",
    "variants/gpt2-inner",
    "variants/gpt2-no-ctx",
    "variants/gpt2-untied",
    "gptoss/gptoss-bf16",
    "gptoss/gptoss-mxfp4",
    "variants/gptoss-packed",
    "variants/gptoss-plain-rope",
    "variants/gemma",
    "variants/gemma-theta",
    "gemma2/gemma2",
    "variants/gemma2-pattern",
    "gemma3/gemma3-text",
    "variants/gemma3-pattern",
    "variants/gemma3-full",
    "mamba/mamba",
    "variants/mamba-old-names",
    "variants/mamba-f32",
]
COMMANDS = [
    ["convert", "{model}", "-o", "{work}/model.gguf", "--type", "source", "--quiet"],
    ["convert", "{work}/model.gguf", "-o", "{work}/back", "--type", "source", "--quiet"],
]
# Cases that llama.cpp would compute otherwise, for which a GGUF has to be asked for.
FORCED = ["gptoss/gptoss-mxfp4"]
# What a GGUF cannot hold: BERT's pooler and the head of its masked language model.
LOST = ("pooler.", "cls.", "vocab_")
TOLERANCE = 1e-5


def tokens_agree(model, original, back):
    """Per text: the ids are the original folder's; they are SentencePiece's (None without a tokenizer.model)."""
    if isinstance(original, str) or isinstance(back, str):
        return original == back, None
    same = [mine == theirs for mine, theirs in zip(back, original)]
    path = model / "tokenizer.model"
    if not path.exists():
        return same, None
    engine = sentencepiece.SentencePieceProcessor(model_file=str(path))
    start, end = engine.bos_id(), engine.eos_id()
    spm = [engine.encode(text) for text in transformers_logits.TEXTS]
    right = [ids in (words, [start, *words], [start, *words, end]) for ids, words in zip(back, spm)]
    return same, right


def commands(case):
    there, back = COMMANDS
    return [there + (["--force-lossy-architecture"] if case in FORCED else []), back]


def check(lathe, case):
    """Returns the evidence, or a sentence that says what went wrong."""
    with tempfile.TemporaryDirectory() as temporary:
        name = pathlib.PurePath(case).name
        model, work = pathlib.Path(temporary) / name, pathlib.Path(temporary) / "work"
        evidence.unpack(MODELS / case, model)
        work.mkdir()
        for command in commands(case):
            filled = [word.format(model=model, work=work) for word in command]
            done = subprocess.run([lathe, *filled], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                return f"lathe {' '.join(command)}: status {done.returncode}\n{done.stderr}"
        original, before = transformers_logits.judge(model)
        back, after = transformers_logits.judge(work / "back")
        same, right = tokens_agree(model, original["token_ids"], back["token_ids"])
        special = [transformers_logits.has_special(text, model) for text in transformers_logits.TEXTS]
    difference = (before - after).abs().max().item() if before.shape == after.shape else float("inf")
    missing = [name for name in back["missing"] if not name.startswith(LOST)]
    if missing or back["unexpected"] or back["mismatched"]:
        return f"missing {missing}, unexpected {back['unexpected']}, mismatched {back['mismatched']}"
    if not difference <= TOLERANCE:
        return f"outputs differ by {difference}"
    if isinstance(same, bool):
        return f"no tokenizer: {original['token_ids']} / {back['token_ids']}"
    for index, text in enumerate(transformers_logits.TEXTS):
        agrees = same[index] or (right is not None and right[index])
        if not agrees and not special[index]:
            return f"token ids of {text!r}: {back['token_ids'][index]}, originally {original['token_ids'][index]}"
    return {
        **transformers_logits.header(__file__),
        "what": "commands: run by lathe; {model}: the unpacked case, {work}: an empty folder. back: the folder that came "
        "back, with the hash of every file that Transformers read. max_difference: of the two models' outputs",
        "case": case,
        "commands": commands(case),
        "max_difference": difference,
        "token_ids_as_original": same,
        "token_ids_as_sentencepiece": right,
        "original_output_sha256": original["output"]["sha256"],
        "back": back,
    }


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    lathe, chosen = sys.argv[1], sys.argv[2:] or CASES
    failed = 0
    for case in chosen:
        result = check(lathe, case)
        if isinstance(result, str):
            print(f"wayback: {case}: {result}", file=sys.stderr)
            failed += 1
            continue
        path = PEERS / f"wayback-{pathlib.PurePath(case).name}.json"
        path.write_text(evidence.compact(result), encoding="utf-8")
        print(f"wayback: {case}: difference {result['max_difference']}, ids {result['token_ids_as_original']}")
    if failed:
        sys.exit(f"wayback: {failed} of {len(chosen)} cases failed; their evidence was not written")


if __name__ == "__main__":
    main()
