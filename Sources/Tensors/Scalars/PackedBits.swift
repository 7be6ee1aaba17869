/// Elements of up to 64 bits in little-endian order; those under 8 bits are packed without gaps,
/// the first in the lowest bits.
struct PackedBits {
  let bits: Int

  /// Element `index` in the lowest bits.
  func load(_ base: UnsafeRawPointer, _ index: Int) -> UInt64 {
    if bits >= 8 {
      let bytes = bits / 8
      var value: UInt64 = 0
      for j in 0..<bytes {
        let byte = base.load(fromByteOffset: bytes * index + j, as: UInt8.self)
        value |= UInt64(byte) << UInt64(8 * j)
      }
      return value
    }
    var value: UInt64 = 0
    for j in 0..<bits {
      let position = bits * index + j
      let byte = base.load(fromByteOffset: position / 8, as: UInt8.self)
      value |= UInt64(byte >> UInt8(position % 8) & 1) << UInt64(j)
    }
    return value
  }

  /// Replaces element `index`.
  func store(_ value: UInt64, _ base: UnsafeMutableRawPointer, _ index: Int) {
    if bits >= 8 {
      let bytes = bits / 8
      for j in 0..<bytes {
        base.storeBytes(
          of: UInt8(truncatingIfNeeded: value >> UInt64(8 * j)), toByteOffset: bytes * index + j,
          as: UInt8.self)
      }
      return
    }
    for j in 0..<bits {
      let position = bits * index + j
      let place = base + position / 8
      let mask = UInt8(1) << UInt8(position % 8)
      let old = place.load(as: UInt8.self) & ~mask
      let isSet = value >> UInt64(j) & 1 == 1
      place.storeBytes(of: isSet ? old | mask : old, as: UInt8.self)
    }
  }
}
