/// A number of a JSON document, kept as its text, so that what is carried over stays as it was.
///
/// Equality is that of the texts: `1` and `1.0` differ.
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
  /// The literal.
  public let text: String

  /// A number whose text obeys the grammar.
  init(checked text: String) { self.text = text }

  /// A number of that text, nil if it is not a JSON number.
  public init?(_ text: String) {
    var reader = JSONReader(Array(text.utf8))
    guard let span = try? reader.scanNumber(), span.range.count == text.utf8.count else {
      return nil
    }
    self.text = text
  }

  /// An integer.
  public init(_ value: some BinaryInteger) { text = value.description }

  /// The shortest text that reads back as this value; nil for what is not finite.
  public init?(_ value: Double) {
    guard let text = value.jsonText else { return nil }
    self.text = text
  }

  /// The shortest text that reads back as this binary32; nil for what is not finite.
  public init?(_ value: Float) {
    guard let text = value.jsonText else { return nil }
    self.text = text
  }

  /// The value, if the text is an integer (without point and exponent) that `Int` holds.
  public var int: Int? { Int(decimal: Array(text.utf8)[...]) }
  /// The value, if the text is an integer (without point and exponent) that `UInt64` holds.
  public var uint64: UInt64? { UInt64(decimal: Array(text.utf8)[...]) }
  /// The nearest binary64, nil beyond the greatest finite value.
  public var double: Double? {
    guard let value = Array(text.utf8)[...].decimalValue, value.isFinite else { return nil }
    return value
  }
  /// Whether the text has neither point nor exponent.
  public var isInteger: Bool { text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") } }
  /// The literal.
  public var description: String { text }
}
