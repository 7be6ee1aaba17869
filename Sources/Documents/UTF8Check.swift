/// Validity of UTF-8: no overlong form, no surrogate, nothing above U+10FFFF (RFC 3629).
public enum UTF8Check {
  /// Bytes of the sequence that starts at `index`, 0 if it is not valid or ends beyond `end`.
  @inline(__always)
  static func sequenceLength(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int, end: Int
  ) -> Int {
    let lead = bytes[index]
    if lead < 0x80 { return 1 }
    if lead < 0xC2 { return 0 }
    if lead < 0xE0 {
      guard end - index >= 2, bytes[index + 1] & 0xC0 == 0x80 else { return 0 }
      return 2
    }
    if lead < 0xF0 {
      guard end - index >= 3, bytes[index + 1] & 0xC0 == 0x80, bytes[index + 2] & 0xC0 == 0x80
      else { return 0 }
      if lead == 0xE0, bytes[index + 1] < 0xA0 { return 0 }
      if lead == 0xED, bytes[index + 1] >= 0xA0 { return 0 }
      return 3
    }
    guard lead < 0xF5, end - index >= 4, bytes[index + 1] & 0xC0 == 0x80,
      bytes[index + 2] & 0xC0 == 0x80, bytes[index + 3] & 0xC0 == 0x80
    else { return 0 }
    if lead == 0xF0, bytes[index + 1] < 0x90 { return 0 }
    if lead == 0xF4, bytes[index + 1] >= 0x90 { return 0 }
    return 4
  }

  /// Index of the first byte that is not part of valid UTF-8, nil if all are.
  public static func firstInvalid(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    while index < bytes.count {
      let length = sequenceLength(bytes, at: index, end: bytes.count)
      if length == 0 { return index }
      index += length
    }
    return nil
  }

  /// The text of bytes, nil if they are not valid UTF-8.
  public static func string(_ bytes: ArraySlice<UInt8>) -> String? {
    bytes.withUnsafeBufferPointer { buffer in
      firstInvalid(buffer) == nil ? String(decoding: buffer, as: UTF8.self) : nil
    }
  }
}
