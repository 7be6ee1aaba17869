internal import Documents
public import Failures

extension TokenizerDefinition {
  /// Reads a tokenizer.json.
  ///
  /// Added tokens have the ids that they get when the `tokenizers` library loads the file: that of
  /// the vocabulary if their text stands there, otherwise the next free one.
  public init(tokenizerJSON bytes: [UInt8]) throws(TokenizerError) {
    try self.init(TokenizerJSON(bytes))
  }

  init(_ json: TokenizerJSON) throws(TokenizerError) {
    model = try json.definedModel()
    truncation = json.truncation
    padding = json.padding
    normalizer = try Normalizer.read(json.normalizer)
    preTokenizer = try PreTokenizer.read(json.preTokenizer)
    postProcessor = try PostProcessor.read(json.postProcessor)
    decoder = try Decoder.read(json.decoder)
    try add(json.added.map(\.token), vocabularyCount: json.ids.count)
  }

  /// Adds tokens as the library does when it loads them.
  private mutating func add(
    _ tokens: [Tokenizers.AddedToken], vocabularyCount: Int
  ) throws(TokenizerError) {
    var places: [[UInt8]: Int] = [:]
    var next = vocabularyCount
    for token in tokens where !token.content.isEmpty {
      let text = Array(token.content.utf8)
      let place = places[text]
      var id = place.map { addedTokens[$0].id } ?? model.id(of: token.content)
      if id == nil {
        guard let free = Int32(exactly: next), model.bytes(of: free) == nil else {
          throw TokenizerError(
            .duplicate,
            "the added token \(token.content.quoted) gets the id \(next), which has a token",
            at: TokenizerJSON.place)
        }
        id = free
      }
      guard let id else { continue }
      next = max(next, Int(id) + 1)
      let added = AddedToken(token, id: id)
      if let place {
        addedTokens[place] = added
      } else {
        places[text] = addedTokens.count
        addedTokens.append(added)
      }
    }
    addedTokens.sort { $0.id < $1.id }
  }
}

extension TokenizerDefinition.AddedToken {
  /// A token as the files describe it.
  init(_ token: AddedToken, id: Int32) {
    self.init(id: id, content: token.content, isSpecial: token.isSpecial)
    isSingleWord = token.isSingleWord
    stripsLeft = token.stripsLeft
    stripsRight = token.stripsRight
    isNormalized = token.isNormalized
  }
}

extension TokenizerDefinition.Model {
  /// The id of a token by its text.
  func id(of text: String) -> Int32? {
    switch self {
    case .bpe(let model): model.vocabulary.id(of: text)
    case .wordPiece(let model): model.vocabulary.id(of: text)
    case .wordLevel(let model): model.vocabulary.id(of: text)
    case .rankBPE(let model): model.vocabulary.id(of: text)
    case .unigram(let model): Self.id(of: text, model.tokens)
    case .sentencePieceBPE(let model), .sentencePieceUnigram(let model):
      Self.id(of: text, model.tokens)
    }
  }

  private static func id(of text: String, _ tokens: PackedTokens) -> Int32? {
    let wanted = Array(text.utf8)
    let place = tokens.indices.last { tokens.utf8(at: $0).elementsEqual(wanted) }
    return place.flatMap { Int32(exactly: $0) }
  }

  /// The bytes of a token by its id.
  func bytes(of id: Int32) -> ArraySlice<UInt8>? {
    switch self {
    case .bpe(let model): model.vocabulary.bytes(of: id)
    case .wordPiece(let model): model.vocabulary.bytes(of: id)
    case .wordLevel(let model): model.vocabulary.bytes(of: id)
    case .rankBPE(let model): model.vocabulary.bytes(of: id)
    case .unigram(let model): Self.bytes(of: id, model.tokens)
    case .sentencePieceBPE(let model), .sentencePieceUnigram(let model):
      Self.bytes(of: id, model.tokens)
    }
  }

  private static func bytes(of id: Int32, _ tokens: PackedTokens) -> ArraySlice<UInt8>? {
    tokens.indices.contains(Int(id)) ? tokens.utf8(at: Int(id)) : nil
  }
}
