/// Numbers at checked positions of a byte array.
struct LittleEndianBytes {
  let bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func number(_ position: Int, _ count: Int) -> UInt64? {
    guard position >= 0, bytes.count >= count, position <= bytes.count - count else { return nil }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    return value
  }
  /// The 16-bit number at a position, if it lies within.
  func u16(_ position: Int) -> UInt16? { number(position, 2).map { UInt16($0) } }
  /// The 32-bit number at a position, if it lies within.
  func u32(_ position: Int) -> UInt32? { number(position, 4).map { UInt32($0) } }
  /// The 64-bit number at a position, if it lies within.
  func u64(_ position: Int) -> UInt64? { number(position, 8) }
}
