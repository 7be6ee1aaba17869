/// CRC-32 as zip, gzip and PNG use it: reflected polynomial 0xEDB88320, all ones in and out.
///
/// Parts of a whole can be summed in any order and joined with `combine`.
public struct CRC32: Sendable {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The sum of no bytes.
  public init() {}

  /// The sum of all bytes given so far.
  public var value: UInt32 { state ^ 0xFFFF_FFFF }

  /// The sum of those bytes.
  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var sum = CRC32()
    sum.update(bytes)
    return sum.value
  }

  /// The sum of those bytes.
  public static func of(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { of($0) } }

  /// Adds bytes at the end.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    var position = 0
    Self.tables.withUnsafeBufferPointer { table in
      while bytes.count - position >= 16 {
        let a = load(bytes, position) ^ crc
        let b = load(bytes, position + 4)
        let c = load(bytes, position + 8)
        let d = load(bytes, position + 12)
        crc =
          Self.four(table, a, 15) ^ Self.four(table, b, 11) ^ Self.four(table, c, 7)
          ^ Self.four(table, d, 3)
        position += 16
      }
      while position < bytes.count {
        crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[position])) & 0xFF)]
        position += 1
      }
    }
    state = crc
  }

  /// The sum of A followed by B, from the sums of both and B's length in bytes.
  public static func combine(_ a: UInt32, _ b: UInt32, lengthOfB: UInt64) -> UInt32 {
    // A's sum is moved on by 8 * lengthOfB zero bits: multiplied by x to that power.
    var factor: UInt32 = 0x8000_0000  // 1
    var square: UInt32 = 0x0080_0000  // x^8
    var rest = lengthOfB
    while rest > 0 {
      if rest & 1 == 1 { factor = multiply(factor, square) }
      square = multiply(square, square)
      rest >>= 1
    }
    return multiply(a, factor) ^ b
  }

  private func load(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  /// The four bytes of `word`, the first of them `distance` bytes before the end of the step.
  private static func four(
    _ table: UnsafeBufferPointer<UInt32>, _ word: UInt32, _ distance: Int
  ) -> UInt32 {
    table[distance << 8 + Int(word & 0xFF)]
      ^ table[(distance - 1) << 8 + Int(word >> 8 & 0xFF)]
      ^ table[(distance - 2) << 8 + Int(word >> 16 & 0xFF)]
      ^ table[(distance - 3) << 8 + Int(word >> 24)]
  }

  /// Product of two polynomials modulo CRC-32's, bit 31 being the constant term.
  private static func multiply(_ a: UInt32, _ b: UInt32) -> UInt32 {
    var product: UInt32 = 0
    var shifted = b
    var bit: UInt32 = 0x8000_0000
    while bit > 0 {
      if a & bit != 0 { product ^= shifted }
      shifted = shifted & 1 == 1 ? (shifted >> 1) ^ polynomial : shifted >> 1
      bit >>= 1
    }
    return product
  }

  private static let polynomial: UInt32 = 0xEDB8_8320

  /// Sixteen tables of 256: entry [k][byte] is the sum of that byte followed by k zero bytes.
  private static let tables: [UInt32] = {
    var result = [UInt32](repeating: 0, count: 16 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ polynomial : crc >> 1 }
      result[byte] = crc
    }
    for index in 256..<result.count {
      let before = result[index - 256]
      result[index] = (before >> 8) ^ result[Int(before & 0xFF)]
    }
    return result
  }()
}
