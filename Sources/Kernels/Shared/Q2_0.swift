// Q2_0: 64 weights as an f16 scale and two bits each. The specification is
// Quantization/Types/Q2_0.swift; these give the same bytes.

/// Encodes `count` elements; gives the index of the first block that is not held, or -1.
@inline(__always)
private func encodeQ2_0(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ count: Int, _ target: UnsafeMutableRawPointer
) -> Int {
  let blocks = count / 64
  var block = 0
  while block < blocks {
    let start = 64 &* block
    let scale = Float(bitPattern: greatestMagnitude(source, start, 64, scalar))
    guard scale < 65520 else { return block }
    let place = target + 18 &* block
    store16(codeF16(scale.bitPattern).bits, place, 0)
    let inverse = scale > 0 ? 1 / scale : 0
    var part = 0
    while part < 8 {
      let codes = digits(eight(source, start &+ 8 &* part, scalar) * inverse)
      // Two codes in every 64 bits come together in the low four.
      let pairs = unsafeBitCast(codes, to: SIMD4<UInt64>.self)
      let fours = (pairs | pairs &>> 30) & 15
      let word = fours[0] | fours[1] &<< 4 | fours[2] &<< 8 | fours[3] &<< 12
      store16(
        inverse < .infinity ? UInt32(truncatingIfNeeded: word) : 0, place, 1 &+ part)
      part &+= 1
    }
    block &+= 1
  }
  return -1
}

/// Rows of f32.
@inline(never)
public func f32ToQ2_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeQ2_0(source, rowF32, columns &* rows, target) }

/// Rows of bf16.
@inline(never)
public func bf16ToQ2_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeQ2_0(source, rowBF16, columns &* rows, target) }

/// Rows of f16.
@inline(never)
public func f16ToQ2_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeQ2_0(source, rowF16, columns &* rows, target) }

/// `blocks` blocks to 64 f32 each.
@inline(never)
public func q2_0ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 18 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    let values = target + 256 &* block
    var part = 0
    while part < 8 {
      // Two bits each to a byte each.
      let bits = UInt64(load16(place, 1 &+ part))
      let halves = (bits | bits &<< 24) & 0x0000_00ff_0000_00ff
      let fours = (halves | halves &<< 12) & 0x000f_000f_000f_000f
      let codes = (fours | fours &<< 6) & 0x0303_0303_0303_0303
      (values + 32 &* part).storeBytes(of: (floats(codes) - 1) * scale, as: SIMD8<Float>.self)
      part &+= 1
    }
    block &+= 1
  }
}
