/// Code points of UTF-8 in a buffer.
extension UnsafeBufferPointer<UInt8> {
  /// Bytes of the sequence that a lead byte begins, 1 for what is no lead byte.
  @inline(__always)
  static func sequenceLength(_ lead: UInt8) -> Int {
    lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  /// The code point at a place and the place behind it; what is not valid UTF-8 is U+FFFD, a byte
  /// at a time.
  @inline(__always)
  func scalar(at index: Int) -> (value: UInt32, end: Int) {
    let lead = self[index]
    if lead < 0x80 { return (UInt32(lead), index + 1) }
    let length = Self.sequenceLength(lead)
    guard lead >= 0xC2, lead < 0xF5, index + length <= count else { return (0xFFFD, index + 1) }
    var value = UInt32(lead) & (0xFF >> UInt32(length + 1))
    for offset in 1..<length {
      let byte = self[index + offset]
      guard byte & 0xC0 == 0x80 else { return (0xFFFD, index + 1) }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    let isOverlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000)
    guard !isOverlong, value <= 0x10FFFF, value & 0xFFFFF800 != 0xD800 else {
      return (0xFFFD, index + 1)
    }
    return (value, index + length)
  }
}

extension [UInt8] {
  /// Appends a code point's UTF-8; a surrogate or what lies beyond U+10FFFF becomes U+FFFD.
  mutating func append(scalar value: UInt32) {
    if value < 0x80 { return append(UInt8(truncatingIfNeeded: value)) }
    let scalar = UnicodeScalar(value) ?? "\u{FFFD}"
    append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }
}
