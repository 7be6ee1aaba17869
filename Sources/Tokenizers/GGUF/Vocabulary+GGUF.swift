public import Documents
public import Failures

extension Vocabulary {
  /// GGUF's keys of a tokenizer.
  public struct GGUFKeys: Sendable {
    /// `tokenizer.*`, in the order in which llama.cpp's converter writes them.
    public var metadata: Metadata = [:]
    /// What was decided, dropped or guessed, in words for the user.
    public var notes: [String] = []
  }

  /// The keys of this tokenizer for a model whose embedding has `length` rows.
  ///
  /// Rows without a token become `[PADn]`. The keys equal those of llama.cpp's
  /// convert_hf_to_gguf.py but for the differences listed in this module's documentation. The bytes
  /// of tokenizer.json (`huggingFaceJSON`) are left to the caller, who may write them under
  /// `tokenizer.huggingface.json`.
  ///
  /// - Throws: `.size` if there are more tokens than rows, `.duplicate` if two tokens have the same
  ///   text in GGUF.
  public func ggufKeys(length: Int) throws(TokenizerError) -> GGUFKeys {
    guard count > 0, count <= length else {
      throw TokenizerError(
        .size,
        "the tokenizer has \(count) tokens, but the embedding (vocab_size) has \(length) rows: the "
          + "last token is \(tokens.last?.quoted ?? "missing"). Give the checkpoint's own tokenizer files, "
          + "or take the tokens without a row out of them")
    }
    guard length <= Self.maximumCount else {
      throw TokenizerError(.limit, "\(length) tokens; at most \(Self.maximumCount) are supported")
    }
    let texts = try ggufTexts(length: length)
    var keys = GGUFKeys(notes: notes)
    func set(_ key: String, _ value: MetadataValue) {
      keys.metadata["tokenizer.\(key)"] = value
    }
    if let tokenTypeCount {
      set("ggml.token_type_count", .u32(UInt32(clamping: tokenTypeCount)))
    }
    if kind != .unigram, let addSpacePrefix { set("ggml.add_space_prefix", .bool(addSpacePrefix)) }
    set("ggml.model", .string(kind.ggufModel))
    set("ggml.pre", .string(preTokenizer))
    set("ggml.tokens", .array(.strings(texts)))
    let padding = length - count
    if !scores.isEmpty {
      set(
        "ggml.scores",
        .array(.f32(scores + [Float](repeating: Self.paddingScore, count: padding))))
    }
    set(
      "ggml.token_type",
      .array(
        .i32(
          types.map(\.rawValue)
            + [Int32](repeating: TokenType.unused.rawValue, count: padding))))
    if kind == .unigram {
      set("ggml.add_space_prefix", .bool(addSpacePrefix ?? false))
      set("ggml.remove_extra_whitespaces", .bool(removeExtraWhitespaces ?? false))
      if !precompiledCharsmap.isEmpty {
        set("ggml.precompiled_charsmap", .array(.u8(precompiledCharsmap)))
      }
    }
    if !merges.isEmpty { set("ggml.merges", .array(.strings(merges))) }
    addSpecialTokens(to: &keys, length: length)
    addRulesOfSize(to: &keys, length: length)
    return keys
  }

  /// The texts as GGUF has them, with padding up to `length`.
  private func ggufTexts(length: Int) throws(TokenizerError) -> PackedStrings {
    var texts = PackedStrings()
    if kind == .wordPiece || length > count {
      texts.reserve(count: length, byteCount: tokens.bytes.count + 16 * (length - count))
      for id in 0..<length {
        let text = id < count ? tokens[id] : Self.padding(id)
        let isPlain = kind != .wordPiece || (id < count && types[id] == .control)
        texts.append(isPlain ? text : Self.phantom(text))
      }
    } else {
      texts = tokens
    }
    if let (first, second) = TokenIndex(texts).firstDuplicate {
      throw TokenizerError(
        .duplicate,
        "the tokens \(first) and \(second) are both \(texts[first].quoted) in GGUF, which cannot "
          + "tell them apart")
    }
    return texts
  }

  /// WordPiece's tokens with the space that begins a word instead of the `##` that continues it.
  private static func phantom(_ text: String) -> String {
    text.utf8.starts(with: "##".utf8) ? String(text.unicodeScalars.dropFirst(2)) : "\u{2581}" + text
  }

  /// The roles of tokens, what is added to a text, templates and normalisation.
  private func addSpecialTokens(to keys: inout GGUFKeys, length: Int) {
    for (role, id) in special.ids {
      guard let key = role.idKey else { continue }
      guard id >= 0, id < length else {
        keys.notes.append(
          "the \(role.name) token's id \(id) lies outside the \(length) tokens: left out")
        continue
      }
      keys.metadata[key] = .u32(UInt32(truncatingIfNeeded: id))
    }
    for (role, adds) in special.added {
      if let key = role.addKey { keys.metadata[key] = .bool(adds) }
    }
    for template in chatTemplates.named where !template.template.isEmpty {
      keys.metadata["tokenizer.chat_template.\(template.name)"] = .string(template.template)
    }
    if !chatTemplates.named.isEmpty {
      keys.metadata["tokenizer.chat_templates"] =
        .array(.strings(PackedStrings(chatTemplates.named.map(\.name))))
    }
    if let main = chatTemplates.main, !main.isEmpty {
      keys.metadata["tokenizer.chat_template"] = .string(main)
    }
    if let lowercase = special.lowercase {
      keys.metadata["tokenizer.ggml.normalizer.lowercase"] = .bool(lowercase)
    }
    if let strips = special.stripAccents {
      keys.metadata["tokenizer.ggml.normalizer.strip_accents"] = .bool(strips)
    }
  }

  /// What llama.cpp's converter knows of models only by their number of tokens.
  private func addRulesOfSize(to keys: inout GGUFKeys, length: Int) {
    guard kind == .byteLevelBPE || kind == .sentencePieceBPE else { return }
    // Code Llama: the end of an infilled text.
    if length == 32016 { keys.metadata["tokenizer.ggml.eot_token_id"] = .u32(32010) }
    // Granite and SmolLM, whose files do not say that nothing is added.
    if length == 49152 { keys.metadata["tokenizer.ggml.add_bos_token"] = .bool(false) }
  }
}

extension Vocabulary.Kind {
  /// `tokenizer.ggml.model`.
  public var ggufModel: String {
    switch self {
    case .byteLevelBPE: "gpt2"
    case .sentencePieceBPE: "llama"
    case .unigram: "t5"
    case .wordPiece: "bert"
    }
  }

  /// All kinds.
  static let all: [Vocabulary.Kind] = [.byteLevelBPE, .sentencePieceBPE, .unigram, .wordPiece]
}
