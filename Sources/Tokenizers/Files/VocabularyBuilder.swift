internal import Documents
internal import Failures

/// Makes a vocabulary of a tokenizer.json, or of other files brought into its form.
struct VocabularyBuilder {
  let json: TokenizerJSON
  let source: TokenizerSource
  /// The file that messages name.
  let file: String
  /// Texts that play a role unless named otherwise.
  var defaultSpecial: [String] = []

  private let config: JSONValue?
  private let index: TokenIndex

  init(json: TokenizerJSON, source: TokenizerSource, file: String) throws(TokenizerError) {
    self.json = json
    self.source = source
    self.file = file
    guard !json.texts.isEmpty else {
      throw TokenizerError(.schema, "the vocabulary has no tokens", at: Place(file: file))
    }
    config = try source.object("tokenizer_config.json")
    index = TokenIndex(json.texts)
    if let (first, second) = index.firstDuplicate {
      throw TokenizerError(
        .duplicate,
        "the token \(json.texts[first].quoted) has two ids, \(json.ids[first]) and "
          + "\(json.ids[second])", at: Place(file: file))
    }
  }

  func build() throws(TokenizerError) -> Vocabulary {
    let kind = try kind()
    guard (kind == .unigram) == (json.scores.count == json.ids.count) else {
      throw TokenizerError(
        .schema,
        kind == .unigram
          ? "a Unigram model's 'vocab' is a list of texts and scores, this one an object"
          : "'vocab' is an object of texts and ids, this one a list", at: Place(file: file))
    }
    var added = AddedTokens(file: file, index: index, ids: json.ids)
    for (token, id) in json.added { added.add(token, stated: id) }
    let ownTokens = added
    try added.apply(
      config: config, map: source.object("special_tokens_map.json"), defaults: defaultSpecial)
    var reader = SpecialTokens.Reader(json: json, config: config) { text in
      ownTokens.id(of: text).flatMap { ownTokens.tokens[$0] == nil ? nil : $0 }
    }
    let special = reader.read(mainConfig: source.config)

    var table = TokenTable(file: file)
    try table.add(json.texts, ids: json.ids, type: .normal)
    if kind == .sentencePieceBPE || kind == .unigram { markBytes(&table) }
    if kind == .unigram, let unknown = json.model["unk_id"]?.int {
      table.setType(unknown, .unknown)
    }
    try added.place(in: &table)
    let (tokens, types) = table.finish()

    let name = try preTokenizer(kind, special)
    var vocabulary = Vocabulary(
      kind: kind, tokens: tokens, types: types, preTokenizer: name.name)
    vocabulary.special = special
    vocabulary.notes = added.notes + name.notes
    vocabulary.chatTemplates = try ChatTemplates(source, config: config)
    try addDetails(to: &vocabulary)
    try vocabulary.completeSpecialTokens(source: source, config: config, json: json)
    return vocabulary
  }

  /// The kind of model, judged by its parts.
  private func kind() throws(TokenizerError) -> Vocabulary.Kind {
    let place = Place(file: file)
    let steps = PreTokenizerSteps(json.preTokenizer)
    let normalizesToBytes = Self.contains("ByteLevel", json.normalizer, "normalizers")
    switch json.modelType {
    case "BPE":
      if json.model["byte_fallback"]?.bool == true { return .sentencePieceBPE }
      if steps.isByteLevel || normalizesToBytes { return .byteLevelBPE }
      throw TokenizerError(
        .unsupported,
        "a BPE model that neither writes bytes as letters (ByteLevel) nor falls back to bytes has "
          + "no form in GGUF", at: place)
    case "Unigram": return .unigram
    case "WordPiece": return .wordPiece
    case let type:
      throw TokenizerError(
        .unsupported,
        "the model is of type \(type.quoted); supported are BPE, Unigram and WordPiece", at: place)
    }
  }

  /// Whether a component, or a part of it, is of that type.
  static func contains(_ type: String, _ value: JSONValue, _ list: String) -> Bool {
    value["type"]?.string == type
      || (value[list]?.array ?? []).contains { $0["type"]?.string == type }
  }

  /// The spellings `<0x00>` to `<0xFF>` are bytes.
  private func markBytes(_ table: inout TokenTable) {
    for position in json.texts.indices where json.texts.utf8(at: position).isByteToken {
      table.setType(json.ids[position], .byte)
    }
  }

  private func preTokenizer(
    _ kind: Vocabulary.Kind, _ special: SpecialTokens
  ) throws(TokenizerError) -> (name: String, notes: [String]) {
    switch kind {
    case .byteLevelBPE:
      return try PreTokenizerName.find(
        PreTokenizerSteps(json.preTokenizer),
        traits: .init(
          ignoresMerges: json.model["ignore_merges"]?.bool ?? false,
          addsSEP: special.added[.sep] ?? false,
          modelType: source.config?["model_type"]?.string,
          needsWholePieces: { () throws(TokenizerError) in try needsWholePieces() }),
        at: Place(file: file))
    case .wordPiece: return (Vocabulary.wordPiecePreTokenizer, [])
    case .sentencePieceBPE, .unigram: return (Vocabulary.sentencePiecePreTokenizer, [])
    }
  }

  /// Whether a token of the vocabulary, added ones apart, is not what its own merges give.
  private func needsWholePieces() throws(TokenizerError) -> Bool {
    guard case .bpe(var model) = try json.definedModel() else { return false }
    model.ignoresMerges = false
    let encoder = try MergeModel(model)
    let added = Set(json.added.map { Int32(truncatingIfNeeded: $0.id) })
    var ids: [Int32] = []
    for place in model.vocabulary.tokens.indices {
      let id = model.vocabulary.id(at: place)
      let text = model.vocabulary.tokens.utf8(at: place)
      guard !text.isEmpty, !added.contains(id) else { continue }
      ids.removeAll(keepingCapacity: true)
      try text.withUnsafeBufferPointer { (text) throws(TokenizerError) in
        try encoder.encode(text, into: &ids)
      }
      if ids != [id] { return true }
    }
    return false
  }

  /// Merges, scores and what the normalizer says about spaces.
  private func addDetails(to vocabulary: inout Vocabulary) throws(TokenizerError) {
    switch vocabulary.kind {
    case .byteLevelBPE:
      vocabulary.merges = try json.mergeTexts(index)
      vocabulary.addSpacePrefix = config?["add_prefix_space"]?.bool
    case .sentencePieceBPE:
      vocabulary.scores = try rankScores(vocabulary)
      vocabulary.addSpacePrefix = config?["add_prefix_space"]?.bool ?? (addsPrefix ? nil : false)
      vocabulary.notes.append(
        "there is no tokenizer.model: the scores of the tokens are the order of the merges")
    case .unigram:
      vocabulary.addSpacePrefix = addsPrefix
      vocabulary.removeExtraWhitespaces = removesExtraWhitespaces
      var scores = [Float](repeating: Vocabulary.paddingScore, count: vocabulary.count)
      for (position, id) in json.ids.enumerated() where position < json.scores.count {
        scores[id] = Float(json.scores[position])
      }
      vocabulary.scores = scores
      vocabulary.precompiledCharsmap = try precompiledCharsmap()
    case .wordPiece:
      vocabulary.tokenTypeCount = source.config?["type_vocab_size"]?.int ?? 1
    }
  }

  /// Whether the tokenizer puts a space before a text.
  private var addsPrefix: Bool {
    if Self.contains("Prepend", json.normalizer, "normalizers") { return true }
    let parts = json.preTokenizer["pretokenizers"]?.array ?? [json.preTokenizer]
    return parts.contains {
      $0["type"]?.string == "Metaspace" && $0["prepend_scheme"]?.string != "never"
        && $0["add_prefix_space"]?.bool != false
    }
  }

  /// Whether runs of spaces become one, or blanks go altogether.
  private var removesExtraWhitespaces: Bool {
    Self.contains("Strip", json.normalizer, "normalizers")
      || Self.contains("WhitespaceSplit", json.preTokenizer, "pretokenizers")
  }

  private func precompiledCharsmap() throws(TokenizerError) -> [UInt8] {
    for part in json.normalizer["normalizers"]?.array ?? [json.normalizer] {
      guard let text = part["precompiled_charsmap"]?.string else { continue }
      guard let bytes = Base64.decode(text) else {
        throw TokenizerError(
          .syntax, "the precompiled_charsmap is not valid base64", at: Place(file: file))
      }
      return bytes
    }
    return []
  }

  /// Scores that make SentencePiece's algorithm merge in the order of the merges.
  ///
  /// It takes the pair whose result has the greatest score: a token's score is minus the number of
  /// the first merge that makes it. A longer token that no merge makes is put last.
  private func rankScores(_ vocabulary: Vocabulary) throws(TokenizerError) -> [Float] {
    let merges = try json.mergeTexts(index)
    var scores = [Float](repeating: 0, count: vocabulary.count)
    for (position, id) in json.ids.enumerated()
    where vocabulary.types[id] == .normal && json.texts.utf8(at: position).scalarCount > 1 {
      scores[id] = Vocabulary.unreachableScore
    }
    for merge in merges.indices.reversed() {
      let start = json.mergeParts.utf8(at: 2 * merge).startIndex
      let end = json.mergeParts.utf8(at: 2 * merge + 1).endIndex
      let found = json.mergeParts.bytes[start..<end].withUnsafeBytes { index.find($0) }
      if let found { scores[json.ids[found]] = -Float(merge) }
    }
    for id in scores.indices {
      switch vocabulary.types[id] {
      case .control, .userDefined: scores[id] = Vocabulary.addedScore
      case .unused: scores[id] = Vocabulary.paddingScore
      case .normal, .unknown, .byte: break
      }
    }
    return scores
  }
}

extension ArraySlice<UInt8> {
  /// Whether the text is `<0x41>` with any two hexadecimal digits.
  var isByteToken: Bool {
    count == 6 && starts(with: "<0x".utf8) && last == UInt8(ascii: ">")
      && dropFirst(3).prefix(2).allSatisfy {
        switch $0 {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
          UInt8(ascii: "A")...UInt8(ascii: "F"):
          true
        default: false
        }
      }
  }

  /// Number of Unicode scalars of a valid text.
  var scalarCount: Int { reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }
}
