// Q8_1: an f16 scale, an f16 sum that is not read and 32 signed bytes; only decoded. The
// specification is Quantization/Types/Q8_1.swift.

/// `blocks` blocks to 32 f32 each.
@inline(never)
public func q8_1ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 36 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    let values = target + 128 &* block
    var part = 0
    while part < 4 {
      let bytes = (place + (4 &+ 8 &* part)).loadUnaligned(as: UInt64.self)
      (values + 32 &* part).storeBytes(of: signedFloats(bytes) * scale, as: SIMD8<Float>.self)
      part &+= 1
    }
    block &+= 1
  }
}
