"""Variants of Bloom, Falcon, StableLM, Starcoder2 and T5 for Golden/Models/variants; see model_cases.py."""

BASE = {
    "bloom": {
        "apply_residual_connection_post_layernorm": False,
        "architectures": ["BloomForCausalLM"],
        "attention_dropout": 0.0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_dropout": 0.0,
        "hidden_size": 32,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "model_type": "bloom",
        "n_head": 4,
        "n_layer": 2,
        "pad_token_id": 3,
        "seq_length": 128,
        "slow_but_exact": False,
        "vocab_size": 512,
    },
    "falcon": {
        "alibi": False,
        "architectures": ["FalconForCausalLM"],
        "attention_dropout": 0.0,
        "bias": False,
        "bos_token_id": 11,
        "eos_token_id": 511,
        "hidden_dropout": 0.0,
        "hidden_size": 32,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "model_type": "falcon",
        "multi_query": True,
        "new_decoder_architecture": False,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "parallel_attn": True,
        "vocab_size": 512,
    },
    "stablelm": {
        "architectures": ["StableLmForCausalLM"],
        "bos_token_id": 506,
        "eos_token_id": 506,
        "hidden_act": "silu",
        "hidden_size": 32,
        "initializer_range": 0.02,
        "intermediate_size": 64,
        "layer_norm_eps": 1e-05,
        "max_position_embeddings": 256,
        "model_type": "stablelm",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "partial_rotary_factor": 0.25,
        "rope_theta": 10000,
        "tie_word_embeddings": False,
        "use_cache": True,
        "use_parallel_residual": False,
        "use_qkv_bias": True,
        "vocab_size": 512,
    },
    "starcoder2": {
        "architectures": ["Starcoder2ForCausalLM"],
        "attention_dropout": 0.1,
        "bos_token_id": 0,
        "embedding_dropout": 0.1,
        "eos_token_id": 0,
        "hidden_act": "gelu_pytorch_tanh",
        "hidden_size": 32,
        "initializer_range": 0.018042,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "mlp_type": "default",
        "model_type": "starcoder2",
        "norm_epsilon": 1e-05,
        "norm_type": "layer_norm",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "residual_dropout": 0.1,
        "rope_theta": 999999.4420358813,
        "use_bias": True,
        "vocab_size": 512,
    },
    "t5": {
        "architectures": ["T5ForConditionalGeneration"],
        "d_ff": 48,
        "d_kv": 8,
        "d_model": 32,
        "decoder_start_token_id": 0,
        "dropout_rate": 0.1,
        "eos_token_id": 1,
        "feed_forward_proj": "relu",
        "initializer_factor": 1.0,
        "is_encoder_decoder": True,
        "layer_norm_epsilon": 1e-06,
        "model_type": "t5",
        "n_positions": 512,
        "num_heads": 4,
        "num_layers": 2,
        "output_past": True,
        "pad_token_id": 0,
        "relative_attention_num_buckets": 32,
        "vocab_size": 416,
    },
}

MULTI_HEAD = {"multi_query": False, "num_kv_heads": 4}
FORTY = {"new_decoder_architecture": True, "num_kv_heads": 2}
# The configuration of a 7B model as its authors' first code wrote it.
REMOTE_CODE = {
    "architectures": ["RWForCausalLM"], "model_type": "RefinedWebModel", "n_head": 4, "n_layer": 2,
    "auto_map": {"AutoConfig": "configuration_RW.RWConfig", "AutoModelForCausalLM": "modelling_RW.RWForCausalLM"},
}

CASES = {
    # Bloom
    "bloom-six-heads": dict(
        what="six heads, so the slopes of ALiBi are no plain powers; the vocabulary is padded", kind="bloom",
        config={"hidden_size": 48, "n_head": 6, "vocab_size": 520}, tokenizer="bloom"),
    "bloom-old-keys": dict(
        what="the spellings of published configurations: n_embed, num_attention_heads, no seq_length; names without a prefix",
        kind="bloom", drop=["hidden_size", "n_head", "seq_length"], tokenizer="bloom", rename="bare", dtype="f16",
        config={
            "attention_softmax_in_fp32": True, "bias_dropout_fusion": True, "masked_softmax_fusion": True,
            "n_embed": 32, "n_inner": None, "num_attention_heads": 4, "offset_alibi": 100, "pretraining_tp": 1,
            "skip_bias_add": True, "skip_bias_add_qkv": False, "unk_token_id": 0, "use_cache": True}),
    "bloom-three-heads-untied": dict(
        what="three heads, a head of its own, f32", kind="bloom", tokenizer="bloom", dtype="f32-short",
        config={"hidden_size": 24, "n_head": 3, "tie_word_embeddings": False}),
    "bloom-model": dict(
        what="BloomModel: no head, no prefix", kind="bloom", config={"architectures": ["BloomModel"]}, tokenizer="bloom"),
    # Falcon
    "falcon-old-keys": dict(
        what="a 7B model's first configuration: RWForCausalLM, n_head and n_layer, no num_kv_heads",
        kind="falcon", drop=["num_attention_heads", "num_hidden_layers", "new_decoder_architecture"],
        config=REMOTE_CODE, tokenizer="falcon",
        reference={"architectures": ["FalconForCausalLM"], "model_type": "falcon", "auto_map": None,
                   "num_attention_heads": 4, "num_hidden_layers": 2}),
    "falcon-eleven": dict(
        what="new decoder with one norm, six heads in three groups; another theta, feed-forward width and context",
        kind="falcon", tokenizer="falcon",
        config={
            **FORTY, "hidden_size": 48, "num_attention_heads": 6, "num_kv_heads": 3, "num_ln_in_parallel_attn": 1,
            "ffn_hidden_size": 96, "max_position_embeddings": 512, "rope_theta": 500042.0},
        gap="theta, feed-forward width and context are not the model's: llama.cpp refuses the feed-forward width"),
    "falcon-untied": dict(
        what="new decoder, two norms, a head of its own, linear scaling of the rope; f16",
        kind="falcon", config={**FORTY, "tie_word_embeddings": False, "rope_scaling": {"type": "linear", "factor": 2.0}},
        tokenizer="falcon", dtype="f16", gap="the scaling is dropped without a word"),
    "falcon-multi-head": dict(
        what="old decoder with as many key and value heads as heads, in parallel",
        kind="falcon", config=MULTI_HEAD, tokenizer="falcon"),
    # StableLM
    "stablelm-parallel": dict(
        what="stablelm-2-12b: norms per head, parallel residual, no biases, another theta",
        kind="stablelm", tokenizer="stablelm2",
        config={"qk_layernorm": True, "use_parallel_residual": True, "use_qkv_bias": False, "rope_theta": 500042},
        gap="StableLM's norms per head: 'Unprocessed norms' unless modify_tensors yields what it stacks; theta is lost"),
    "stablelm-norms": dict(
        what="norms per head with the sequential residual and biases, three groups of two heads, f32",
        kind="stablelm", tokenizer="stablelm2", dtype="f32-short",
        config={"hidden_size": 48, "num_attention_heads": 6, "num_key_value_heads": 3, "qk_layernorm": True,
                "partial_rotary_factor": 0.5}),
    "stablelm-old-keys": dict(
        what="stablelm-3b's first configuration: StableLMEpochForCausalLM, norm_eps, rope_pct",
        kind="stablelm", tokenizer="stablelm2",
        reference={"architectures": ["StableLmForCausalLM"], "model_type": "stablelm", "layer_norm_eps": 1e-05},
        drop=["layer_norm_eps", "partial_rotary_factor", "use_parallel_residual"],
        config={"architectures": ["StableLMEpochForCausalLM"], "model_type": "stablelm_epoch", "norm_eps": 1e-05,
                "rope_pct": 0.25, "rotary_scaling_factor": 1.0, "num_key_value_heads": 4, "use_qkv_bias": False}),
    "stablelm-tied": dict(
        what="tied embeddings, rope_parameters, whole heads rotated; llama.cpp demands output.weight",
        kind="stablelm", tokenizer="stablelm2", drop=["rope_theta", "partial_rotary_factor"],
        config={"tie_word_embeddings": True,
                "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 1.0}}),
    # Starcoder2
    "starcoder2-no-bias": dict(
        what="no biases, a head of its own, exact gelu; llama.cpp demands biases",
        kind="starcoder2", config={"use_bias": False, "tie_word_embeddings": False, "hidden_act": "gelu"},
        tokenizer="starcoder2"),
    "starcoder2-window": dict(
        what="a sliding window shorter than the context, keys of published configurations, f16",
        kind="starcoder2", tokenizer="starcoder2", dtype="f16",
        config={"sliding_window": 32, "attention_softmax_in_fp32": True, "layer_norm_epsilon": 1e-05,
                "scale_attention_softmax_in_fp32": True, "scale_attn_weights": True, "activation_function": "gelu"},
        gap="the window is dropped without a word; outputs differ from position 32"),
    "starcoder2-yarn": dict(
        what="yarn, untied, one key head", kind="starcoder2", tokenizer="starcoder2", drop=["rope_theta"],
        config={"tie_word_embeddings": False, "num_key_value_heads": 1, "hidden_act": "gelu_new",
                "rope_parameters": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64,
                                    "rope_theta": 100000.0}}),
    # T5
    "t5-plain": dict(
        what="the first T5: relu without a gate, tied, scaled output; fewer decoder than encoder layers",
        kind="t5", config={"num_decoder_layers": 1}, tokenizer="t5"),
    "t5-untied": dict(
        what="T5 1.1: gated gelu, a head of its own, heads wider than the model, no decoder_start_token_id's default",
        kind="t5", tokenizer="t5", dtype="f32-short", rename="t5-head",
        config={"feed_forward_proj": "gated-gelu", "num_heads": 6, "d_kv": 8, "tie_word_embeddings": False,
                "num_decoder_layers": 2}),
    "t5-copies": dict(
        what="pytorch_model.bin of the first T5: the embedding under three more names, and the table that nothing uses",
        kind="t5", tokenizer="t5", container="bin", rename="t5-copies", dtype="f32-short"),
    "mt5": dict(
        what="MT5: gated gelu, an own head, 16 buckets", kind="t5", tokenizer="t5", rename="t5-head",
        config={"architectures": ["MT5ForConditionalGeneration"], "model_type": "mt5", "tie_word_embeddings": False,
                "feed_forward_proj": "gated-gelu", "relative_attention_num_buckets": 16,
                "tokenizer_class": "T5Tokenizer"}),
    "umt5": dict(
        what="UMT5: a table of distances in every layer", kind="t5", tokenizer="t5",
        config={"architectures": ["UMT5ForConditionalGeneration"], "model_type": "umt5",
                "feed_forward_proj": "gated-gelu", "relative_attention_max_distance": 128}),
    "t5encoder": dict(
        what="T5EncoderModel with a copy of the embedding", kind="t5", tokenizer="t5", rename="t5-encoder",
        drop=["decoder_start_token_id"],
        config={"architectures": ["T5EncoderModel"], "feed_forward_proj": "gated-gelu", "is_encoder_decoder": False}),
}
