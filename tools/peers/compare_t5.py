"""Compares what llama.cpp computes from lathe's GGUF of a T5 with what Transformers computes from the folder.

    LLAMA_CPP=<tree> python compare_t5.py LATHE PROGRAMS [CASE...]     (heavy environment)

PROGRAMS is the folder that build_llama_cpp prints: llama.cpp's server answers about decoders only, so its library is
called, through the bindings beside the tree. One line per case: the greatest difference of logits over 30 decoded tokens,
and the standard deviation of Transformers' logits. llama.cpp knows no scaling of the decoder's output: where the model
has it, its logits are multiplied by that factor first. Status 1 if a difference is above 0.03 x std.
"""

import ctypes
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import numpy
import torch
import transformers

import evidence

MODELS = pathlib.Path(__file__).resolve().parents[2] / "Golden" / "Models"
CASES = ["t5/t5-gated", "variants/t5-plain", "variants/t5-untied", "variants/mt5", "variants/umt5"]


def bindings(programs):
    """The package's module of declarations, without its other modules, over the library in that folder."""
    os.environ["LLAMA_CPP_LIB_PATH"] = programs
    package = types.ModuleType("llama_cpp")
    package.__path__ = [str(pathlib.Path(os.environ["LLAMA_CPP"]).parents[1] / "llama_cpp")]
    sys.modules["llama_cpp"] = package
    from llama_cpp import llama_cpp as library

    library.quiet = library.llama_log_callback(lambda level, text, data: None)
    library.llama_log_set(library.quiet, ctypes.c_void_p(0))
    library.llama_backend_init()
    return library


def llama_logits(library, path, source, target, vocabulary):
    model = library.llama_model_load_from_file(str(path).encode(), library.llama_model_default_params())
    if not model:
        return None
    parameters = library.llama_context_default_params()
    parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = 256
    parameters.type_k = parameters.type_v = parameters.flash_attn_type = 0
    context = library.llama_init_from_model(model, parameters)
    tokens = (library.llama_token * len(source))(*source)
    if library.llama_encode(context, library.llama_batch_get_one(tokens, len(source))):
        raise RuntimeError("llama_encode failed")
    rows = []
    for token in target:
        one = (library.llama_token * 1)(token)
        if library.llama_decode(context, library.llama_batch_get_one(one, 1)):
            raise RuntimeError("llama_decode failed")
        row = library.llama_get_logits_ith(context, -1)
        rows.append(numpy.ctypeslib.as_array(row, shape=(vocabulary,)).copy())
    library.llama_free(context)
    library.llama_model_free(model)
    return numpy.stack(rows)


def check(lathe, library, case):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / pathlib.PurePath(case).name
        evidence.unpack(MODELS / case, folder)
        config = json.loads((folder / "config.json").read_text())
        output = pathlib.Path(temporary) / "out.gguf"
        subprocess.run([lathe, "convert", str(folder), "-o", str(output), "--type", "f32", "--quiet"], check=True)
        model = getattr(transformers, config["architectures"][0]).from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager").eval()
        generator = torch.Generator().manual_seed(3)
        source = torch.randint(3, 400, (40,), generator=generator).tolist()
        target = [0, *torch.randint(3, 400, (30,), generator=generator).tolist()]
        with torch.inference_mode():
            theirs = model(torch.tensor([source]), decoder_input_ids=torch.tensor([target])).logits[0].numpy()
        ours = llama_logits(library, output, source, target, config["vocab_size"])
    if ours is None:
        return "llama.cpp refuses it", 1
    tied = getattr(model.config, "tie_word_embeddings", True)
    kind = config["architectures"][0]
    scaled = getattr(model.config, "scale_decoder_outputs", None)
    if scaled if scaled is not None else tied and not kind.startswith("MT5"):
        ours = ours * config["d_model"] ** -0.5
    difference, spread = abs(ours - theirs).max(), theirs.std()
    return f"{difference:.3g} (std {spread:.3g})", int(difference > 0.03 * spread)


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    lathe, programs, chosen = sys.argv[1], sys.argv[2], sys.argv[3:] or CASES
    library = bindings(programs)
    failed = 0
    for case in chosen:
        text, bad = check(lathe, library, case)
        failed += bad
        print(f"{case}: {text}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
