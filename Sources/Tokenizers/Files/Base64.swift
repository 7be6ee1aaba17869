/// Base64 of RFC 4648, with padding.
enum Base64 {
  /// The bytes of a text; nil if it is not base64.
  static func decode(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 4 == 0 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(digits.count / 4 * 3)
    for start in stride(from: 0, to: digits.count, by: 4) {
      let isLast = start + 4 == digits.count
      let padding =
        isLast ? digits[start...].reversed().prefix { $0 == UInt8(ascii: "=") }.count : 0
      guard padding < 3 else { return nil }
      var bits: UInt32 = 0
      for digit in digits[start..<(start + 4 - padding)] {
        guard let value = value(digit) else { return nil }
        bits = bits << 6 | value
      }
      bits <<= UInt32(6 * padding)
      for byte in 0..<(3 - padding) {
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * byte)))
      }
    }
    return result
  }

  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text of bytes.
  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var bits: UInt32 = 0
      for offset in 0..<3 {
        bits = bits << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0)
      }
      for place in 0..<4 {
        text.append(
          place <= count ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Adds the bytes of a text with padding; false, with nothing added, if it is not base64.
  static func append(decoding text: ArraySlice<UInt8>, to bytes: inout [UInt8]) -> Bool {
    text.withUnsafeBufferPointer { text in
      guard text.count % 4 == 0, !text.isEmpty else { return false }
      var length = text.count
      while length > text.count - 2, text[length - 1] == UInt8(ascii: "=") { length -= 1 }
      let start = bytes.count
      var bits: UInt32 = 0
      var bitCount = 0
      for index in 0..<length {
        let value = values[Int(text[index])]
        guard value < 64 else {
          bytes.removeSubrange(start...)
          return false
        }
        bits = bits << 6 | UInt32(value)
        bitCount += 6
        if bitCount >= 8 {
          bitCount -= 8
          bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
        }
      }
      return true
    }
  }

  /// Values of digits, 64 for what is none.
  private static let values: [UInt8] = (0..<256).map { digit in
    value(UInt8(digit)).map { UInt8($0) } ?? 64
  }

  private static func value(_ digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
