public import Failures

/// What becomes of a text on its way to ids, step by step: to see where two tokenizers part.
public struct TokenizerTrace: Sendable {
  /// The parts of the text as they stand: added tokens with their ids, and text between them.
  public var parts: [(text: [UInt8], id: Int32?)] = []
  /// The texts between added tokens, normalised; nil if the model normalises for itself.
  public var normalized: [[UInt8]]?
  /// The pieces that the model gets, as bytes of the text; nil if the model splits for itself.
  public var pieces: [[UInt8]]?
}

extension TokenizerDefinition {
  /// Follows a text; it should be short.
  ///
  /// - Parameter special: whether special tokens in the text count as such.
  public func trace(
    _ text: [UInt8], special: Tokenizer.SpecialText
  ) throws(TokenizerError) -> TokenizerTrace {
    let normalizers = try normalizer?.steps() ?? []
    let splits = try preTokenizer?.steps() ?? []
    let finder = AddedTokenFinder(addedTokens.filter { !$0.isNormalized }) {
      Array($0.content.utf8)
    }
    var trace = TokenizerTrace()
    let parts = text.withUnsafeBufferPointer {
      finder.parts($0, findsSpecial: special == .parse)
    }
    trace.parts = parts.map { (Array(text[$0.range]), $0.id) }
    switch model {
    case .sentencePieceBPE, .sentencePieceUnigram: return trace
    default: break
    }
    let writesLetters = preTokenizer?.writesLetters ?? false
    var normalized: [[UInt8]] = []
    var pieces: [[UInt8]] = []
    for part in parts where part.id == nil {
      let changed = normalizers.reduce(Array(text[part.range])) { $1.normalize($0) }
      normalized.append(changed)
      var buffer = PieceBuffer(changed, startsText: part.range.lowerBound == 0)
      for step in splits { step.apply(&buffer) }
      pieces += buffer.pieces.map { range in
        let piece = buffer.bytes[range]
        return (writesLetters ? ByteLetters.decode(piece) : nil) ?? Array(piece)
      }
    }
    trace.normalized = normalized
    trace.pieces = pieces
    return trace
  }
}

extension TokenizerDefinition.PreTokenizer {
  /// Whether pieces come out with letters that stand for bytes.
  fileprivate var writesLetters: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let list): list.contains { $0.writesLetters }
    default: false
    }
  }
}
