public import OrderedCollections

/// A YAML document as a tree: what the front matter of model cards consists of.
public indirect enum YAMLValue: Hashable, Sendable {
  /// A single value.
  case scalar(YAMLScalar)
  /// A list.
  case list([YAMLValue])
  /// Keys, by their text, and values in the document's order; of equal keys the last one counts.
  case map(OrderedDictionary<String, YAMLValue>)

  /// The single value, if it is one.
  public var scalar: YAMLScalar? { if case .scalar(let scalar) = self { scalar } else { nil } }
  /// The list, if it is one.
  public var list: [YAMLValue]? { if case .list(let list) = self { list } else { nil } }
  /// The keys and values, if it is a map.
  public var map: OrderedDictionary<String, YAMLValue>? {
    if case .map(let members) = self { members } else { nil }
  }
  /// The text, if it is one: not a number, truth, date or null.
  public var string: String? {
    guard case .scalar(let scalar) = self, scalar.kind == .text else { return nil }
    return scalar.text
  }
  /// Whether it is null, or nothing at all.
  public var isNull: Bool { scalar?.kind == .null }
}

/// A single value of a YAML document: its text, and whether quotes settle that it is one.
public struct YAMLScalar: Hashable, Sendable {
  /// What a scalar means by the rules of YAML 1.1, which Python's reader follows.
  public enum Kind: Hashable, Sendable {
    /// A text.
    case text
    /// Nothing.
    case null
    /// `yes`, `true`, `on`, ...
    case bool(Bool)
    /// A whole number or a number with a point; its text is kept.
    case number(isZero: Bool)
    /// A date, with or without a time.
    case date
  }

  /// The text, unfolded and without quotes.
  public let text: String
  /// Whether it stands there without quotes, so that it may be something other than a text.
  public let isPlain: Bool

  /// A scalar.
  public init(_ text: String, isPlain: Bool) {
    self.text = text
    self.isPlain = isPlain
  }

  /// What it means.
  public var kind: Kind {
    guard isPlain else { return .text }
    if ["", "~", "null", "Null", "NULL"].contains(text) { return .null }
    if let truth = Self.truth(text) { return .bool(truth) }
    let bytes = Array(text.utf8)
    if Self.isInteger(bytes) || Self.isFloat(bytes) {
      let digits = bytes.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
      let mantissa = digits.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
      return .number(
        isZero: !mantissa.contains { (0x31...0x39).contains($0) }
          && !mantissa.contains { $0 == UInt8(ascii: "n") || $0 == UInt8(ascii: "N") }
          && !digits.contains(UInt8(ascii: "x")))
    }
    return Self.isDate(bytes) ? .date : .text
  }

  private static func truth(_ text: String) -> Bool? {
    let lower = text.lowercased()
    guard text == lower || text == text.uppercased() || text == capitalised(lower) else {
      return nil
    }
    return ["yes": true, "true": true, "on": true, "no": false, "false": false, "off": false][
      lower]
  }

  private static func capitalised(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func unsigned(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    guard let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") else {
      return bytes[...]
    }
    return bytes.dropFirst()
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isDigitOrLine(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_")
  }

  /// Decimal, `0b`, `0x`, octal after a 0, or sixties joined by colons.
  private static func isInteger(_ bytes: [UInt8]) -> Bool {
    let rest = unsigned(bytes)
    guard let first = rest.first, isDigit(first) else { return false }
    if rest.starts(with: "0b".utf8) {
      return rest.count > 2 && rest.dropFirst(2).allSatisfy { [0x30, 0x31, 0x5F].contains($0) }
    }
    if rest.starts(with: "0x".utf8) {
      return rest.count > 2
        && rest.dropFirst(2).allSatisfy {
          isDigitOrLine($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
        }
    }
    if first == 0x30 {
      return rest.dropFirst().allSatisfy { (0x30...0x37).contains($0) || $0 == 0x5F }
    }
    let parts = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return parts.first.map { $0.allSatisfy(isDigitOrLine) } == true
      && parts.dropFirst().allSatisfy(isSixtieth)
  }

  /// 0 to 59 in one or two digits.
  private static func isSixtieth(_ part: ArraySlice<UInt8>) -> Bool {
    guard let first = part.first, let last = part.last, part.count <= 2 else { return false }
    return isDigit(last) && (part.count == 1 || (0x30...0x35).contains(first))
  }

  /// A number with a point; an exponent has a sign.
  private static func isFloat(_ bytes: [UInt8]) -> Bool {
    let rest = unsigned(bytes)
    let word = String(decoding: rest, as: UTF8.self)
    if [".inf", ".Inf", ".INF"].contains(word) { return true }
    if rest.count == bytes.count, [".nan", ".NaN", ".NAN"].contains(word) { return true }
    guard let point = rest.firstIndex(of: UInt8(ascii: ".")) else { return false }
    let whole = rest[..<point]
    var fraction = rest[(point + 1)...]
    if whole.isEmpty {
      guard rest.count == bytes.count, fraction.first.map(isDigit) == true else { return false }
    } else {
      guard whole.first.map(isDigit) == true else { return false }
      let parts = whole.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard parts[0].allSatisfy(isDigitOrLine), parts.dropFirst().allSatisfy(isSixtieth) else {
        return false
      }
      if parts.count > 1 { return fraction.allSatisfy(isDigitOrLine) }
    }
    if let mark = fraction.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") })
    {
      let exponent = fraction[(mark + 1)...]
      fraction = fraction[..<mark]
      guard let sign = exponent.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+"),
        exponent.count > 1, exponent.dropFirst().allSatisfy(isDigit)
      else { return false }
    }
    return fraction.allSatisfy(isDigitOrLine)
  }

  /// `2024-01-31`, or a date with a time after it.
  private static func isDate(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.split(
      separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[0].allSatisfy(isDigit),
      (1...2).contains(parts[1].count), parts[1].allSatisfy(isDigit)
    else { return false }
    let day = parts[2].prefix { isDigit($0) }
    if day.count == parts[2].count { return day.count == 2 && parts[1].count == 2 }
    guard (1...2).contains(day.count) else { return false }
    let rest = parts[2].dropFirst(day.count)
    let time = rest.drop { [0x54, 0x74, 0x20, 0x09].contains($0) }
    guard time.count < rest.count else { return false }
    let clock = time.prefix { isDigit($0) || $0 == UInt8(ascii: ":") }
    let fields = clock.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return fields.count == 3 && (1...2).contains(fields[0].count) && fields[1].count == 2
      && fields[2].count == 2
  }
}
