/// Short runs of bytes as numbers.
enum ByteKey {
  /// Mixes the product of two numbers into one.
  @inline(__always)
  static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func load8(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  private static func load4(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(UInt32(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self)))
  }

  /// Up to eight bytes, the first lowest.
  @inline(__always)
  static func word(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    if count >= 8 { return load8(bytes) }
    if count >= 4 {
      return load4(bytes) | load4(bytes + count - 4) << UInt64((count - 4) * 8)
    }
    if count == 0 { return 0 }
    return UInt64(bytes[0]) | UInt64(bytes[count / 2]) << UInt64(count / 2 * 8)
      | UInt64(bytes[count - 1]) << UInt64((count - 1) * 8)
  }

  /// A hash of bytes.
  @inline(__always)
  static func hash(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
    var position = 0
    while count - position > 8 {
      state = mix(state ^ load8(bytes + position), 0xA076_1D64_78BD_642F)
      position += 8
    }
    return mix(state ^ word(bytes + position, count - position), 0xE703_7ED1_A0B4_28DB)
  }

  /// Whether two runs of that many bytes are equal.
  @inline(__always)
  static func areEqual(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    var position = 0
    while count - position > 8 {
      if load8(a + position) != load8(b + position) { return false }
      position += 8
    }
    return word(a + position, count - position) == word(b + position, count - position)
  }
}
