internal import Failures

/// A token on its way to text.
struct TokenText {
  /// Its bytes so far.
  var bytes: [UInt8]
  /// Whether its text stood as it is in text, so that letters do not stand for bytes.
  var isLiteral = false
}

/// A step of decoding, ready to run.
protocol DecoderStep: Sendable {
  func apply(_ tokens: [TokenText]) -> [TokenText]
}

extension TokenizerDefinition.Decoder {
  /// The steps that do what this says, in order.
  func steps() throws(TokenizerError) -> [any DecoderStep] {
    switch self {
    case .byteLevel: return [LettersToBytes()]
    case .metaspace(let settings): return [SpacesDecoder(settings)]
    case .wordPiece(let prefix, let cleansUp):
      return [WordPieceDecoder(prefix: Array(prefix.utf8), cleansUp: cleansUp)]
    case .bpe(let suffix): return [WordEndDecoder(suffix: suffix)]
    case .byteFallback: return [ByteFallbackDecoder()]
    case .fuse: return [FuseDecoder()]
    case .strip(let scalar, let start, let stop):
      return [StripDecoder(text: Array(String(scalar).utf8), start: start, stop: stop)]
    case .replace(let pattern, let content):
      let replacement = Replacement(
        pattern: try pattern.finder(), content: Array(content.utf8))
      return [EachToken { replacement.normalize($0) }]
    case .ctc(let padding, let wordDelimiter, let cleansUp):
      return [CTCDecoder(padding: padding, wordDelimiter: wordDelimiter, cleansUp: cleansUp)]
    case .sequence(let list):
      var steps: [any DecoderStep] = []
      for part in list { steps += try part.steps() }
      return steps
    }
  }
}

/// Changes tokens one by one.
struct EachToken: DecoderStep {
  let change: @Sendable ([UInt8]) -> [UInt8]

  func apply(_ tokens: [TokenText]) -> [TokenText] {
    tokens.map { TokenText(bytes: change($0.bytes), isLiteral: $0.isLiteral) }
  }
}

/// Letters become bytes; a token with another letter, or one that stood in text, stays.
struct LettersToBytes: DecoderStep {
  func apply(_ tokens: [TokenText]) -> [TokenText] {
    var text: [UInt8] = []
    for token in tokens {
      let bytes = token.isLiteral ? nil : ByteLetters.decode(token.bytes[...])
      text += bytes ?? token.bytes
    }
    return [TokenText(bytes: text)]
  }
}

/// The letter becomes a space, and goes from the first token if one was put before the text.
struct SpacesDecoder: DecoderStep {
  private let replacement: Replacement
  private let removal: Replacement?

  init(_ settings: TokenizerDefinition.Metaspace) {
    let pattern = LiteralPattern(String(settings.replacement))
    replacement = Replacement(pattern: pattern, content: [0x20])
    removal = settings.prepend == .never ? nil : Replacement(pattern: pattern, content: [])
  }

  func apply(_ tokens: [TokenText]) -> [TokenText] {
    tokens.enumerated().map { place, token in
      let step = place == 0 ? removal ?? replacement : replacement
      return TokenText(bytes: step.normalize(token.bytes))
    }
  }
}

/// Parts of words are joined; other tokens get a space before them.
struct WordPieceDecoder: DecoderStep {
  let prefix: [UInt8]
  let cleansUp: Bool

  func apply(_ tokens: [TokenText]) -> [TokenText] {
    tokens.enumerated().map { place, token in
      var bytes = token.bytes
      if place > 0 {
        if bytes.starts(with: prefix) {
          bytes.removeFirst(prefix.count)
        } else {
          bytes.insert(0x20, at: 0)
        }
      }
      return TokenText(bytes: cleansUp ? Self.clean(bytes) : bytes)
    }
  }

  private static let replacements: [Replacement] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { Replacement(pattern: LiteralPattern($0.0), content: Array($0.1.utf8)) }

  /// The blanks that splitting put before punctuation and endings go.
  static func clean(_ bytes: [UInt8]) -> [UInt8] {
    replacements.reduce(bytes) { $1.normalize($0) }
  }
}

/// The end of a word becomes a space, but goes from the last token.
struct WordEndDecoder: DecoderStep {
  private let space: Replacement
  private let nothing: Replacement

  init(suffix: String) {
    space = Replacement(pattern: LiteralPattern(suffix), content: [0x20])
    nothing = Replacement(pattern: LiteralPattern(suffix), content: [])
  }

  func apply(_ tokens: [TokenText]) -> [TokenText] {
    tokens.enumerated().map { place, token in
      let step = place == tokens.count - 1 ? nothing : space
      return TokenText(bytes: step.normalize(token.bytes))
    }
  }
}

/// `<0x41>` becomes its byte; runs of bytes that are not valid UTF-8 become U+FFFD for each.
struct ByteFallbackDecoder: DecoderStep {
  func apply(_ tokens: [TokenText]) -> [TokenText] {
    var result: [TokenText] = []
    var run: [UInt8] = []
    func flush() {
      guard !run.isEmpty else { return }
      if String(validating: run, as: UTF8.self) != nil {
        result.append(TokenText(bytes: run))
      } else {
        for _ in run { result.append(TokenText(bytes: [0xEF, 0xBF, 0xBD])) }
      }
      run.removeAll(keepingCapacity: true)
    }
    for token in tokens {
      if let byte = Self.byte(token.bytes) {
        run.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }

  /// The byte that `<0x41>` stands for.
  static func byte(_ text: [UInt8]) -> UInt8? {
    guard text.count == 6, text.starts(with: Array("<0x".utf8)), text[5] == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: text[3..<5], as: UTF8.self), radix: 16)
  }
}

/// All tokens become one.
struct FuseDecoder: DecoderStep {
  func apply(_ tokens: [TokenText]) -> [TokenText] {
    [TokenText(bytes: tokens.flatMap(\.bytes))]
  }
}

/// A character goes at the ends of each token, so often at most.
struct StripDecoder: DecoderStep {
  let text: [UInt8]
  let start: Int
  let stop: Int

  func apply(_ tokens: [TokenText]) -> [TokenText] {
    tokens.map { token in
      var bytes = token.bytes[...]
      var left = start
      while left > 0, bytes.starts(with: text) {
        bytes = bytes.dropFirst(text.count)
        left -= 1
      }
      left = stop
      while left > 0, bytes.count >= text.count, bytes.suffix(text.count).elementsEqual(text) {
        bytes = bytes.dropLast(text.count)
        left -= 1
      }
      return TokenText(bytes: Array(bytes))
    }
  }
}

/// Repetitions and fillers go.
struct CTCDecoder: DecoderStep {
  private let padding: Replacement
  private let delimiter: Replacement
  private let cleansUp: Bool

  init(padding: String, wordDelimiter: String, cleansUp: Bool) {
    self.padding = Replacement(pattern: LiteralPattern(padding), content: [])
    delimiter = Replacement(pattern: LiteralPattern(wordDelimiter), content: [0x20])
    self.cleansUp = cleansUp
  }

  func apply(_ tokens: [TokenText]) -> [TokenText] {
    var result: [TokenText] = []
    var previous: [UInt8]?
    for token in tokens where token.bytes != previous {
      previous = token.bytes
      var bytes = padding.normalize(token.bytes)
      if cleansUp { bytes = delimiter.normalize(WordPieceDecoder.clean(bytes)) }
      if !bytes.isEmpty { result.append(TokenText(bytes: bytes)) }
    }
    return result
  }
}
