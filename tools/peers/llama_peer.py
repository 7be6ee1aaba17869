"""A real llama.cpp (package xllamacpp) that computes as exactly as it can: CPU, f32 cache, no flash attention."""

import contextlib
import json
import os

import xllamacpp


@contextlib.contextmanager
def quiet():
    """llama.cpp logs to the descriptors themselves; while it loads, standard output goes to standard error."""
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


def parameters(path, context):
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = context
    params.n_batch = context
    params.n_ubatch = context
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.warmup = False
    params.cpuparams.n_threads = 2
    params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
    params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    return params


def answer(value):
    """The server's answers come as text or as objects, by version."""
    return json.loads(value) if isinstance(value, (str, bytes)) else value
