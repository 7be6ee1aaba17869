public import Documents
public import Failures
public import OrderedCollections

extension Vocabulary {
  /// The tokenizer that GGUF's keys describe.
  ///
  /// Ids of type `unused` that are named as padding become rows without a token.
  ///
  /// - Throws: `.schema` for keys that are missing, of another type or of unequal lengths,
  ///   `.unsupported` for models other than BPE, Unigram and WordPiece.
  public init(fromGGUF metadata: Metadata) throws(TokenizerError) {
    let keys = GGUFReading(metadata: metadata)
    let model = try keys.required("tokenizer.ggml.model", "a text") { $0.string }
    guard let kind = Kind.all.first(where: { $0.ggufModel == model }) else {
      throw TokenizerError(
        .unsupported,
        "tokenizer.ggml.model is \(model.quoted); supported are "
          + Kind.all.map(\.ggufModel).joined(separator: ", "))
    }
    let texts = try keys.required("tokenizer.ggml.tokens", "a list of texts") { $0.strings }
    guard !texts.isEmpty, texts.count <= Self.maximumCount else {
      throw TokenizerError(
        .limit, "tokenizer.ggml.tokens has \(texts.count) texts; expected 1 to \(Self.maximumCount)"
      )
    }
    let types = try keys.types(count: texts.count, isOptional: kind == .byteLevelBPE)
    var tokens = texts
    if kind == .wordPiece {
      tokens = PackedStrings()
      for id in texts.indices {
        tokens.append(types[id] == .control ? texts[id] : Self.wordPiece(texts[id]))
      }
    }
    let pre = try keys.optional("tokenizer.ggml.pre", "a text") { $0.string }
    self.init(
      kind: kind, tokens: tokens, types: types,
      preTokenizer: pre ?? Self.sentencePiecePreTokenizer)
    if pre == nil, kind == .byteLevelBPE {
      notes.append("tokenizer.ggml.pre is missing: llama.cpp takes 'default'")
    }
    try readDetails(keys)
    dropPadding()
  }

  private mutating func readDetails(_ keys: GGUFReading) throws(TokenizerError) {
    if kind == .sentencePieceBPE || kind == .unigram {
      scores = try keys.required("tokenizer.ggml.scores", "a list of f32") {
        if case .array(.f32(let list)) = $0 { list } else { nil }
      }
      guard scores.count == count else {
        throw TokenizerError(
          .schema, "tokenizer.ggml.scores has \(scores.count) numbers for \(count) tokens")
      }
    }
    if kind == .byteLevelBPE {
      merges = try keys.optional("tokenizer.ggml.merges", "a list of texts") { $0.strings } ?? []
    }
    addSpacePrefix = try keys.bool("tokenizer.ggml.add_space_prefix")
    removeExtraWhitespaces = try keys.bool("tokenizer.ggml.remove_extra_whitespaces")
    precompiledCharsmap =
      try keys.optional("tokenizer.ggml.precompiled_charsmap", "a list of bytes") {
        switch $0 {
        case .array(.u8(let bytes)): bytes
        case .array(.i8(let bytes)): bytes.map(UInt8.init(bitPattern:))
        default: nil
        }
      } ?? []
    tokenTypeCount = try keys.optional("tokenizer.ggml.token_type_count", "an integer") { $0.int }
    for role in SpecialRole.all {
      guard let key = role.idKey, let id = try keys.optional(key, "an integer", { $0.int }) else {
        continue
      }
      guard tokens.indices.contains(id) else {
        notes.append("\(key) is \(id), outside the \(count) tokens: left out")
        continue
      }
      special.ids[role] = id
    }
    for role in SpecialRole.all {
      if let key = role.addKey { special.added[role] = try keys.bool(key) }
    }
    special.lowercase = try keys.bool("tokenizer.ggml.normalizer.lowercase")
    special.stripAccents = try keys.bool("tokenizer.ggml.normalizer.strip_accents")
    chatTemplates.main = try keys.optional("tokenizer.chat_template", "a text") { $0.string }
    let names =
      try keys.optional("tokenizer.chat_templates", "a list of texts") { $0.strings } ?? []
    for name in names {
      let key = "tokenizer.chat_template.\(name)"
      if let text = try keys.optional(key, "a text", { $0.string }) {
        chatTemplates.named.append(.init(name: name, template: text))
      }
    }
    huggingFaceJSON = try keys.optional("tokenizer.huggingface.json", "a text") { $0.string }
      .map { Array($0.utf8) }
  }

  /// Fills in what llama.cpp assumes where there is no key: special tokens, and that a beginning of
  /// text is added.
  mutating func assumeWhatGGUFLeavesOut() throws(TokenizerError) {
    for role in SpecialRole.named where special.ids[role] == nil {
      guard let id = assumedID(role), types.indices.contains(id), types[id] == .control else {
        continue
      }
      special.ids[role] = id
      notes.append(
        "the GGUF does not name the \(role.name) token: it is \(tokens[id].quoted), as llama.cpp "
          + "assumes")
    }
    guard special.added[.bos] == nil, special.ids[.bos] != nil, try assumesBOS() else { return }
    special.added[.bos] = true
    if kind == .wordPiece, special.added[.eos] == nil { special.added[.eos] = true }
    notes.append(
      "the GGUF does not say whether a beginning of text is added: it is, as llama.cpp assumes")
  }

  /// WordPiece's spelling of a text that begins with the space of a new word or else goes on.
  private static func wordPiece(_ text: String) -> String {
    text.utf8.starts(with: "\u{2581}".utf8) ? String(text.unicodeScalars.dropFirst()) : "##" + text
  }

  /// Takes padding off the end.
  private mutating func dropPadding() {
    var kept = count
    while kept > 1, types[kept - 1] == .unused,
      tokens.utf8(at: kept - 1).elementsEqual(Self.padding(kept - 1).utf8)
    { kept -= 1 }
    guard kept < count else { return }
    notes.append("the rows from \(kept) on have no token")
    tokens = PackedStrings((0..<kept).map { tokens[$0] })
    types.removeLast(types.count - kept)
    if scores.count > kept { scores.removeLast(scores.count - kept) }
  }
}

/// Reads GGUF's keys with checks of their types.
struct GGUFReading {
  let metadata: Metadata

  func optional<T>(
    _ key: String, _ what: String, _ view: (MetadataValue) -> T?
  ) throws(TokenizerError) -> T? {
    guard let value = metadata[key] else { return nil }
    guard let result = view(value) else {
      throw TokenizerError(.schema, "\(key) is of type \(value.typeName); expected \(what)")
    }
    return result
  }

  func required<T>(
    _ key: String, _ what: String, _ view: (MetadataValue) -> T?
  ) throws(TokenizerError) -> T {
    guard let result = try optional(key, what, view) else {
      throw TokenizerError(.schema, "the key \(key) is missing; expected \(what)")
    }
    return result
  }

  func bool(_ key: String) throws(TokenizerError) -> Bool? {
    try optional(key, "a truth value") { $0.bool }
  }

  /// The types of all tokens; without the key, all are normal.
  func types(count: Int, isOptional: Bool) throws(TokenizerError) -> [TokenType] {
    let key = "tokenizer.ggml.token_type"
    let list = try optional(key, "a list of integers") { $0.array?.ints }
    guard let list else {
      guard isOptional else { throw TokenizerError(.schema, "the key \(key) is missing") }
      return [TokenType](repeating: .normal, count: count)
    }
    guard list.count == count else {
      throw TokenizerError(.schema, "\(key) has \(list.count) numbers for \(count) tokens")
    }
    var types: [TokenType] = []
    types.reserveCapacity(count)
    for (id, number) in list.enumerated() {
      guard let small = Int32(exactly: number), let type = TokenType(rawValue: small) else {
        throw TokenizerError(
          .schema, "\(key) says \(number) for the token \(id); expected 1 to 6")
      }
      types.append(type)
    }
    return types
  }
}
