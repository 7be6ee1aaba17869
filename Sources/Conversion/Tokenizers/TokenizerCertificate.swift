public import Documents
public import Failures
public import Tokenizers

/// Whether two tokenizers are the same: both encode a corpus made for the purpose, and every token of
/// the first one's vocabulary, alone and in pairs.
///
/// Texts go through both with special tokens as text and parsed; ids are decoded by both. Where one of
/// the two is a SentencePiece model, ids of special tokens are not decoded: it leaves them out.
public struct TokenizerCertificate: Sendable {
  /// Where the two part first.
  public struct Difference: Sendable {
    /// What differs: `ids`, `text` (of decoded ids) or `error`.
    public var what: String
    /// Which part of the pipeline it comes from.
    public var cause: String
    /// The text that shows it.
    public var text: [UInt8]
    /// Whether special tokens in the text counted as such.
    public var parsesSpecial: Bool
    /// What the source makes of it.
    public var source: String
    /// What the result makes of it.
    public var result: String
  }

  /// Number of texts that were tried.
  public private(set) var textCount = 0
  /// Number of ids that were compared.
  public private(set) var idCount = 0
  /// Number of texts that do not come back from their ids, as the tokenizer normalises them.
  public private(set) var changedCount = 0
  /// The first difference; nil if there is none.
  public private(set) var difference: Difference?

  private let source: Tokenizer
  private let result: Tokenizer
  /// Special tokens that the two engines decode differently by design.
  private let undecoded: Set<Int32>

  /// Compares two tokenizers.
  ///
  /// - Throws: if one of the two cannot be made ready.
  public init(
    source: TokenizerDefinition, result: TokenizerDefinition
  ) throws(ConversionError) {
    (self.source, self.result) = try passing { () throws(TokenizerError) in
      (try Tokenizer(source), try Tokenizer(result))
    }
    undecoded =
      source.normalizesInModel == result.normalizesInModel
      ? [] : Set((source.addedTokens + result.addedTokens).filter(\.isSpecial).map(\.id))
    run()
  }

  private mutating func run() {
    let isBytes = source.definition.keepsBytes && result.definition.keepsBytes
    for text in StressCorpus.texts + (isBytes ? StressCorpus.brokenTexts : []) {
      guard compare(text, .text), compare(text, .parse) else { return }
    }
    for text in StressCorpus.specialTexts(of: source.definition) {
      guard compare(text, .text), compare(text, .parse) else { return }
    }
    compareVocabulary(isBytes: isBytes)
  }

  /// Every token's text alone, and behind the one before it.
  private mutating func compareVocabulary(isBytes: Bool) {
    let ids = source.definition.ids
    var previous: [UInt8] = []
    var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    for (place, id) in ids.enumerated() {
      guard var text = decoded(source, [id]), !text.isEmpty else { continue }
      if !isBytes { text = Array(String(decoding: text, as: UTF8.self).utf8) }
      guard compare(text, .text) else { return }
      // A partner from anywhere, the same in every run.
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let other = ids[Int(random >> 33) % (place + 1)]
      let partner = decoded(source, [other]) ?? []
      let pair =
        isBytes ? text + partner : text + Array(String(decoding: partner, as: UTF8.self).utf8)
      guard compare(pair, .text), compare(previous + text, .text) else { return }
      previous = text
    }
  }

  private func decoded(_ tokenizer: Tokenizer, _ ids: [Int32]) -> [UInt8]? {
    do throws(TokenizerError) { return try tokenizer.decode(ids) } catch { return nil }
  }

  /// Encodes a text with both, and decodes its ids with both; false if there is a difference.
  private mutating func compare(_ text: [UInt8], _ special: Tokenizer.SpecialText) -> Bool {
    textCount += 1
    let (mine, theirs) = (ids(source, text, special), ids(result, text, special))
    func part(_ what: String, _ cause: String, _ source: String, _ result: String) -> Bool {
      difference = Difference(
        what: what, cause: cause, text: text, parsesSpecial: special == .parse, source: source,
        result: result)
      return false
    }
    switch (mine, theirs) {
    case (.success(let mine), .success(let theirs)):
      guard mine == theirs else {
        return part("ids", cause(text, special), Self.list(mine), Self.list(theirs))
      }
      idCount += mine.count
      if mine.contains(where: undecoded.contains) { return true }
      let (first, second) = (decoded(source, mine), decoded(result, mine))
      guard let first, first == second else {
        func shown(_ text: [UInt8]?) -> String { text.map(Self.shown) ?? "not decoded" }
        return part("text", "the decoder", shown(first), shown(second))
      }
      if first != text { changedCount += 1 }
      return true
    case (.failure(let mine), .failure(let theirs)) where mine.code == theirs.code: return true
    default:
      func shown(_ outcome: Result<[Int32], TokenizerError>) -> String {
        switch outcome {
        case .success(let ids): Self.list(ids)
        case .failure(let error): "an error: \(error.message)"
        }
      }
      return part("error", "the model", shown(mine), shown(theirs))
    }
  }

  private func ids(
    _ tokenizer: Tokenizer, _ text: [UInt8], _ special: Tokenizer.SpecialText
  ) -> Result<[Int32], TokenizerError> {
    Result { () throws(TokenizerError) in try tokenizer.encode(text, special: special) }
  }

  /// The first part of the pipeline that makes something else of a text.
  private func cause(_ text: [UInt8], _ special: Tokenizer.SpecialText) -> String {
    let traces: (TokenizerTrace, TokenizerTrace)
    do throws(TokenizerError) {
      traces = (
        try source.definition.trace(text, special: special),
        try result.definition.trace(text, special: special)
      )
    } catch { return "not found: \(error.message)" }
    let (mine, theirs) = traces
    if mine.parts.count != theirs.parts.count
      || zip(mine.parts, theirs.parts).contains(where: { $0.text != $1.text || $0.id != $1.id })
    {
      return "special and added tokens: the text is parted as "
        + Self.list(mine.parts) + ", and as " + Self.list(theirs.parts)
    }
    if let mine = mine.normalized, let theirs = theirs.normalized, mine != theirs {
      return "the normalizer: it makes \(Self.list(mine)), and \(Self.list(theirs))"
    }
    if let mine = mine.pieces, let theirs = theirs.pieces, mine != theirs {
      return "the pre-tokenizer: the pieces are \(Self.list(mine)), and \(Self.list(theirs))"
    }
    if (mine.pieces == nil) != (theirs.pieces == nil) {
      return "the normalizer or the model: a SentencePiece model has both in one"
    }
    return "the model: its merges, scores or tokens"
  }

  /// Most ids or pieces that are shown.
  private static let shownCount = 24

  private static func list(_ ids: [Int32]) -> String {
    ids.prefix(shownCount).map(String.init).joined(separator: " ")
      + (ids.count > shownCount ? " ... (\(ids.count))" : "")
  }

  private static func list(_ parts: [(text: [UInt8], id: Int32?)]) -> String {
    parts.prefix(shownCount).map { shown($0.text) + ($0.id.map { " (\($0))" } ?? "") }
      .joined(separator: " ")
  }

  private static func list(_ texts: [[UInt8]]) -> String {
    texts.prefix(shownCount).map(shown).joined(separator: " ")
      + (texts.count > shownCount ? " ... (\(texts.count))" : "")
  }

  /// A text in quotation marks, with what is not printable escaped.
  static func shown(_ text: [UInt8]) -> String {
    JSONValue.string(String(decoding: text.prefix(400), as: UTF8.self)).text()
  }
}

extension TokenizerDefinition {
  /// Whether the model is one of SentencePiece's own.
  fileprivate var normalizesInModel: Bool {
    switch model {
    case .sentencePieceBPE, .sentencePieceUnigram: true
    default: false
    }
  }

  /// Whether bytes that are not UTF-8 stay what they are.
  fileprivate var keepsBytes: Bool {
    switch model {
    case .rankBPE: true
    case .bpe(let model):
      !model.fallsBackToBytes && preTokenizer != nil && isByteLevel(preTokenizer)
    default: false
    }
  }

  private func isByteLevel(_ part: PreTokenizer?) -> Bool {
    switch part {
    case .byteLevel: true
    case .sequence(let list): list.contains { isByteLevel($0) }
    default: false
    }
  }

  /// The ids of the model's tokens, rising.
  var ids: [Int32] {
    func ids(_ vocabulary: TokenVocabulary) -> [Int32] {
      vocabulary.tokens.indices.map { vocabulary.id(at: $0) }
    }
    func ids(_ tokens: PackedTokens) -> [Int32] {
      tokens.indices.map { Int32(truncatingIfNeeded: $0) }
    }
    switch model {
    case .bpe(let model): return ids(model.vocabulary)
    case .wordPiece(let model): return ids(model.vocabulary)
    case .wordLevel(let model): return ids(model.vocabulary)
    case .rankBPE(let model): return ids(model.vocabulary)
    case .unigram(let model): return ids(model.tokens)
    case .sentencePieceBPE(let model), .sentencePieceUnigram(let model): return ids(model.tokens)
    }
  }
}

extension TokenizerCertificate {
  /// What was found, in words.
  public var text: String {
    guard let difference else {
      return "equal: \(textCount) texts, \(idCount) ids, special tokens as text and parsed, "
        + "decoded alike"
        + (changedCount > 0
          ? "; \(changedCount) texts do not come back, as the tokenizer changes them" : "") + "\n"
    }
    return """
      different after \(textCount) texts: \(difference.what)
        text    \(Self.shown(difference.text)) (special tokens \
      \(difference.parsesSpecial ? "parsed" : "as text"))
        source  \(difference.source)
        result  \(difference.result)
        cause   \(difference.cause)

      """
  }

  /// What was found, as JSON.
  public var json: JSONValue {
    var value: JSONValue = [
      "equal": .bool(difference == nil), "texts": .int(textCount), "ids": .int(idCount),
      "changed_texts": .int(changedCount),
    ]
    guard let difference else { return value }
    value["difference"] = [
      "what": .string(difference.what), "cause": .string(difference.cause),
      "text": .string(String(decoding: difference.text, as: UTF8.self)),
      "special": .string(difference.parsesSpecial ? "parse" : "text"),
      "source": .string(difference.source), "result": .string(difference.result),
    ]
    return value
  }
}
