internal import Documents
public import Failures

/// tokenizer.model: a SentencePiece model, with what other files add to it.
///
/// tokenizer.json beside it gives the roles of tokens and what is added to a text, nothing else unless
/// ``TokenizerSource/takesListedTokens``. It is kept; a note says if it has other tokens.
public struct SentencePieceFormat: TokenizerFormat {
  /// `sentencepiece`.
  public let id = "sentencepiece"
  /// tokenizer.model, as T5 calls it spiece.model.
  public let files = ["tokenizer.model"]

  private static let names = ["tokenizer.model", "spiece.model"]

  /// The format.
  public init() {}

  /// Whether a file of one of the names begins as a model does.
  public func recognises(_ source: TokenizerSource) -> Bool { file(source) != nil }

  private func file(_ source: TokenizerSource) -> (name: String, bytes: [UInt8])? {
    for name in Self.names {
      if let bytes = source.bytes(name), SentencePieceModel.recognises(bytes) {
        return (name, bytes)
      }
    }
    return nil
  }

  /// Reads the tokenizer.
  public func read(_ source: TokenizerSource) throws(TokenizerError) -> Vocabulary {
    guard let (name, bytes) = file(source) else {
      throw TokenizerError(.missing, "there is no SentencePiece model")
    }
    let model = try SentencePieceModel(bytes, file: name)
    guard model.modelType == .bpe || model.modelType == .unigram else {
      throw TokenizerError(
        .unsupported,
        "the SentencePiece model splits by \(model.modelType)s; supported are BPE and Unigram",
        at: Place(file: name))
    }
    let config = try source.object("tokenizer_config.json")
    let isUnigram = model.modelType == .unigram
    var pieces = TokenTable(file: name)
    try pieces.add(model.pieces, ids: Array(model.pieces.indices), type: .normal)
    for (id, type) in model.types.enumerated() { pieces.setType(id, type) }
    var scores = model.scores
    try addTokens(to: &pieces, scores: &scores, source: source, config: config)

    let (tokens, types) = pieces.finish()
    var vocabulary = Vocabulary(
      kind: isUnigram ? .unigram : .sentencePieceBPE, tokens: tokens, types: types,
      preTokenizer: Vocabulary.sentencePiecePreTokenizer)
    vocabulary.scores = scores
    if isUnigram {
      vocabulary.addSpacePrefix = model.addsDummyPrefix
      vocabulary.removeExtraWhitespaces = model.removesExtraWhitespaces
      vocabulary.precompiledCharsmap = model.precompiledCharsmap
    } else {
      vocabulary.addSpacePrefix =
        config?["add_prefix_space"]?.bool ?? (model.addsDummyPrefix ? nil : false)
    }
    try addFacts(
      to: &vocabulary, source: source, config: config, file: name, trained: model.trainedRoles)
    return vocabulary
  }

  /// Reads the model, with the tokens that other files add to it and what goes around a text.
  ///
  /// Pieces of the model are found as SentencePiece finds them, whatever other files say of them.
  public func define(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerDefinition {
    guard let (name, bytes) = file(source) else {
      throw TokenizerError(.missing, "there is no SentencePiece model")
    }
    var definition = try TokenizerDefinition(sentencePiece: bytes, file: name)
    let config = try source.object("tokenizer_config.json")
    var listed = try AddedToken.decoder(of: config)
    for (text, value) in try source.object("added_tokens.json")?.object ?? [:] {
      // `read`, below, refuses what is no id.
      if let id = value.int { listed.append((id, AddedToken(text))) }
    }
    var vocabulary = try read(source)
    for role in [SpecialRole.bos, .eos] where vocabulary.special.ids[role] == nil {
      let text = AddedTokens.text(of: role, config) ?? (role == .bos ? "<s>" : "</s>")
      if let id = vocabulary.id(of: text) { vocabulary.special.ids[role] = id }
    }
    if vocabulary.special.added[.bos] == nil, Self.addsBOS(config, source.config) {
      vocabulary.special.added[.bos] = true
    }
    for (id, token) in listed {
      guard let number = Int32(exactly: id),
        definition.model.id(of: token.content) != number,
        !definition.addedTokens.contains(where: { $0.id == number })
      else { continue }
      definition.addedTokens.append(.init(token, id: number))
    }
    definition.addedTokens.sort { $0.id < $1.id }
    definition.postProcessor = try .read(
      SpecialFiles(vocabulary).postProcessor { vocabulary.id(of: $0) })
    return definition
  }

  /// Whether a beginning of text is added though no file says so: the documented default of some
  /// classes, and what llama.cpp takes for granted. (Transformers 5.23 adds none.)
  private static func addsBOS(_ config: JSONValue?, _ main: JSONValue?) -> Bool {
    if let name = config?["tokenizer_class"]?.string {
      return [
        "LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast",
        "GemmaTokenizer", "GemmaTokenizerFast",
      ].contains(name)
    }
    let type = main?["model_type"]?.string ?? ""
    return ["llama", "mistral", "mixtral", "gemma", "gemma2", "gemma3", "gemma3_text"].contains(
      type)
  }

  /// Adds the tokens of added_tokens.json and tokenizer_config.json, and those of tokenizer.json where
  /// they are wanted.
  private func addTokens(
    to pieces: inout TokenTable, scores: inout [Float], source: TokenizerSource, config: JSONValue?
  ) throws(TokenizerError) {
    func set(_ id: Int, _ text: String, _ type: TokenType) throws(TokenizerError) {
      try pieces.set(id, text, type)
      while scores.count < pieces.count { scores.append(Vocabulary.paddingScore) }
      scores[id] = Vocabulary.addedScore
    }
    for (text, value) in try source.object("added_tokens.json")?.object ?? [:] {
      guard let id = value.int else {
        throw TokenizerError(
          .schema, "the token \(text.quoted) has no integer as its id",
          at: Place(file: "added_tokens.json"))
      }
      try set(id, text, .userDefined)
    }
    for (id, token) in try AddedToken.decoder(of: config) { try set(id, token.text, token.type) }
    guard source.takesListedTokens, let bytes = source.bytes(TokenizerJSON.name) else { return }
    for (token, id) in try TokenizerJSON(bytes).added {
      try set(id, token.content, token.isSpecial ? .control : .userDefined)
    }
  }

  /// Adds the roles of tokens and the chat templates.
  private func addFacts(
    to vocabulary: inout Vocabulary, source: TokenizerSource, config: JSONValue?, file: String,
    trained: [SpecialRole: Int]
  ) throws(TokenizerError) {
    let bytes = source.bytes(TokenizerJSON.name)
    var json: TokenizerJSON?
    if let bytes { json = try TokenizerJSON(bytes) }
    let stated = json?.added ?? []
    var reader = SpecialTokens.Reader(json: json, config: config) { text in
      stated.first { $0.token.content.utf8.elementsEqual(text.utf8) }?.id
    }
    vocabulary.special = reader.read(mainConfig: source.config)
    vocabulary.chatTemplates = try ChatTemplates(source, config: config)
    vocabulary.huggingFaceJSON = bytes
    if let json { vocabulary.noteDifferences(from: json, readFrom: file) }
    try vocabulary.completeSpecialTokens(
      source: source, config: config, json: json, trained: trained)
  }
}
