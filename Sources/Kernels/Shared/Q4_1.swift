// Q4_1: 32 weights as f16 scale and minimum and four bits each. The specification is
// Quantization/Types/Q4_1.swift; these give the same bytes.

@inline(__always)
private func encodeQ4_1(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ importance: UnsafeRawPointer?,
  _ columns: Int, _ rows: Int, _ target: UnsafeMutableRawPointer
) -> Int {
  guard let importance else {
    return encodeRange(
      source, scalar, target, columns / 32 &* rows, greatest: 15)
  }
  return encodeWeighted(
    source, scalar, importance, columns, rows, target,
    true, 15)
}

/// Rows of f32.
@inline(never)
public func f32ToQ4_1(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeQ4_1(source, rowF32, importance, columns, rows, target)
}

/// Rows of bf16.
@inline(never)
public func bf16ToQ4_1(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeQ4_1(source, rowBF16, importance, columns, rows, target)
}

/// Rows of f16.
@inline(never)
public func f16ToQ4_1(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int {
  encodeQ4_1(source, rowF16, importance, columns, rows, target)
}

/// `blocks` blocks to 32 f32 each.
@inline(never)
public func q4_1ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 20 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 0)))
    let minimum = Float(bitPattern: wideF16(load16(place, 1)))
    let values = target + 128 &* block
    var part = 0
    while part < 4 {
      let bytes = (place + (4 &+ 8 &* (part & 1))).loadUnaligned(as: UInt64.self)
      let levels = floats(halves(bytes, part &>> 1))
      (values + 32 &* part).storeBytes(of: levels * scale + minimum, as: SIMD8<Float>.self)
      part &+= 1
    }
    block &+= 1
  }
}
