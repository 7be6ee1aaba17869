internal import Documents
public import Failures

/// A tokenizer, ready to run: text to ids and back.
///
/// Text goes through added tokens, normalizer, pre-tokenizer and model, as tokenizer.json describes
/// them. Text is UTF-8; of what is not valid, each longest part that could begin a character becomes
/// U+FFFD, but a SentencePiece model replaces byte by byte, and byte-level models keep the bytes.
public struct Tokenizer: Sendable {
  /// What becomes of special tokens that stand in text.
  public enum SpecialText: Sendable {
    /// They are text like any other.
    case text
    /// They become their ids.
    case parse
  }

  /// What the tokenizer was made of.
  public let definition: TokenizerDefinition
  private let rawTokens: AddedTokenFinder
  private let normalizedTokens: AddedTokenFinder
  private let normalizers: [any TextNormalizer]
  private let byteLevel: ByteLevelPipeline?
  private let steps: [any PieceStep]
  private let model: (any TokenModel)?
  private let llamaCpp: LlamaCppEngine?
  private let frame: SpecialFrame
  let decoders: [any DecoderStep]?
  /// Added tokens by id.
  let added: [Int32: Added]

  /// An added token as it is looked for, and as it comes out again.
  struct Added: Sendable {
    /// Its text, normalised if it is looked for in normalised text.
    let bytes: [UInt8]
    let isSpecial: Bool
  }

  /// Makes a tokenizer ready.
  ///
  /// - Throws: `.unsupported` if a part is read and written, but not applied.
  public init(_ definition: TokenizerDefinition) throws(TokenizerError) {
    self.definition = definition
    let normalizers = try definition.normalizer?.steps() ?? []
    self.normalizers = normalizers
    byteLevel = try ByteLevelPipeline(definition)
    steps = byteLevel == nil ? try definition.preTokenizer?.steps() ?? [] : []
    model = byteLevel == nil ? try definition.model.encoder() : nil
    llamaCpp = try definition.llamaCpp.map { (vocabulary) throws(TokenizerError) in
      try LlamaCppEngine(vocabulary)
    }
    frame = SpecialFrame(definition.postProcessor)
    decoders = try definition.decoder?.steps()
    added = Dictionary(
      definition.addedTokens.map { token in
        let text = Array(token.content.utf8)
        let bytes = token.isNormalized ? normalizers.reduce(text) { $1.normalize($0) } : text
        return (token.id, Added(bytes: bytes, isSpecial: token.isSpecial))
      }
    ) { $1 }
    let added = added
    func finder(_ tokens: [TokenizerDefinition.AddedToken]) -> AddedTokenFinder {
      AddedTokenFinder(tokens) { added[$0.id]?.bytes ?? [] }
    }
    rawTokens = finder(definition.addedTokens.filter { !$0.isNormalized })
    normalizedTokens = finder(definition.addedTokens.filter(\.isNormalized))
  }

  /// The ids of a text.
  ///
  /// - Parameters:
  ///   - special: whether special tokens in the text count as such.
  ///   - addSpecial: whether the tokens that the tokenizer puts around a text are added.
  public func encode(
    _ text: [UInt8], special: SpecialText = .text, addSpecial: Bool = false
  ) throws(TokenizerError) -> [Int32] {
    if let llamaCpp {
      let ids = try llamaCpp.encode(text, findsControl: special == .parse)
      return addSpecial ? frame.apply(ids) : ids
    }
    var ids: [Int32] = []
    let text = repaired(text)
    let parts = text.withUnsafeBufferPointer {
      rawTokens.parts($0, findsSpecial: special == .parse)
    }
    for part in parts {
      if let id = part.id {
        ids.append(id)
      } else {
        try encode(
          Array(text[part.range]), startsText: part.range.lowerBound == 0, special, &ids)
      }
    }
    return addSpecial ? frame.apply(ids) : ids
  }

  /// The ids of a text.
  public func encode(
    _ text: String, special: SpecialText = .text, addSpecial: Bool = false
  ) throws(TokenizerError) -> [Int32] {
    try encode(Array(text.utf8), special: special, addSpecial: addSpecial)
  }

  /// Encodes a text in which nothing but normalised tokens is left to be found.
  private func encode(
    _ text: [UInt8], startsText: Bool, _ special: SpecialText, _ ids: inout [Int32]
  ) throws(TokenizerError) {
    var normalized = text
    var startsText = startsText
    for step in normalizers {
      if startsText, step.dropsStart(normalized) { startsText = false }
      normalized = step.normalize(normalized)
    }
    guard !normalizedTokens.isEmpty else {
      return try encodePieces(normalized, startsText: startsText, &ids)
    }
    let parts = normalized.withUnsafeBufferPointer {
      normalizedTokens.parts($0, findsSpecial: special == .parse)
    }
    for part in parts {
      if let id = part.id {
        ids.append(id)
      } else {
        try encodePieces(
          Array(normalized[part.range]), startsText: startsText && part.range.lowerBound == 0,
          &ids)
      }
    }
  }

  private func encodePieces(
    _ text: [UInt8], startsText: Bool, _ ids: inout [Int32]
  ) throws(TokenizerError) {
    if let byteLevel {
      try text.withUnsafeBufferPointer { (text) throws(TokenizerError) in
        try byteLevel.encode(text, into: &ids)
      }
      return
    }
    guard let model else { return }
    var buffer = PieceBuffer(text, startsText: startsText)
    for step in steps { step.apply(&buffer) }
    var failure: TokenizerError?
    buffer.bytes.withUnsafeBufferPointer { bytes in
      for piece in buffer.pieces where failure == nil {
        do throws(TokenizerError) {
          try model.encode(UnsafeBufferPointer(rebasing: bytes[piece]), into: &ids)
        } catch {
          failure = error
        }
      }
    }
    if let failure { throw failure }
  }

  /// Valid UTF-8, unless the model takes care of what is not.
  private func repaired(_ text: [UInt8]) -> [UInt8] {
    if byteLevel != nil { return text }
    switch definition.model {
    case .sentencePieceBPE, .sentencePieceUnigram: return text
    default: break
    }
    let isValid = text.withUnsafeBufferPointer { UTF8Check.firstInvalid($0) == nil }
    return isValid ? text : Array(String(decoding: text, as: UTF8.self).utf8)
  }
}
