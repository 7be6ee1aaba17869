/// A tensor name with `*` for a number, `**` for any rest.
public struct NamePattern: Hashable, Sendable, CustomStringConvertible {
  /// The pattern as written, with its group's prefix.
  public let text: String
  /// Number of `*`.
  public let starCount: Int
  /// It ends in `**`.
  public let isOpen: Bool

  /// The text between the stars.
  private let pieces: [String]

  /// A pattern of that text.
  public init(_ text: String) {
    self.text = text
    isOpen = text.hasSuffix("**")
    let body = isOpen ? text.dropLast(2) : text[...]
    pieces = body.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    starCount = pieces.count - 1
  }

  /// The pattern.
  public var description: String { text }

  /// The name with numbers for the stars, in order; stars without a number stay.
  public func name(_ numbers: [Int]) -> String {
    guard !numbers.isEmpty, starCount > 0 else { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count + 4 * starCount)
    result += pieces[0]
    for (index, piece) in pieces.dropFirst().enumerated() {
      if index < numbers.count { result += String(numbers[index]) } else { result += "*" }
      result += piece
    }
    return isOpen ? result + "**" : result
  }

  /// The pattern with another one in front.
  func prefixed(by prefix: String) -> NamePattern { NamePattern(prefix + text) }
}
