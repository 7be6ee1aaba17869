internal import Failures

/// A step of splitting, ready to run.
protocol PieceStep: Sendable {
  func apply(_ pieces: inout PieceBuffer)
}

extension TokenizerDefinition.PreTokenizer {
  /// The steps that do what this says, in order.
  func steps() throws(TokenizerError) -> [any PieceStep] {
    switch self {
    case .byteLevel(let settings): return try settings.steps()
    case .split(let pattern, let behavior, let isInverted):
      return [
        PatternSplit(pattern: try pattern.finder(), behavior: behavior, isInverted: isInverted)
      ]
    case .metaspace(let settings): return [MetaspaceStep(settings)]
    case .digits(let individual):
      return [
        ScalarSplit(
          behavior: individual ? .isolated : .contiguous, isMatch: UnicodeFacts.isNumber)
      ]
    case .punctuation(let behavior):
      return [ScalarSplit(behavior: behavior, isMatch: Self.isPunctuation)]
    case .bert:
      return [
        ScalarSplit(behavior: .removed, isMatch: UnicodeFacts.isWhitespace),
        ScalarSplit(behavior: .isolated, isMatch: Self.isPunctuation),
      ]
    case .whitespace: return [WordSplit()]
    case .whitespaceSplit:
      return [ScalarSplit(behavior: .removed, isMatch: UnicodeFacts.isWhitespace)]
    case .delimiter(let scalar):
      return [ScalarSplit(behavior: .removed) { $0 == scalar.value }]
    case .fixedLength(let length): return [FixedLengthSplit(length: length)]
    case .unicodeScripts:
      throw TokenizerError(
        .unsupported, "the pre-tokenizer UnicodeScripts is read and written, but not applied")
    case .sequence(let list):
      var steps: [any PieceStep] = []
      for part in list { steps += try part.steps() }
      return steps
    }
  }

  /// ASCII's punctuation and symbols, and category P beyond ASCII.
  @Sendable private static func isPunctuation(_ value: UInt32) -> Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    case 0..<0x80: false
    default: OlderCategories.isPunctuation(value)
    }
  }
}

extension TokenizerDefinition.ByteLevel {
  /// A space before the piece, GPT-2's split, letters for bytes: as far as asked for.
  func steps() throws(TokenizerError) -> [any PieceStep] {
    var steps: [any PieceStep] = []
    if addsPrefixSpace { steps.append(PrefixSpace()) }
    if usesRegex {
      let pattern = TokenizerDefinition.Pattern.regex(PreTokenizerSteps.gpt2)
      steps.append(
        PatternSplit(pattern: try pattern.finder(), behavior: .isolated, isInverted: false))
    }
    return steps + [ByteLevelStep()]
  }
}

/// Splits at the matches of a pattern.
struct PatternSplit: PieceStep {
  let pattern: any TextPattern
  let behavior: TokenizerDefinition.SplitBehavior
  let isInverted: Bool

  func apply(_ pieces: inout PieceBuffer) {
    pieces.split(behavior, isInverted: isInverted) { pattern.spans(of: $0, $1) }
  }
}

/// Splits at single code points.
struct ScalarSplit: PieceStep {
  let behavior: TokenizerDefinition.SplitBehavior
  let isMatch: @Sendable (UInt32) -> Bool

  func apply(_ pieces: inout PieceBuffer) { pieces.split(behavior, where: isMatch) }
}

/// Runs of word characters, and runs of others that are no blanks; blanks go.
struct WordSplit: PieceStep {
  private enum Kind { case blank, word, other }

  func apply(_ pieces: inout PieceBuffer) {
    pieces.split(.removed, isInverted: true) { bytes, body in
      var start = 0
      var position = 0
      var kind = Kind.blank
      while position < bytes.count {
        let (value, end) = bytes.scalar(at: position)
        let next: Kind =
          UnicodeFacts.isWord(value) ? .word : UnicodeFacts.isWhitespace(value) ? .blank : .other
        if next != kind, position > start {
          body(start..<position, kind != .blank)
          start = position
        }
        kind = next
        position = end
      }
      if start < position { body(start..<position, kind != .blank) }
    }
  }
}

/// Pieces of so many code points.
struct FixedLengthSplit: PieceStep {
  let length: Int

  func apply(_ pieces: inout PieceBuffer) {
    pieces.split(.isolated) { bytes, body in
      var start = 0
      var position = 0
      var count = 0
      while position < bytes.count {
        position = bytes.scalar(at: position).end
        count += 1
        guard count == length || position == bytes.count else { continue }
        body(start..<position, true)
        start = position
        count = 0
      }
    }
  }
}

/// A space before each piece that does not begin with one.
struct PrefixSpace: PieceStep {
  func apply(_ pieces: inout PieceBuffer) {
    pieces.rewrite { piece, _, text in
      if piece.first != 0x20 { text.append(0x20) }
      text.append(contentsOf: piece)
    }
  }
}

/// Bytes become letters.
struct ByteLevelStep: PieceStep {
  func apply(_ pieces: inout PieceBuffer) {
    pieces.rewrite { piece, _, text in ByteLetters.append(piece, to: &text) }
  }
}

/// Spaces become a letter, which is put before pieces and begins new ones.
struct MetaspaceStep: PieceStep {
  private let letter: [UInt8]
  private let scalar: UInt32
  private let settings: TokenizerDefinition.Metaspace

  init(_ settings: TokenizerDefinition.Metaspace) {
    self.settings = settings
    scalar = settings.replacement.value
    letter = Array(String(settings.replacement).utf8)
  }

  func apply(_ pieces: inout PieceBuffer) {
    let startsText = pieces.startsText && pieces.pieces.first?.lowerBound == 0
    pieces.rewrite { piece, number, text in
      let isFirst = number == 0 && startsText
      let begins = piece.first == 0x20 || piece.starts(with: letter)
      if !begins, settings.prepend == .always || (settings.prepend == .first && isFirst) {
        text.append(contentsOf: letter)
      }
      for byte in piece {
        if byte == 0x20 { text.append(contentsOf: letter) } else { text.append(byte) }
      }
    }
    if settings.splits {
      let scalar = scalar
      pieces.split(.mergedWithNext) { $0 == scalar }
    }
  }
}
