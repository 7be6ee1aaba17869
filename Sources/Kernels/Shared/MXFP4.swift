// MXFP4: 32 weights in f4_e2m1 and a power of two as scale. The specification is
// Quantization/Types/MXFP4.swift; these give the same bytes.

/// The code of the scale for the greatest magnitude, given as bits.
@inline(__always)
private func scaleCode(_ size: UInt32) -> UInt32 {
  let exponent = size &>> 23
  return exponent > 2 && size & 0x7f_ffff < 0x7f_ff00 ? exponent &- 2 : rareScaleCode(size)
}

/// The code for zero, for what is near below a power of two, whose logarithm in f32 is that of the
/// power, and for what is below all scales, where the code wraps around.
@inline(never)
private func rareScaleCode(_ size: UInt32) -> UInt32 {
  if size == 0 { return 0 }
  let wide = Double(Float(bitPattern: size))
  let exponent = Int(wide.bitPattern &>> 52) &- 1023
  let next = exponent &+ 1
  let reached = next > 1 ? next &- 1 : next < -1 ? 0 &- next : 1
  let steps = Double(Float(reached)).bitPattern &>> 52 &- 24
  let half = Double(bitPattern: steps &<< 52)
  let power = Double(bitPattern: UInt64(truncatingIfNeeded: next &+ 1023) &<< 52)
  let isNext = power - wide <= power * half * 0.693_147_180_559_945_3
  let code = (isNext ? next : exponent) &+ 125
  return code == -1 ? 0 : UInt32(truncatingIfNeeded: code) & 0xff
}

/// Half the scale of a code: 2^(code - 128).
@inline(__always)
private func unit(_ code: UInt32) -> Float {
  Float(bitPattern: code < 2 ? 0x20_0000 &<< code : (code &- 1) &<< 23)
}

/// Encodes `count` elements; gives the index of the first block that is not held, or -1.
@inline(__always)
private func encodeMXFP4(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ count: Int, _ target: UnsafeMutableRawPointer
) -> Int {
  let blocks = count / 32
  var block = 0
  while block < blocks {
    let start = 32 &* block
    let a = eight(source, start, scalar)
    let b = eight(source, start &+ 8, scalar)
    let c = eight(source, start &+ 16, scalar)
    let d = eight(source, start &+ 24, scalar)
    let size = greatestMagnitude(source, start, 32, scalar)
    guard size < 0x7f80_0000 else { return block }
    let code = scaleCode(size)
    let bounds = fourBitBounds(unit(code))
    let place = target + 17 &* block
    store8(code, place, 0)
    store64(
      lowBytes(fourBitCodes(a, bounds) | fourBitCodes(c, bounds) &<< 4), place + 1, 0)
    store64(
      lowBytes(fourBitCodes(b, bounds) | fourBitCodes(d, bounds) &<< 4), place + 1, 1)
    block &+= 1
  }
  return -1
}

/// Rows of f32.
@inline(never)
public func f32ToMXFP4(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeMXFP4(source, rowF32, columns &* rows, target) }

/// Rows of bf16.
@inline(never)
public func bf16ToMXFP4(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeMXFP4(source, rowBF16, columns &* rows, target) }

/// Rows of f16.
@inline(never)
public func f16ToMXFP4(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeMXFP4(source, rowF16, columns &* rows, target) }

/// `blocks` blocks to 32 f32 each.
@inline(never)
public func mxfp4ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 17 &* block
    let unit = unit(UInt32(load8(place, 0)))
    let values = target + 128 &* block
    var part = 0
    while part < 4 {
      let codes = halves(load64(place + 1, part & 1), part &>> 1)
      (values + 32 &* part).storeBytes(of: fourBitWeights(codes, unit), as: SIMD8<Float>.self)
      part &+= 1
    }
    block &+= 1
  }
}
