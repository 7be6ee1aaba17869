/// The letters that stand for bytes in byte-level vocabularies (GPT-2's table).
///
/// Printable bytes of Latin-1 stand for themselves; the others follow from U+0100 on.
enum ByteLetters {
  /// The code point of each byte.
  static let letters: [UInt32] = {
    var next: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        defer { next += 1 }
        return next
      }
    }
  }()

  /// The byte of each code point below U+0144; -1 where there is none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, letter) in letters.enumerated() { bytes[Int(letter)] = Int16(byte) }
    return bytes
  }()

  /// The byte of a letter.
  static func byte(_ letter: UInt32) -> UInt8? {
    guard letter < 0x144, bytes[Int(letter)] >= 0 else { return nil }
    return UInt8(truncatingIfNeeded: bytes[Int(letter)])
  }

  /// Appends bytes as letters.
  static func append(_ text: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
    for byte in text { result.append(scalar: letters[Int(byte)]) }
  }

  /// The bytes that a text of letters stands for; nil if a code point is none of them.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    let isWhole = text.withUnsafeBufferPointer { text in
      var position = 0
      while position < text.count {
        let (value, end) = text.scalar(at: position)
        guard let byte = byte(value) else { return false }
        result.append(byte)
        position = end
      }
      return true
    }
    return isWhole ? result : nil
  }
}
