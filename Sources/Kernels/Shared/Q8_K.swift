// Q8_K: 256 weights as an f32 scale, 256 signed bytes and their sums. The specification is
// Quantization/Types/Q8_K.swift; this gives the same values.

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func q8_KToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 292 &* block
    let values = target + 1024 &* block
    let scale = Float(bitPattern: load32(place, 0))
    var j = 0
    while j < 256 {
      let codes = (place + (4 &+ j)).loadUnaligned(as: SIMD8<Int8>.self)
      (values + 4 &* j).storeBytes(of: SIMD8<Float>(codes) * scale, as: SIMD8<Float>.self)
      j &+= 8
    }
    block &+= 1
  }
}
