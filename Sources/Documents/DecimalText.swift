extension FixedWidthInteger {
  /// The value of `-?[0-9]+`, nil if it does not fit.
  init?(decimal text: ArraySlice<UInt8>) {
    var digits = text
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    guard !digits.isEmpty else { return nil }
    var value: Self = 0
    for byte in digits {
      guard byte.isDigit else { return nil }
      let digit = Self(byte - UInt8(ascii: "0"))
      let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if tooBig || overflow { return nil }
      value = sum
    }
    self = value
  }
}

extension ArraySlice<UInt8> {
  /// The binary64 nearest to a JSON number; nil if the text is none, infinite if it is too great.
  ///
  /// Up to 15 digits and powers of ten up to 22 are exact in binary64, so that one division or
  /// multiplication rounds correctly; everything else is left to the standard library.
  var decimalValue: Double? {
    var significand: UInt64 = 0
    var digits = 0
    var exponent = 0
    var isNegative = false
    var afterPoint = false
    for byte in self {
      switch byte {
      case UInt8(ascii: "-") where !isNegative && digits == 0: isNegative = true
      case UInt8(ascii: ".") where !afterPoint: afterPoint = true
      case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 15:
        significand = significand * 10 + UInt64(byte - UInt8(ascii: "0"))
        if significand > 0 { digits += 1 }
        if afterPoint { exponent -= 1 }
      default: return Double(String(decoding: self, as: UTF8.self))
      }
    }
    guard exponent >= -22 else { return Double(String(decoding: self, as: UTF8.self)) }
    let magnitude = Double(significand) / exactPowersOfTen[-exponent]
    return isNegative ? -magnitude : magnitude
  }
}

/// 10^0 to 10^22, all exact in binary64.
private let exactPowersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]

extension Double {
  /// The shortest decimal text that reads back as the same value, as Python's json writes it:
  /// `1e-05`, `10000.0`, `0.02`; nil for what is not finite.
  public var jsonText: String? { isFinite ? pythonText(description) : nil }
}

extension Float {
  /// The shortest decimal text that reads back as the same binary32, in the style of Python's json;
  /// nil for what is not finite.
  public var jsonText: String? { isFinite ? pythonText(description) : nil }
}

/// Puts the shortest digits of a finite value, as Swift describes it, into the form of Python's
/// `repr`: exponents below -4 and from 16, with two digits at least.
private func pythonText(_ description: String) -> String {
  var digits: [UInt8] = []
  var pointAt: Int?
  var exponent = 0
  var isNegative = false
  var rest = Substring(description)
  if rest.first == "-" {
    isNegative = true
    rest.removeFirst()
  }
  if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
    exponent = Int(rest[rest.index(after: mark)...]) ?? 0
    rest = rest[..<mark]
  }
  for byte in rest.utf8 {
    if byte == UInt8(ascii: ".") { pointAt = digits.count } else { digits.append(byte) }
  }
  var decimalPoint = (pointAt ?? digits.count) + exponent
  while let first = digits.first, first == UInt8(ascii: "0") {
    digits.removeFirst()
    decimalPoint -= 1
  }
  while digits.last == UInt8(ascii: "0") { digits.removeLast() }
  let sign = isNegative ? "-" : ""
  guard !digits.isEmpty else { return sign + "0.0" }
  let text = String(decoding: digits, as: UTF8.self)
  let scientific = decimalPoint - 1
  if scientific < -4 || scientific >= 16 {
    let fraction = text.count > 1 ? ".\(text.dropFirst())" : ""
    let power = String(scientific.magnitude)
    let powerSign = scientific < 0 ? "-" : "+"
    return "\(sign)\(text.prefix(1))\(fraction)e\(powerSign)\(power.count == 1 ? "0" : "")\(power)"
  }
  if decimalPoint <= 0 {
    return "\(sign)0.\(String(repeating: "0", count: -decimalPoint))\(text)"
  }
  if decimalPoint >= text.count {
    return "\(sign)\(text)\(String(repeating: "0", count: decimalPoint - text.count)).0"
  }
  return "\(sign)\(text.prefix(decimalPoint)).\(text.dropFirst(decimalPoint))"
}
