/// A tensor name with `*` for a number, `**` for any rest.
public struct NamePattern: Hashable, Sendable, CustomStringConvertible {
  /// The pattern as written, with its group's prefix.
  public let text: String
  /// Number of `*`.
  public let starCount: Int
  /// It ends in `**`.
  public let isOpen: Bool

  /// A pattern of that text.
  public init(_ text: String) {
    self.text = text
    isOpen = text.hasSuffix("**")
    starCount = (isOpen ? text.dropLast(2) : text[...]).count { $0 == "*" }
  }

  /// The pattern.
  public var description: String { text }

  /// The name with numbers for the stars, in order; stars without a number stay.
  public func name(_ numbers: [Int]) -> String {
    guard !numbers.isEmpty else { return text }
    var result = ""
    var next = 0
    for character in text {
      if character == "*", next < numbers.count {
        result += String(numbers[next])
        next += 1
      } else {
        result.append(character)
      }
    }
    return result
  }

  /// The pattern with another one in front.
  func prefixed(by prefix: String) -> NamePattern { NamePattern(prefix + text) }
}
