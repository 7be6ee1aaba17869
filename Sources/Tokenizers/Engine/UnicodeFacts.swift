/// Tests of code points that the parts of tokenizer.json use, by Unicode 16.0.
enum UnicodeFacts {
  /// White_Space.
  @Sendable static func isWhitespace(_ value: UInt32) -> Bool {
    ScalarClasses.shared(value).isWhiteSpace
  }

  /// Category N of Unicode 17.0, by which the library's splits at digits go.
  @Sendable static func isNumber(_ value: UInt32) -> Bool {
    if ClassSet.numbers.contains(ScalarClasses.shared(value)) { return true }
    return (0x11DE0...0x11DE9).contains(value) || (0x16FF4...0x16FF6).contains(value)
  }

  private static let wordClasses = ClassSet(.nd, .pc).union(.letters).union(.marks)

  /// A character of words as regular expressions have them: Alphabetic, M, Nd, Pc, Join_Control.
  @Sendable static func isWord(_ value: UInt32) -> Bool {
    let found = ScalarClasses.shared(value)
    if wordClasses.contains(found) { return true }
    switch found.category {
    // Alphabetic beyond letters and marks: Roman numerals, letters in circles and squares.
    case .nl: return true
    case .so:
      return (0x24B6...0x24E9).contains(value) || (0x1F130...0x1F149).contains(value)
        || (0x1F150...0x1F169).contains(value) || (0x1F170...0x1F189).contains(value)
    default: return value == 0x200C || value == 0x200D
    }
  }

  /// Appends the lowercase form of a code point, without regard to what stands beside it.
  @Sendable static func appendLowercase(_ value: UInt32, to text: inout [UInt8]) {
    let (first, second) = UnicodeTables.lowercase(value)
    text.append(scalar: first)
    if let second { text.append(scalar: second) }
  }
}
