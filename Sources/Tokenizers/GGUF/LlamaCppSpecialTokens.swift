internal import Documents
internal import Failures

/// The tokens that llama.cpp finds in text before the model sees it: those of the types control,
/// unknown and user-defined, and those that it knows by their texts, whatever type the keys give.
struct LlamaCppSpecialTokens {
  /// Texts that end a turn or a text: control tokens.
  private static let ends = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
    "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>",
    "<\u{FF5C}end\u{2581}of\u{2581}sentence\u{FF5C}>", "[e~[",
  ]
  /// Texts around a gap to fill, by their role in GGUF; of each role one is a control token, unless
  /// the keys name another.
  private static let gaps: [(role: String, texts: [String])] = [
    (
      "fim_pre",
      [
        "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<\u{FF5C}fim\u{2581}begin\u{FF5C}>",
        "<PRE>", "\u{2581}<PRE>", "<|code_prefix|>", "<|prefix|>",
      ]
    ),
    (
      "fim_suf",
      [
        "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<\u{FF5C}fim\u{2581}hole\u{FF5C}>",
        "<SUF>", "\u{2581}<SUF>", "<|code_suffix|>", "<|suffix|>",
      ]
    ),
    (
      "fim_mid",
      [
        "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<\u{FF5C}fim\u{2581}end\u{FF5C}>",
        "<MID>", "\u{2581}<MID>", "<|code_middle|>", "<|middle|>",
      ]
    ),
    ("fim_pad", ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
    ("fim_rep", ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
    ("fim_sep", ["<|file_sep|>"]),
  ]
  /// Texts of parts of a message that are always found.
  private static let parts = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]

  private let tokens: TokenVocabulary
  /// Control, unknown and user-defined tokens by id; true for those that are only parsed.
  private var isControl: [Int32: Bool] = [:]
  private var stripsLeft: Set<Int32> = []
  private var stripsRight: Set<Int32> = []

  init(
    tokens: TokenVocabulary, types: [TokenType], _ keys: GGUFReading
  ) throws(TokenizerError) {
    self.tokens = tokens
    for (place, type) in types.enumerated() {
      switch type {
      case .control, .unknown: isControl[Int32(truncatingIfNeeded: place)] = true
      case .userDefined: isControl[Int32(truncatingIfNeeded: place)] = false
      case .normal, .unused, .byte: break
      }
    }
    for (role, texts) in Self.gaps {
      let key = "tokenizer.ggml.\(role)_token_id"
      guard try keys.optional(key, "an integer", { $0.int }) == nil else { continue }
      if let id = texts.lazy.compactMap({ tokens.id(of: $0) }).first { isControl[id] = true }
    }
    for text in Self.ends { if let id = tokens.id(of: text) { isControl[id] = true } }
    for text in Self.parts { if let id = tokens.id(of: text) { isControl[id] = false } }
    applyExceptions()
    try addBlanks(keys)
  }

  /// The tokens by id.
  var list: [LlamaCppVocabulary.Special] {
    isControl.sorted { $0.key < $1.key }.map { id, isControl in
      LlamaCppVocabulary.Special(
        id: id, isControl: isControl, stripsLeft: stripsLeft.contains(id),
        stripsRight: stripsRight.contains(id))
    }
  }

  /// Texts that end something in one family of models, and not in another.
  private mutating func applyExceptions() {
    func has(_ text: String) -> Bool { tokens.id(of: text) != nil }
    let callsTools = (has("<|return|>") && has("<|call|>"))
    let flushes = (has("<|call|>") || has("<|calls|>")) && has("<|flush|>")
    if let end = tokens.id(of: "<|end|>"), callsTools || flushes { isControl[end] = false }
    if has("<|tool_response>"), let end = tokens.id(of: "</s>") { isControl[end] = nil }
  }

  /// Which tokens take blanks beside them, which the keys do not say: known by name.
  private mutating func addBlanks(_ keys: GGUFReading) throws(TokenizerError) {
    func text(_ key: String) throws(TokenizerError) -> String {
      try keys.optional(key, "a text") { $0.string } ?? ""
    }
    let name = try text("general.name").lowercased()
    let pre = try text("tokenizer.ggml.pre")
    let architecture = try text("general.architecture")
    if ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(where: pre.contains)
      || ["nomic-bert-moe", "jina-bert-v3"].contains(where: architecture.contains)
    {
      if let mask = tokens.id(of: "<mask>") { stripsLeft.insert(mask) }
    } else if name.contains("phi-3") || name.contains("phi3") {
      stripsRight = Set(isControl.keys)
      for text in ["<unk>", "<s>", "<|endoftext|>"] {
        if let id = tokens.id(of: text) { stripsRight.remove(id) }
      }
    } else if name.contains("modern-bert"), let mask = tokens.id(of: "[MASK]") {
      stripsLeft.insert(mask)
    }
  }
}
