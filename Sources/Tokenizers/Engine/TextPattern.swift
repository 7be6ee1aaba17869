internal import Failures

/// Finds matches in text.
protocol TextPattern: Sendable {
  /// The next match within `range`, at or behind `start`; look-around sees nothing outside of
  /// `range`.
  func next(
    _ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>, from start: Int
  ) -> Range<Int>?
}

/// A text that is looked for byte by byte; an empty one is never found.
struct LiteralPattern: TextPattern {
  private let wanted: [UInt8]

  init(_ text: String) { wanted = Array(text.utf8) }

  func next(
    _ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>, from start: Int
  ) -> Range<Int>? {
    guard let first = wanted.first else { return nil }
    let last = range.upperBound - wanted.count
    var position = start
    while position <= last {
      if bytes[position] == first,
        wanted.indices.allSatisfy({ bytes[position + $0] == wanted[$0] })
      {
        return position..<(position + wanted.count)
      }
      position += 1
    }
    return nil
  }
}

extension TokenizerDefinition.Pattern {
  /// What finds the pattern.
  ///
  /// - Throws: `.unsupported` for an expression that is not understood.
  func finder() throws(TokenizerError) -> any TextPattern {
    switch self {
    case .text(let text): return LiteralPattern(text)
    case .regex(let regex):
      throw TokenizerError(
        .unsupported, "the regular expression \(regex.quoted) is not supported")
    }
  }
}
