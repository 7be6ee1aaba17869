"""Compares what llama.cpp computes from lathe's GGUF with what Transformers computes from the folder.

    python compare_logits.py LATHE [CASE...]      (heavy environment; cases as in Golden/Models)

One line per case: the greatest difference of log-probabilities over all prefixes of a short text, beside the
standard deviation of Transformers' logits. A case that llama.cpp refuses is named with its refusal; --architecture FILE
as LATHE's suffix (`lathe:FILE`) tries a description that is not shipped. Status 1 if a difference is above 0.01 x std.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers

import evidence

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "Golden" / "Models"
HERE = pathlib.Path(__file__).resolve().parent
COUNT = 40


def transformers_logits(folder):
    config = transformers.AutoConfig.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    generator = torch.Generator().manual_seed(7)
    ids = torch.randint(3, min(config.vocab_size, 340), (COUNT,), generator=generator)
    with torch.inference_mode():
        logits = model.eval()(ids.unsqueeze(0), use_cache=False).logits[0]
    return ids.tolist(), logits


def check(lathe, case):
    program, _, description = lathe.partition(":")
    with tempfile.TemporaryDirectory() as temporary:
        model = pathlib.Path(temporary) / pathlib.PurePath(case).name
        evidence.unpack(MODELS / case, model)
        output = pathlib.Path(temporary) / "out.gguf"
        command = [program, "convert", str(model), "-o", str(output), "--type", "f32", "--quiet"]
        if description:
            command += ["--architecture", description]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            return f"lathe: status {done.returncode}: {done.stderr.strip()}", 0
        ids, logits = transformers_logits(model)
        letter = transformers.AutoTokenizer.from_pretrained(model).convert_tokens_to_ids("e")
        question = json.dumps({"tokens": ids, "vocabulary": logits.shape[-1], "sampled": letter})
        peer = subprocess.run(
            [sys.executable, str(HERE / "llama_logits.py"), str(output)], input=question, capture_output=True, text=True)
        if peer.returncode:
            said = [line for line in peer.stderr.splitlines() if "error" in line.lower()]
            return f"llama.cpp refuses it: {(said or ['?'])[0].strip()[:160]}", 0
        rows = torch.tensor(json.loads(peer.stdout)["logprobs"], dtype=torch.float64)
    theirs = torch.log_softmax(logits.double(), dim=-1)
    # Probabilities come as float32, so the smallest are not known.
    difference = (rows - theirs).abs()[theirs > -60].max().item()
    spread = logits.std().item()
    return f"{difference:.3g} (std {spread:.3g})", int(difference > 0.01 * spread)


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    lathe, chosen = sys.argv[1], sys.argv[2:]
    cases = chosen or [path.parent.relative_to(MODELS).as_posix() for path in sorted(MODELS.rglob("config.json"))
                       if path.parent.name != "1_Pooling"]
    failed = 0
    for case in cases:
        try:
            text, bad = check(lathe, case)
        except ValueError as error:  # classes without a language model head
            text, bad = f"Transformers: {str(error).splitlines()[0][:120]}", 0
        failed += bad
        print(f"{case}: {text}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
