/// Scalars of UTF-8 that need not be valid.
///
/// A byte that does not begin or complete a scalar counts as a unit of its own, without a class.
enum UTF8Scalars {
  /// Added to a byte that is not UTF-8; no scalar is as great.
  static let invalid: UInt32 = 0x110000

  /// The scalar at a position, and how many bytes it takes.
  @inline(__always)
  static func decode(
    _ bytes: UnsafePointer<UInt8>, _ position: Int, _ end: Int
  ) -> (scalar: UInt32, length: Int) {
    let first = bytes[position]
    if first < 0x80 { return (UInt32(first), 1) }
    return decodeLong(bytes, position, end)
  }

  @inline(__always)
  private static func decodeLong(
    _ bytes: UnsafePointer<UInt8>, _ position: Int, _ end: Int
  ) -> (scalar: UInt32, length: Int) {
    let first = UInt32(bytes[position])
    let rest = end - position
    let none = (invalid + first, 1)
    guard first >= 0xC2, rest > 1 else { return none }
    let second = UInt32(bytes[position + 1])
    guard second & 0xC0 == 0x80 else { return none }
    if first < 0xE0 { return ((first & 0x1F) << 6 | (second & 0x3F), 2) }
    guard first < 0xF5, rest > 2 else { return none }
    let third = UInt32(bytes[position + 2])
    guard third & 0xC0 == 0x80 else { return none }
    if first < 0xF0 {
      let scalar = (first & 0x0F) << 12 | (second & 0x3F) << 6 | (third & 0x3F)
      return scalar < 0x800 || (0xD800..<0xE000).contains(scalar) ? none : (scalar, 3)
    }
    guard rest > 3 else { return none }
    let fourth = UInt32(bytes[position + 3])
    guard fourth & 0xC0 == 0x80 else { return none }
    let scalar =
      (first & 0x07) << 18 | (second & 0x3F) << 12 | (third & 0x3F) << 6 | (fourth & 0x3F)
    return (0x10000..<0x110000).contains(scalar) ? (scalar, 4) : none
  }

  /// The start of the scalar that ends before a position, which is greater than `start`.
  static func previous(_ bytes: UnsafePointer<UInt8>, _ position: Int, from start: Int) -> Int {
    var candidate = position - 1
    while candidate > start, position - candidate < 4, bytes[candidate] & 0xC0 == 0x80 {
      candidate -= 1
    }
    let length = decode(bytes, candidate, position).length
    return candidate + length == position ? candidate : position - 1
  }

  /// Adds a scalar's UTF-8; of a byte that is not UTF-8, the byte.
  @inline(__always)
  static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
    func add(_ value: UInt32) { bytes.append(UInt8(truncatingIfNeeded: value)) }
    if scalar < 0x80 || scalar >= invalid {
      add(scalar)
    } else if scalar < 0x800 {
      add(0xC0 | scalar >> 6)
      add(0x80 | scalar & 0x3F)
    } else if scalar < 0x10000 {
      add(0xE0 | scalar >> 12)
      add(0x80 | (scalar >> 6) & 0x3F)
      add(0x80 | scalar & 0x3F)
    } else {
      add(0xF0 | scalar >> 18)
      add(0x80 | (scalar >> 12) & 0x3F)
      add(0x80 | (scalar >> 6) & 0x3F)
      add(0x80 | scalar & 0x3F)
    }
  }
}
