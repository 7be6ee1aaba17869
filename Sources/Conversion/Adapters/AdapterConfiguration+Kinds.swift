internal import Documents
internal import Failures

extension AdapterConfiguration {
  /// Keys that are read, and keys that only matter to training or to the loader.
  ///
  /// Which modules have matrices, biases and copies of their own is told by the tensors themselves.
  static let known: Set<String> = [
    "alora_invocation_tokens", "alpha_pattern", "auto_mapping", "base_model_class",
    "base_model_name_or_path", "bias", "corda_config", "ensure_weight_tying", "eva_config",
    "exclude_modules", "fan_in_fan_out", "inference_mode", "init_lora_weights",
    "layers_pattern", "layers_to_transform", "loftq_config", "lora_alpha", "lora_dropout",
    "lora_ga_config", "megatron_core", "modules_to_save", "parent_library", "peft_type",
    "peft_version", "qalora_group_size", "r", "rank_pattern", "revision", "runtime_config",
    "target_modules", "task_type", "use_dora", "use_rslora",
  ]

  /// Keys that make of an adapter something else than W + scale B A, where they are set.
  private static let kinds: [(key: String, what: String)] = [
    ("arrow_config", "a router over several adapters (Arrow)"),
    ("invocation_string", "an activated adapter without alora_invocation_tokens"),
    ("kasa_config", "KaSA"),
    ("layer_replication", "layers that are used several times"),
    ("lora_bias", "a bias beside B"),
    ("megatron_config", "parallel layers of Megatron"),
    ("monteclora_config", "MonteCLoRA"),
    ("target_parameters", "matrices on parameters instead of modules"),
    ("trainable_token_indices", "trained rows of an embedding"),
    ("use_bdlora", "block-diagonal matrices (BD-LoRA)"),
    ("use_qalora", "pooled inputs (QALoRA)"),
    ("velora_config", "VeLoRA"),
  ]

  /// Ways to begin training that also change the base model's weights, which the adapter needs then.
  private static let changingStarts = ["pissa", "olora", "corda", "loftq", "lora_ga", "mica"]

  /// - Throws: `.adapterKind` naming the key that says so.
  static func checkKind(_ document: JSONValue) throws(ConversionError) {
    let type = document["peft_type"]?.string ?? ""
    guard type.uppercased() == "LORA" else {
      throw ConversionError(
        .adapterKind, "'peft_type' is '\(type)'; adapters of the type LORA are supported")
    }
    for (key, what) in kinds {
      guard let value = document[key], !isEmpty(value) else { continue }
      // Tokens that are given stand for the text.
      if key == "invocation_string", let tokens = document["alora_invocation_tokens"],
        !isEmpty(tokens)
      {
        continue
      }
      throw ConversionError(.adapterKind, "'\(key)' is set: \(what) is not supported")
    }
    let start = document["init_lora_weights"]?.string?.lowercased() ?? ""
    if changingStarts.contains(where: start.hasPrefix) {
      throw ConversionError(
        .adapterKind,
        "'init_lora_weights' is '\(start)': such adapters belong to a base model whose weights were "
          + "changed too, so W + B A would be wrong; PEFT saves a plain LoRA adapter with "
          + "save_pretrained(..., path_initial_model_for_weight_conversion=...)")
    }
  }
}
