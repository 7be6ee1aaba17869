// Q8_0: 32 weights as an f16 scale and 32 signed bytes. The specification is
// Quantization/Types/Q8_0.swift; these give the same bytes.

/// `value` rounded to an integer, halves away from zero, as the low byte of the result;
/// |value| < 2^22, or not finite, which gives 0.
@inline(__always)
func roundedByte(_ value: Float) -> UInt8 {
  let magnitude = value.magnitude
  let even = (magnitude + 8_388_608) - 8_388_608
  let away = magnitude - even == 0.5 ? even + 1 : even
  // Adding 1.5 * 2^23 leaves the integer in the low bits of the fraction.
  return UInt8(truncatingIfNeeded: ((value < 0 ? -away : away) + 12_582_912).bitPattern)
}

/// Encodes `blocks` blocks of 32 elements whose f32 bits `element` gives.
///
/// - Returns: index of the first block whose scale f16 cannot hold, or which has a NaN or an
///   infinity; -1 if there is none.
@inline(__always)
func encodeQ8_0(
  _ target: UnsafeMutableRawPointer, _ blocks: Int, element: (Int) -> UInt32
) -> Int {
  var block = 0
  while block < blocks {
    var values = InlineArray<32, Float>(repeating: 0)
    var greatest: UInt32 = 0
    var j = 0
    while j < 32 {
      let bits = element(32 &* block &+ j)
      values[unchecked: j] = Float(bitPattern: bits)
      j &+= 1
    }
    j = 0
    // Magnitudes order like their bits, NaN above infinity above all.
    while j < 32 {
      let bits = values[unchecked: j].bitPattern & 0x7fff_ffff
      greatest = bits > greatest ? bits : greatest
      j &+= 1
    }
    let scale = Float(bitPattern: greatest) / 127
    guard scale < 65520 else { return block }
    let inverse = scale != 0 ? 1 / scale : 0
    var codes = InlineArray<32, UInt8>(repeating: 0)
    j = 0
    while j < 32 {
      codes[unchecked: j] = roundedByte(values[unchecked: j] * inverse)
      j &+= 1
    }
    let place = target + 34 &* block
    store16(codeF16(scale.bitPattern).bits, place, 0)
    (place + 2).storeBytes(of: codes, as: InlineArray<32, UInt8>.self)
    block &+= 1
  }
  return -1
}

/// Rows of f32.
@inline(never)
public func f32ToQ8_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeQ8_0(target, columns / 32 &* rows) { load32(source, $0) }
}

/// Rows of bf16.
@inline(never)
public func bf16ToQ8_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeQ8_0(target, columns / 32 &* rows) { wideBF16(load16(source, $0)) }
}

/// Rows of f16.
@inline(never)
public func f16ToQ8_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeQ8_0(target, columns / 32 &* rows) { wideF16(load16(source, $0)) }
}

/// `blocks` blocks to 32 f32 each.
@inline(never)
public func q8_0ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 34 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    // Eight at a time by vector loads: a loop over elements would check for overlap in every block.
    let values = target + 128 &* block
    var j = 0
    while j < 32 {
      let codes = (place + (2 &+ j)).loadUnaligned(as: UInt64.self)
      (values + 4 &* j).storeBytes(of: signedFloats(codes) * scale, as: SIMD8<Float>.self)
      j &+= 8
    }
    block &+= 1
  }
}
