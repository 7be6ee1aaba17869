"""Tiny checkpoints of Qwen, OLMo-2, Mistral, Mixtral and DeepSeek; keys as in model_cases.py, which adds them to its own.

Further rules of `rename`: `experts` takes the fused experts of Transformers 5 apart, as published checkpoints
store them (mlp.experts.N.gate_proj), `mixtral-experts` with Mixtral's names (block_sparse_moe.experts.N.w1).
"""

QWEN = {
    "attention_dropout": 0.0,
    "bos_token_id": 347,
    "eos_token_id": 349,
    "hidden_act": "silu",
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 64,
    "max_position_embeddings": 256,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-06,
    "rope_theta": 1000000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "use_sliding_window": False,
    "vocab_size": 352,
}
MOE = {
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
    "moe_intermediate_size": 32,
    "num_experts": 4,
    "num_experts_per_tok": 2,
    "output_router_logits": False,
    "router_aux_loss_coef": 0.001,
}

BASE = {
    "qwen2": {**QWEN, "architectures": ["Qwen2ForCausalLM"], "max_window_layers": 21, "model_type": "qwen2", "sliding_window": 256},
    "qwen3": {
        **QWEN, "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "head_dim": 16, "max_window_layers": 36,
        "model_type": "qwen3", "rope_scaling": None, "sliding_window": None,
    },
    "qwen2_moe": {
        **QWEN, **MOE, "architectures": ["Qwen2MoeForCausalLM"], "max_window_layers": 21, "model_type": "qwen2_moe",
        "norm_topk_prob": False, "shared_expert_intermediate_size": 64, "sliding_window": 256,
    },
    "qwen3_moe": {
        **QWEN, **MOE, "architectures": ["Qwen3MoeForCausalLM"], "attention_bias": False, "head_dim": 16,
        "max_window_layers": 48, "model_type": "qwen3_moe", "norm_topk_prob": True, "rope_scaling": None, "sliding_window": None,
    },
    "olmo2": {
        "architectures": ["Olmo2ForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "eos_token_id": 397,
        "hidden_act": "silu",
        "hidden_size": 32,
        "initializer_range": 0.02,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "model_type": "olmo2",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 4,
        "pad_token_id": 399,
        "rms_norm_eps": 1e-06,
        "rope_scaling": None,
        "rope_theta": 500000,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "vocab_size": 400,
    },
    "mixtral": {
        "architectures": ["MixtralForCausalLM"],
        "attention_dropout": 0.0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
        "hidden_size": 32,
        "initializer_range": 0.02,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "model_type": "mixtral",
        "num_attention_heads": 4,
        "num_experts_per_tok": 2,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "num_local_experts": 4,
        "output_router_logits": False,
        "rms_norm_eps": 1e-05,
        "rope_theta": 1000000.0,
        "router_aux_loss_coef": 0.02,
        "sliding_window": None,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "vocab_size": 480,
    },
}

DEEPSEEK = {
    "attention_bias": False,
    "attention_dropout": 0.0,
    "aux_loss_alpha": 0.001,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "ep_size": 1,
    "first_k_dense_replace": 1,
    "hidden_act": "silu",
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 64,
    "kv_lora_rank": 16,
    "max_position_embeddings": 256,
    "moe_intermediate_size": 32,
    "moe_layer_freq": 1,
    "n_routed_experts": 4,
    "num_attention_heads": 4,
    "num_experts_per_tok": 2,
    "num_hidden_layers": 2,
    "num_key_value_heads": 4,
    "pretraining_tp": 1,
    "qk_nope_head_dim": 16,
    "qk_rope_head_dim": 8,
    "rms_norm_eps": 1e-06,
    "rope_theta": 10000,
    "seq_aux": True,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "v_head_dim": 24,
    "vocab_size": 400,
}
YARN = {
    "beta_fast": 32, "beta_slow": 1, "factor": 4, "original_max_position_embeddings": 64, "type": "yarn",
}
BASE["deepseek_v2"] = {
    **DEEPSEEK, "architectures": ["DeepseekV2ForCausalLM"], "model_type": "deepseek_v2", "n_group": 1, "n_shared_experts": 2,
    "norm_topk_prob": False, "q_lora_rank": None, "routed_scaling_factor": 1.0, "scoring_func": "softmax", "topk_group": 1,
    "topk_method": "greedy",
}
BASE["deepseek_v3"] = {
    **DEEPSEEK, "architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "n_group": 2, "n_shared_experts": 1,
    "norm_topk_prob": True, "num_nextn_predict_layers": 1, "q_lora_rank": 16, "routed_scaling_factor": 2.5,
    "scoring_func": "sigmoid", "topk_group": 1, "topk_method": "noaux_tc",
}

ALL_TYPES = ["f32", "f16", "bf16", "q8_0"]
LAST_TOKEN = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]
POOLING = {
    "word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": False,
    "pooling_mode_lasttoken": True,
}

CASES = {
    # Qwen 2 and 3
    "qwen2-mha-yarn": dict(
        what="as many key heads as heads, old spelling of yarn, f16; all float types and q8_0",
        kind="qwen2", tokenizer="qwen2", dtype="f16", outtypes=ALL_TYPES,
        config={"num_key_value_heads": 4,
                "rope_scaling": {"factor": 4.0, "original_max_position_embeddings": 64, "type": "yarn"}}),
    "qwen2-window": dict(
        what="sliding window from the second layer on, tied; the peer drops the window without a word",
        kind="qwen2", tokenizer="qwen2",
        config={"use_sliding_window": True, "sliding_window": 32, "max_window_layers": 1, "tie_word_embeddings": True},
        gap="the window is dropped without a word; outputs differ from position 32"),
    "qwen2-bare-config": dict(
        what="one key head for six heads; a configuration without what Transformers knows by itself, f32",
        kind="qwen2", tokenizer="qwen2", dtype="f32-short", config={"hidden_size": 48, "num_attention_heads": 6, "num_key_value_heads": 1},
        drop=["rope_theta", "rms_norm_eps", "tie_word_embeddings", "use_sliding_window", "sliding_window", "max_window_layers",
              "hidden_act"]),
    "qwen2-model": dict(
        what="Qwen2Model: no head, names without model., pooled by the last token",
        kind="qwen2", tokenizer="qwen2", config={"architectures": ["Qwen2Model"], "tie_word_embeddings": True},
        extra={"modules.json": LAST_TOKEN, "1_Pooling/config.json": POOLING}),
    "qwen3-biases": dict(
        what="attention biases; head_dim that is not hidden_size / heads; one key head; old spelling",
        kind="qwen3", tokenizer="qwen2", config={"attention_bias": True, "head_dim": 24, "num_key_value_heads": 1},
        gap="llama.cpp does not know attn_output.bias here and refuses the file"),
    "qwen3-yarn-tied": dict(
        what="yarn in rope_parameters, tied, mixed types; all float types",
        kind="qwen3", tokenizer="qwen2", dtype="mixed", outtypes=["f32", "f16", "bf16"], drop=["rope_theta", "rope_scaling"],
        config={"tie_word_embeddings": True, "rope_parameters": {
            "rope_type": "yarn", "factor": 2.0, "original_max_position_embeddings": 128, "rope_theta": 5000000.0}}),
    "qwen3-bare-config": dict(
        what="no head_dim (128), no rope_theta, no biases stated",
        kind="qwen3", tokenizer="qwen2", config={"num_attention_heads": 2, "num_key_value_heads": 1},
        drop=["head_dim", "rope_theta", "attention_bias", "tie_word_embeddings", "use_sliding_window"]),
    # OLMo-2
    "olmo2-mha-linear": dict(
        what="as many key heads as heads (null), linear rope scaling, f32",
        kind="olmo2", tokenizer="olmo2", dtype="f32-short", outtypes=["f32", "f16"],
        config={"num_key_value_heads": None, "rope_scaling": {"type": "linear", "factor": 2.0}}),
    "olmo2-tied-biases": dict(
        what="tied embeddings and attention biases, one key head",
        kind="olmo2", tokenizer="olmo2", config={"tie_word_embeddings": True, "attention_bias": True, "num_key_value_heads": 1},
        gap="llama.cpp's olmo2 needs output.weight and knows no attn_output.bias: it refuses the file"),
    # Mistral and Mixtral
    "mistral-bare-config": dict(
        what="no num_key_value_heads (8), no sliding_window (4096), no rms_norm_eps, no rope_theta (10000)",
        kind="mistral", tokenizer="spm", drop=["num_key_value_heads", "sliding_window", "rms_norm_eps", "rope_theta"],
        config={"hidden_size": 64, "num_attention_heads": 16, "max_position_embeddings": 8192},
        gap="the window of 4096 that Transformers takes by itself is dropped without a word"),
    "mixtral-old": dict(
        what="Mixtral as published: a tensor per expert, no head_dim; f16; all float types and q8_0",
        kind="mixtral", tokenizer="spm", dtype="f16", rename="mixtral-experts", outtypes=ALL_TYPES),
    "mixtral-head-dim": dict(
        what="Mixtral with head_dim, three experts of which one is used, tied, no rope_theta (1000000), byte-level BPE",
        kind="mixtral", tokenizer="bpe", rename="mixtral-experts", drop=["rope_theta", "rms_norm_eps"],
        config={"bos_token_id": 354, "eos_token_id": 355, "vocab_size": 360, "head_dim": 16, "num_key_value_heads": 1,
                "num_local_experts": 3, "num_experts_per_tok": 1, "tie_word_embeddings": True}),
    # Qwen with experts
    "qwen2moe-old": dict(
        what="a tensor per expert, six experts, one shared of another width; all float types and q8_0",
        kind="qwen2_moe", tokenizer="qwen2", rename="experts", outtypes=ALL_TYPES,
        config={"num_experts": 6, "num_experts_per_tok": 3, "shared_expert_intermediate_size": 96}),
    "qwen2moe-fused": dict(
        what="the experts of a layer fused as Transformers 5 holds them; no biases",
        kind="qwen2_moe", tokenizer="qwen2", config={"qkv_bias": False}),
    "qwen2moe-window": dict(
        what="sliding windows in every other layer",
        kind="qwen2_moe", tokenizer="qwen2", rename="experts",
        config={"use_sliding_window": True, "sliding_window": 64},
        gap="the window is dropped without a word; outputs differ from position 64"),
    "qwen3moe-old": dict(
        what="a tensor per expert, every expert used, tied, one key head; f16; all float types and q8_0",
        kind="qwen3_moe", tokenizer="qwen2", dtype="f16", rename="experts", outtypes=ALL_TYPES,
        config={"num_experts_per_tok": 4, "tie_word_embeddings": True, "num_key_value_heads": 1, "head_dim": 24}),
    "qwen3moe-fused": dict(
        what="fused experts, attention biases, no head_dim",
        kind="qwen3_moe", tokenizer="qwen2", drop=["head_dim"], config={"attention_bias": True},
        gap="llama.cpp does not know attn_output.bias here and refuses the file"),
    # DeepSeek
    "deepseek-v2-lite": dict(
        what="V2-Lite: queries without q_lora_rank, two shared experts, yarn with mscale; all float types and q8_0",
        kind="deepseek_v2", tokenizer="deepseek", rename="experts", outtypes=ALL_TYPES,
        config={"rope_scaling": {**YARN, "mscale": 0.707, "mscale_all_dim": 0.707}},
        gap="llama.cpp expects q_lora_rank for all but 26 or 27 layers and refuses the file"),
    "deepseek-v2-q-lora": dict(
        what="V2 with q_lora_rank, neither scoring_func nor groups stated, no dense layer; f16",
        kind="deepseek_v2", tokenizer="deepseek", rename="experts", dtype="f16",
        config={"q_lora_rank": 16, "first_k_dense_replace": 0, "num_key_value_heads": None, "n_shared_experts": 1},
        drop=["scoring_func", "n_group", "topk_group", "topk_method"]),
    "deepseek-v3-yarn": dict(
        what="V3 with yarn, eight experts in four groups, two shared experts, norms and routing bias in f32",
        kind="deepseek_v3", tokenizer="deepseek", rename="experts", dtype="mixed", outtypes=["f32", "f16"],
        config={"n_routed_experts": 8, "n_group": 4, "topk_group": 2, "num_experts_per_tok": 3, "n_shared_experts": 2,
                "rope_scaling": {**YARN, "factor": 8, "mscale": 1.0, "mscale_all_dim": 1.0}}),
    "deepseek-v3-no-scoring": dict(
        what="V3 as Transformers 5 writes it: without scoring_func; queries without q_lora_rank, one group, tied",
        kind="deepseek_v3", tokenizer="deepseek", rename="experts", drop=["scoring_func", "topk_method", "moe_layer_freq", "ep_size"],
        config={"q_lora_rank": None, "n_group": 1, "tie_word_embeddings": True, "norm_topk_prob": False},
        gap="the peer writes no gating function, and llama.cpp then takes a softmax instead of the sigmoid"),
    "deepseek-v3-dense": dict(
        what="V3 of dense layers only, attention biases, f32",
        kind="deepseek_v3", tokenizer="deepseek", rename="experts", dtype="f32-short",
        config={"first_k_dense_replace": 2, "attention_bias": True},
        gap="llama.cpp does not know the biases and refuses the file"),
}
