internal import Failures

/// Finds matches in text.
protocol TextPattern: Sendable {
  /// Calls `body` with the parts of a text and whether each is a match; no part is empty.
  func spans(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void)
}

/// A text that is looked for byte by byte; an empty one is never found.
struct LiteralPattern: TextPattern {
  private let wanted: [UInt8]

  init(_ text: String) { wanted = Array(text.utf8) }

  func spans(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
    var gap = 0
    var position = 0
    if let first = wanted.first {
      let last = text.count - wanted.count
      while position <= last {
        guard text[position] == first,
          wanted.indices.allSatisfy({ text[position + $0] == wanted[$0] })
        else {
          position += 1
          continue
        }
        if gap < position { body(gap..<position, false) }
        gap = position + wanted.count
        body(position..<gap, true)
        position = gap
      }
    }
    if gap < text.count { body(gap..<text.count, false) }
  }
}

/// Matches of an expression.
struct RegexPattern: TextPattern {
  let splitter: any PatternSplitter

  func spans(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
    splitter.spans(of: text, body)
  }
}

extension TokenizerDefinition.Pattern {
  /// What finds the pattern.
  ///
  /// - Throws: `.unsupported` for an expression that is not understood.
  func finder() throws(TokenizerError) -> any TextPattern {
    switch self {
    case .text(let text): LiteralPattern(text)
    case .regex(let regex):
      RegexPattern(splitter: try Splitters.step(regex, at: TokenizerJSON.place))
    }
  }
}
