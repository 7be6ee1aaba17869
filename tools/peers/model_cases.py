"""The tiny checkpoints of Golden/Models/variants: what each is there to show. Data only; make_models.py makes them.

Each case: what; kind (whose base configuration); config (keys laid over the base, None in `drop`: left out);
tokenizer; dtype of the stored weights; container; outtypes of the converter; rename: how tensor names are
changed before they are written; extra: further files; peer_config: keys that only the converter sees; gap: what
is wrong with the peer's own file; reference: keys that Transformers needs where the case has an old spelling.
f32-short: f32 that holds bf16 values, which packs well; mixed: f32 vectors beside bf16 matrices.
"""

import expert_cases
import older_cases
import rotary_cases

BASE = {
    **expert_cases.BASE,
    **older_cases.BASE,
    **rotary_cases.BASE,
    "llama": {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
        "hidden_size": 32,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "vocab_size": 480,
    },
    "mistral": {
        "architectures": ["MistralForCausalLM"],
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
        "hidden_size": 32,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "model_type": "mistral",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-06,
        "rope_theta": 1000000.0,
        "sliding_window": None,
        "tie_word_embeddings": False,
        "vocab_size": 480,
    },
    "bert": {
        "architectures": ["BertModel"],
        "attention_probs_dropout_prob": 0.1,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": 32,
        "initializer_range": 0.02,
        "intermediate_size": 64,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 40,
        "model_type": "bert",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        "type_vocab_size": 2,
        "vocab_size": 512,
    },
    "gpt2": {
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "bos_token_id": 511,
        "eos_token_id": 511,
        "layer_norm_epsilon": 1e-05,
        "model_type": "gpt2",
        "n_ctx": 64,
        "n_embd": 32,
        "n_head": 4,
        "n_layer": 2,
        "n_positions": 64,
        "vocab_size": 512,
    },
    "gptoss": {
        "architectures": ["GptOssForCausalLM"],
        "attention_bias": True,
        "head_dim": 16,
        "hidden_act": "silu",
        "hidden_size": 64,
        "intermediate_size": 32,
        "layer_types": ["sliding_attention", "full_attention"],
        "max_position_embeddings": 512,
        "model_type": "gpt_oss",
        "num_attention_heads": 4,
        "num_experts_per_tok": 2,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "num_local_experts": 4,
        "rms_norm_eps": 1e-05,
        "rope_scaling": {
            "beta_fast": 32.0, "beta_slow": 1.0, "factor": 4.0, "original_max_position_embeddings": 128,
            "rope_type": "yarn", "truncate": True},
        "rope_theta": 150000.0,
        "sliding_window": 8,
        "swiglu_limit": 7.0,
        "tie_word_embeddings": False,
        "bos_token_id": 394,
        "eos_token_id": 396,
        "vocab_size": 416,
    },
    "gemma": {
        "architectures": ["GemmaForCausalLM"],
        "bos_token_id": 2,
        "eos_token_id": 1,
        "head_dim": 16,
        "hidden_act": "gelu",
        "hidden_size": 32,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "model_type": "gemma",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 1,
        "pad_token_id": 0,
        "rms_norm_eps": 1e-06,
        "rope_theta": 10000.0,
        "vocab_size": 416,
    },
    "gemma2": {
        "architectures": ["Gemma2ForCausalLM"],
        "attn_logit_softcapping": 50.0,
        "bos_token_id": 2,
        "eos_token_id": 1,
        "final_logit_softcapping": 30.0,
        "head_dim": 16,
        "hidden_act": "gelu_pytorch_tanh",
        "hidden_activation": "gelu_pytorch_tanh",
        "hidden_size": 32,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "model_type": "gemma2",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "pad_token_id": 0,
        "query_pre_attn_scalar": 16,
        "rms_norm_eps": 1e-06,
        "rope_theta": 10000.0,
        "sliding_window": 16,
        "vocab_size": 416,
    },
    "gemma3": {
        "architectures": ["Gemma3ForCausalLM"],
        "bos_token_id": 2,
        "eos_token_id": 1,
        "head_dim": 16,
        "hidden_activation": "gelu_pytorch_tanh",
        "hidden_size": 32,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "model_type": "gemma3_text",
        "num_attention_heads": 4,
        "num_hidden_layers": 3,
        "num_key_value_heads": 1,
        "pad_token_id": 0,
        "query_pre_attn_scalar": 16,
        "rms_norm_eps": 1e-06,
        "rope_local_base_freq": 10000.0,
        "rope_theta": 1000000.0,
        "sliding_window": 16,
        "sliding_window_pattern": 6,
        "vocab_size": 416,
    },
    "mamba": {
        "architectures": ["MambaForCausalLM"],
        "bos_token_id": 0,
        "conv_kernel": 4,
        "eos_token_id": 0,
        "expand": 2,
        "hidden_act": "silu",
        "hidden_size": 32,
        "intermediate_size": 64,
        "layer_norm_epsilon": 1e-05,
        "model_type": "mamba",
        "num_hidden_layers": 2,
        "pad_token_id": 0,
        "state_size": 8,
        "time_step_rank": 2,
        "use_bias": False,
        "use_conv_bias": True,
        "vocab_size": 416,
    },
}

BPE = {"bos_token_id": 354, "eos_token_id": 355, "vocab_size": 360}
LLAMA3 = {
    "factor": 8.0,
    "high_freq_factor": 4.0,
    "low_freq_factor": 1.0,
    "original_max_position_embeddings": 64,
    "rope_type": "llama3",
}
ALL_TYPES = ["f32", "f16", "bf16", "q8_0"]

MODEL_CARD = """---
license: apache-2.0
license_name: apache-2.0
language:
- en
- de
tags:
- text-generation
- tiny
datasets:
- somebody/some-text
base_model: somebody/Parent-7B-v0.2
pipeline_tag: text-generation
---
# A tiny model

Random weights.
"""

SENTENCE_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


def pooling(mode):
    modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens"]
    return {
        "word_embedding_dimension": 32,
        **{f"pooling_mode_{name}": name == mode for name in modes},
    }


CASES = {
    **expert_cases.CASES,
    **older_cases.CASES,
    **rotary_cases.CASES,
    # Llama: rope scaling, in the spelling of Transformers 4 and of Transformers 5
    "llama-rope-llama3": dict(
        what="llama3 rope scaling, old spelling; byte-level BPE; all float types and q8_0",
        kind="llama",
        config={**BPE, "hidden_size": 64, "num_attention_heads": 2, "num_key_value_heads": 1,
                "rope_theta": 500000.0, "rope_scaling": LLAMA3}, tokenizer="bpe",
        outtypes=ALL_TYPES),
    "llama-rope-llama3-parameters": dict(
        what="llama3 rope scaling in rope_parameters, head_dim stated",
        kind="llama", drop=["rope_theta"],
        config={**BPE, "head_dim": 32, "rope_parameters": {**LLAMA3, "factor": 32.0, "rope_theta": 500000.0}},
        tokenizer="bpe"),
    "llama-rope-linear": dict(
        what="linear rope scaling, oldest spelling (type)",
        kind="llama", config={"rope_scaling": {"type": "linear", "factor": 4.0}}, tokenizer="spm"),
    "llama-rope-linear-parameters": dict(
        what="linear rope scaling in rope_parameters",
        kind="llama", drop=["rope_theta"], tokenizer="spm",
        config={"rope_parameters": {"rope_type": "linear", "factor": 2.5, "rope_theta": 20000.0}}),
    "llama-rope-yarn": dict(
        what="yarn rope scaling, old spelling with type and rope_type absent",
        kind="llama", tokenizer="spm",
        config={"rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}}),
    "llama-rope-yarn-parameters": dict(
        what="yarn rope scaling in rope_parameters with every optional key",
        kind="llama", drop=["rope_theta"], tokenizer="spm",
        config={"rope_parameters": {
            "rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 32, "rope_theta": 10000.0,
            "attention_factor": 1.25, "beta_fast": 24.0, "beta_slow": 2.0}}),
    # Llama: shapes and configuration
    "llama-biases": dict(
        what="attention and feed-forward biases, f16 weights; all float types and q8_0",
        kind="llama", config={"attention_bias": True, "mlp_bias": True}, tokenizer="spm", dtype="f16",
        outtypes=ALL_TYPES),
    "llama-tied-f32": dict(
        what="tied embeddings, f32 weights",
        kind="llama", config={**BPE, "tie_word_embeddings": True}, tokenizer="bpe", dtype="f32",
        outtypes=["f32", "bf16"]),
    "llama-head-dim": dict(
        what="head_dim that is not hidden_size / heads; one key-value head",
        kind="llama", config={"head_dim": 24, "num_key_value_heads": 1}, tokenizer="spm"),
    "llama-bare-config": dict(
        what="a configuration without head_dim, num_key_value_heads, biases, rope and tie_word_embeddings",
        kind="llama", tokenizer="spm",
        drop=["num_key_value_heads", "attention_bias", "mlp_bias", "rope_theta", "tie_word_embeddings"]),
    "llama-padded-vocabulary": dict(
        what="vocab_size above the tokenizer's, byte-level BPE",
        kind="llama", config={**BPE, "vocab_size": 368}, tokenizer="bpe"),
    "llama-added-tokens": dict(
        what="SentencePiece with added tokens, special and not, in tokenizer_config.json; vocabulary padded",
        kind="llama", config={"vocab_size": 488}, tokenizer="spm-added"),
    "llama-model-card": dict(
        what="README.md with licence, languages, tags, datasets and base model",
        kind="llama", tokenizer="spm", extra={"README.md": MODEL_CARD}),
    # Llama: containers
    "llama-bin-f16": dict(
        what="pytorch_model.bin, f16", kind="llama", config=BPE, tokenizer="bpe", dtype="f16", container="bin",
        outtypes=["f32", "f16"]),
    "llama-bin-shards": dict(
        what="sharded pytorch_model-*.bin with index, bf16", kind="llama", tokenizer="spm", container="bin-shards"),
    "llama-mixed-types": dict(
        what="norms stored as f32 beside bf16 matrices", kind="llama", tokenizer="spm", dtype="mixed",
        outtypes=["f32", "f16", "bf16"]),
    # Mistral
    "mistral-window": dict(
        what="a sliding window shorter than the context: llama.cpp attends to everything, the peer says nothing",
        kind="mistral", config={"sliding_window": 32}, tokenizer="spm",
        gap="the window is dropped without a word; outputs differ from position 32"),
    "mistral-window-wide": dict(
        what="a sliding window as long as the context: no difference to full attention",
        kind="mistral", config={"sliding_window": 256}, tokenizer="spm"),
    "mistral-bpe-f16": dict(
        what="byte-level BPE, head_dim stated, f16", kind="mistral",
        config={**BPE, "head_dim": 32}, tokenizer="bpe", dtype="f16", outtypes=["f32", "f16"]),
    # BERT
    "bert-masked-lm": dict(
        what="BertForMaskedLM: names under bert., prediction head, no pooler; all float types and q8_0",
        kind="bert", config={"architectures": ["BertForMaskedLM"]}, tokenizer="wordpiece", dtype="f32",
        outtypes=ALL_TYPES),
    "bert-classifier": dict(
        what="BertForSequenceClassification with three named labels",
        kind="bert", tokenizer="wordpiece", dtype="f32-short",
        config={"architectures": ["BertForSequenceClassification"],
                "id2label": {"0": "no", "1": "maybe", "2": "yes"}, "label2id": {"no": 0, "maybe": 1, "yes": 2}}),
    "bert-classifier-two": dict(
        what="BertForSequenceClassification with the two default labels",
        kind="bert", tokenizer="wordpiece", dtype="f32-short",
        config={"architectures": ["BertForSequenceClassification"]},
        gap="cls.weight [2, 32] is the square dense layer to llama.cpp, which refuses the file; cls.output.weight loads only "
        "with as many classifier.output_labels (without the key llama.cpp expects one)"),
    "bert-no-pooler": dict(
        what="BertModel without a pooler, position_ids stored as old versions did",
        kind="bert", tokenizer="wordpiece", dtype="f32-short", rename="drop-pooler,position-ids"),
    "bert-prefix": dict(
        what="BertModel with every name under bert., f16",
        kind="bert", tokenizer="wordpiece", dtype="f16", rename="prefix", outtypes=["f32", "f16"]),
    "bert-gamma-beta": dict(
        what="layer norms named gamma and beta as in TensorFlow, in pytorch_model.bin",
        kind="bert", tokenizer="wordpiece", dtype="f32-short", rename="prefix,gamma-beta", container="bin"),
    "bert-one-type": dict(
        what="a single token type", kind="bert", config={"type_vocab_size": 1}, tokenizer="wordpiece", dtype="f32-short"),
    "bert-cased": dict(
        what="a cased tokenizer, bf16", kind="bert", tokenizer="wordpiece-cased", dtype="bf16"),
    "bert-sentence-mean": dict(
        what="a sentence-transformers folder that pools by the mean",
        kind="bert", tokenizer="wordpiece", dtype="f32-short",
        extra={"modules.json": SENTENCE_MODULES, "1_Pooling/config.json": pooling("mean_tokens")}),
    "bert-sentence-cls": dict(
        what="a sentence-transformers folder that pools by the first token",
        kind="bert", tokenizer="wordpiece", dtype="f32-short",
        extra={"modules.json": SENTENCE_MODULES, "1_Pooling/config.json": pooling("cls_token")}),
    # GPT-2
    "gpt2-inner": dict(
        what="n_inner other than 4 n_embd; three heads",
        kind="gpt2", config={"n_inner": 72, "n_head": 2}, tokenizer="gpt2",
        gap="feed_forward_length is written as 4 n_embd, and llama.cpp does not load the file"),
    "gpt2-no-ctx": dict(
        what="a config.json without n_ctx, as Transformers writes it today, f32; "
        "names without transformer.",
        kind="gpt2", drop=["n_ctx"], tokenizer="gpt2", dtype="f32-short",
        peer_config={"n_ctx": 64}, rename="no-prefix:transformer.",
        gap="the converter fails without n_ctx (KeyError): it was told n_ctx for the expected file"),
    "gpt2-untied": dict(
        what="a head of its own, f16, pytorch_model.bin",
        kind="gpt2", config={"tie_word_embeddings": False}, tokenizer="gpt2", dtype="f16", container="bin",
        outtypes=["f32", "f16", "q8_0"]),
    # Gemma
    "gemma": dict(
        what="Gemma 1, the legacy word gelu; all float types",
        kind="gemma", tokenizer="gemma", outtypes=["f32", "f16", "bf16"]),
    "gemma-theta": dict(
        what="Gemma 1 with rope_parameters, another theta and as many key heads as heads",
        kind="gemma", drop=["rope_theta", "hidden_act"], tokenizer="gemma",
        config={"num_key_value_heads": 4, "rope_parameters": {"rope_type": "default", "rope_theta": 50000.0},
                "hidden_act": "gelu_pytorch_tanh"},
        gap="rope.freq_base is not written: the file computes with theta 10000"),
    "gemma2-pattern": dict(
        what="Gemma 2 with full attention first, another theta; f16",
        kind="gemma2", tokenizer="gemma", dtype="f16", drop=["rope_theta"],
        config={"layer_types": ["full_attention", "sliding_attention"],
                "rope_parameters": {"rope_type": "default", "rope_theta": 20000.0}},
        gap="neither the pattern nor theta is written"),
    "gemma3-pattern": dict(
        what="Gemma 3 with a pattern of three layers by the old key, linear rope scaling",
        kind="gemma3", tokenizer="gemma",
        config={"sliding_window_pattern": 3, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
        gap="the pattern is not written: llama.cpp takes every sixth layer for full"),
    "gemma3-full": dict(
        what="Gemma 3 whose layers all attend to everything, untied",
        kind="gemma3", tokenizer="gemma", drop=["sliding_window_pattern"],
        config={"layer_types": ["full_attention"] * 3, "num_key_value_heads": 2, "tie_word_embeddings": False},
        gap="a window is written and no pattern: llama.cpp lets the layers slide"),
    # gpt-oss
    "gptoss-plain-rope": dict(
        what="gpt-oss without rope scaling, two experts of three, plain bf16; odd layers slide; all float types",
        kind="gptoss", tokenizer="gptoss", drop=["rope_scaling", "rope_theta"],
        config={"rope_parameters": {"rope_type": "default", "rope_theta": 50000.0},
                "layer_types": ["full_attention", "sliding_attention"], "num_local_experts": 3,
                "num_experts_per_tok": 2, "hidden_size": 32, "num_key_value_heads": 4},
        outtypes=["f32", "bf16"],
        gap="the pattern of sliding layers is not written"),
    "gptoss-packed": dict(
        what="gpt-oss in MXFP4 with yarn, old spelling, gate and up of another width than the model",
        kind="gptoss", tokenizer="gptoss", rename="mxfp4", outtypes=["f32", "bf16"],
        config={"hidden_size": 32, "intermediate_size": 64, "num_local_experts": 2, "num_experts_per_tok": 1,
                "quantization_config": {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]}}),
    "gptoss-bare": dict(
        what="gpt-oss without a word about rope (yarn is its default), without attention biases, tied",
        kind="gptoss", tokenizer="gptoss", drop=["rope_scaling", "rope_theta", "layer_types", "swiglu_limit"],
        config={"attention_bias": False, "hidden_size": 32, "num_local_experts": 2, "num_experts_per_tok": 1,
                "num_key_value_heads": 4, "tie_word_embeddings": True},
        gap="yarn without truncation, and llama.cpp does not load a tied model or one without biases"),
    # Mamba
    "mamba-biases": dict(
        what="Mamba with biases of projections and without that of the convolution",
        kind="mamba", config={"use_bias": True, "use_conv_bias": False}, tokenizer="mamba",
        gap="llama.cpp has no biases of projections"),
    "mamba-old-names": dict(
        what="Mamba with the keys of the first checkpoints beside today's, untied; f16",
        kind="mamba", tokenizer="mamba", dtype="f16", outtypes=["f32", "f16"],
        config={"d_model": 32, "n_layer": 2, "d_inner": 64, "fused_add_norm": True, "rms_norm": True, "ssm_cfg": {},
                "pad_vocab_size_multiple": 8, "residual_in_fp32": True, "tie_word_embeddings": False}),
    "mamba-f32": dict(
        what="Mamba, f32, other sizes of state and time step",
        kind="mamba", config={"state_size": 16, "time_step_rank": 4, "conv_kernel": 3}, tokenizer="mamba",
        dtype="f32-short"),
}
