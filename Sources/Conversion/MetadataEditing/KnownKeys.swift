internal import Checkpoints
internal import Documents

/// The keys of a GGUF whose type and part are settled for every model.
enum KnownKeys {
  /// Patterns of keys, and the type that readers expect.
  private static let types: [(pattern: String, type: String)] = [
    (GGUFKey.architecture, "string"), (GGUFKey.alignment, "u32"),
    (GGUFKey.quantizationVersion, "u32"), (GGUFKey.fileType, "u32"),
    ("general.type", "string"), ("general.name", "string"), ("general.author", "string"),
    ("general.version", "string"), ("general.organization", "string"),
    ("general.finetune", "string"), ("general.basename", "string"),
    ("general.description", "string"), ("general.quantized_by", "string"),
    (GGUFKey.sizeLabel, "string"), ("general.license", "string"), ("general.license.*", "string"),
    ("general.url", "string"), ("general.doi", "string"), ("general.uuid", "string"),
    ("general.repo_url", "string"), ("general.source.*", "string"),
    ("general.base_model.count", "u32"), ("general.base_model.*.*", "string"),
    ("general.dataset.count", "u32"), ("general.dataset.*.*", "string"),
    ("general.tags", "array<string>"), ("general.languages", "array<string>"),
    ("general.sampling.sequence", "string"), ("general.sampling.top_k", "i32"),
    ("general.sampling.penalty_last_n", "i32"), ("general.sampling.mirostat", "i32"),
    ("general.sampling.*", "f32"),
    (GGUFKey.splitNumber, "u16"), (GGUFKey.splitCount, "u16"), (GGUFKey.splitTensorCount, "i32"),
    ("tokenizer.ggml.model", "string"), ("tokenizer.ggml.pre", "string"),
    (tokens, "array<string>"), ("tokenizer.ggml.merges", "array<string>"),
    ("tokenizer.ggml.token_type", "array<i32>"), ("tokenizer.ggml.scores", "array<f32>"),
    ("tokenizer.ggml.token_type_count", "u32"),
    ("tokenizer.ggml.bos_token_id", "u32"), ("tokenizer.ggml.eos_token_id", "u32"),
    ("tokenizer.ggml.eot_token_id", "u32"), ("tokenizer.ggml.eom_token_id", "u32"),
    ("tokenizer.ggml.unknown_token_id", "u32"), ("tokenizer.ggml.seperator_token_id", "u32"),
    ("tokenizer.ggml.padding_token_id", "u32"), ("tokenizer.ggml.mask_token_id", "u32"),
    ("tokenizer.ggml.cls_token_id", "u32"), ("tokenizer.ggml.fim_*_token_id", "u32"),
    ("tokenizer.ggml.prefix_token_id", "u32"), ("tokenizer.ggml.suffix_token_id", "u32"),
    ("tokenizer.ggml.middle_token_id", "u32"),
    ("tokenizer.ggml.add_*_token", "bool"), ("tokenizer.ggml.add_space_prefix", "bool"),
    ("tokenizer.ggml.remove_extra_whitespaces", "bool"),
    ("tokenizer.ggml.normalizer.*", "bool"), ("tokenizer.huggingface.json", "string"),
    (chatTemplate, "string"), ("tokenizer.chat_template.*", "string"),
    (chatTemplates, "array<string>"),
  ]

  /// The texts of the tokens.
  static let tokens = "tokenizer.ggml.tokens"
  /// The chat template.
  static let chatTemplate = "tokenizer.chat_template"
  /// The names of the other chat templates.
  static let chatTemplates = "tokenizer.chat_templates"

  /// The type that readers expect of a key; nil if it is not settled.
  static func type(of key: String) -> MetadataType? {
    types.first { Glob($0.pattern).matches(key) }.flatMap { MetadataType($0.type) }
  }

  /// Why a key of a GGUF may not be changed; nil if it may.
  static func protection(of key: String) -> String? {
    if key == GGUFKey.alignment { return "it decides where the tensors lie" }
    if key.hasPrefix("split.") {
      return "it belongs to the split; 'lathe split' and 'lathe merge' set it"
    }
    if key == GGUFKey.reserve { return "it only fills room; --reserve sets how much" }
    return nil
  }

  /// Keys that tell about the tensors and the file, not about the model: not copied unless named.
  static func isOfFile(_ key: String) -> Bool {
    protection(of: key) != nil || Lineage.isReplaced(key)
      || [
        GGUFKey.architecture, GGUFKey.fileType, GGUFKey.quantizationVersion, GGUFKey.sizeLabel,
      ].contains(key)
  }
}
