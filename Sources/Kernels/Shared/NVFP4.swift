// NVFP4: 64 weights in f4_e2m1, each 16 with an unsigned e4m3 scale. The specification is
// Quantization/Types/NVFP4.swift; these give the same bytes.

/// The code of a scale: rounded half up, 448 from 256 on.
@inline(__always)
private func scaleCode(_ scale: Float) -> UInt32 {
  if scale < 0x1p-6 {
    // The integer part of at most 8.5, of which 7 is left.
    let biased = scale * 512 + 0.5
    let code = truncated(SIMD8<Float>(repeating: biased))[0] & 0xff
    return code < 7 ? code : 7
  }
  if scale >= 256 { return 0x7e }
  let bits = scale.bitPattern &>> 19 &- 120 &<< 4
  let code = bits &>> 1 &+ bits & 1
  return code < 0x78 ? code : 0x7e
}

/// Half the scale of a code.
@inline(__always)
private func unit(_ code: UInt32) -> Float {
  let fraction = code & 7
  let exponent = (code &>> 3) & 15
  let normal = Float(bitPattern: (exponent &+ 119) &<< 23 | fraction &<< 20)
  // 1 + fraction / 8 in the exponent of the least normal one, less that one.
  let subnormal = Float(bitPattern: 120 &<< 23 | fraction &<< 20) - 0x1p-7
  return code == 0x7f ? 0 : exponent == 0 ? subnormal : normal
}

/// Sixteen codes of weights of which one is beyond 2^22, where distances are rounded so much that
/// the nearest value is found only by computing all of them.
///
/// - Returns: whether the greatest weight has a code that is not zero.
@inline(never)
private func storeFar(
  _ source: UnsafeRawPointer, _ start: Int, _ scalar: RowScalar, _ size: UInt32, _ unit: Float,
  _ place: UnsafeMutableRawPointer
) -> Bool {
  var isHeld = true
  var bytes: (UInt64, UInt64) = (0, 0)
  var j = 0
  while j < 16 {
    let bits = element(source, start &+ j, scalar)
    let weight = Float(bitPattern: bits & 0x7fff_ffff)
    var best: UInt64 = 0
    var least = weight
    var code: UInt64 = 1
    while code < 8 {
      let value = Float(Int8(truncatingIfNeeded: fourBitValues(code)))
      let distance = (value * unit - weight).magnitude
      if distance < least {
        best = code
        least = distance
      }
      code &+= 1
    }
    if best == 0, weight.bitPattern == size { isHeld = false }
    if best != 0, bits &>> 31 != 0 { best |= 8 }
    if j < 8 {
      bytes.0 |= best &<< UInt64(truncatingIfNeeded: 8 &* j)
    } else {
      bytes.1 |= best &<< UInt64(truncatingIfNeeded: 8 &* (j & 7))
    }
    j &+= 1
  }
  store64(bytes.0 | bytes.1 &<< 4, place, 0)
  return isHeld
}

/// Encodes `count` elements; gives the index of the first block that is not held, or -1.
@inline(__always)
private func encodeNVFP4(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ count: Int, _ target: UnsafeMutableRawPointer
) -> Int {
  let blocks = count / 64
  var block = 0
  while block < blocks {
    let place = target + 36 &* block
    var group = 0
    while group < 4 {
      let start = 64 &* block &+ 16 &* group
      let a = eight(source, start, scalar)
      let b = eight(source, start &+ 8, scalar)
      let size = greatestOfEight(greater(magnitudes(a), magnitudes(b)))
      guard size < 0x7f80_0000 else { return block }
      let code = scaleCode(Float(bitPattern: size) / 6)
      store8(code, place, group)
      let half = unit(code)
      let codes = place + (4 &+ 8 &* group)
      if size < 0x4a80_0000 {
        let bounds = fourBitBounds(half)
        let pairs = fourBitCodes(a, bounds) | fourBitCodes(b, bounds) &<< 4
        store64(code == 0 ? 0 : lowBytes(pairs), codes, 0)
      } else if !storeFar(source, start, scalar, size, half, codes) {
        return block
      }
      group &+= 1
    }
    block &+= 1
  }
  return -1
}

/// Rows of f32.
@inline(never)
public func f32ToNVFP4(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeNVFP4(source, rowF32, columns &* rows, target) }

/// Rows of bf16.
@inline(never)
public func bf16ToNVFP4(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeNVFP4(source, rowBF16, columns &* rows, target) }

/// Rows of f16.
@inline(never)
public func f16ToNVFP4(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeNVFP4(source, rowF16, columns &* rows, target) }

/// `blocks` blocks to 64 f32 each.
@inline(never)
public func nvfp4ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 36 &* block
    let values = target + 256 &* block
    var group = 0
    while group < 4 {
      let unit = unit(UInt32(load8(place, group)))
      let bytes = load64(place + 4, group)
      (values + 64 &* group).storeBytes(
        of: fourBitWeights(halves(bytes, 0), unit), as: SIMD8<Float>.self)
      (values + (64 &* group &+ 32)).storeBytes(
        of: fourBitWeights(halves(bytes, 1), unit), as: SIMD8<Float>.self)
      group &+= 1
    }
    block &+= 1
  }
}
