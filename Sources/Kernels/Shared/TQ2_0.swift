// TQ2_0: 256 ternary weights of two bits and an f16 scale. The specification is
// Quantization/Types/TQ2_0.swift; these give the same bytes.

/// Encodes `count` elements; gives the index of the first block that is not held, or -1.
@inline(__always)
private func encodeTQ2_0(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ count: Int, _ target: UnsafeMutableRawPointer
) -> Int {
  let blocks = count / 256
  var block = 0
  while block < blocks {
    let start = 256 &* block
    let scale = Float(bitPattern: greatestMagnitude(source, start, 256, scalar))
    guard scale < 65520 else { return block }
    // Where the inverse overflows all levels are 0.
    let exact = scale != 0 ? 1 / scale : 0
    let inverse = exact < .infinity ? exact : 0
    let place = target + 66 &* block
    store16(codeF16(scale.bitPattern).bits, place, 32)
    var half = 0
    while half < 2 {
      var part = 0
      while part < 4 {
        let first = start &+ 128 &* half &+ 8 &* part
        let a = digits(eight(source, first, scalar) * inverse)
        let b = digits(eight(source, first &+ 32, scalar) * inverse)
        let c = digits(eight(source, first &+ 64, scalar) * inverse)
        let d = digits(eight(source, first &+ 96, scalar) * inverse)
        store64(lowBytes(a | b &<< 2 | c &<< 4 | d &<< 6), place, 4 &* half &+ part)
        part &+= 1
      }
      half &+= 1
    }
    block &+= 1
  }
  return -1
}

/// Rows of f32.
@inline(never)
public func f32ToTQ2_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeTQ2_0(source, rowF32, columns &* rows, target) }

/// Rows of bf16.
@inline(never)
public func bf16ToTQ2_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeTQ2_0(source, rowBF16, columns &* rows, target) }

/// Rows of f16.
@inline(never)
public func f16ToTQ2_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeTQ2_0(source, rowF16, columns &* rows, target) }

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func tq2_0ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 66 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 32)))
    let values = target + 1024 &* block
    var part = 0
    while part < 8 {
      let bytes = load64(place, part)
      // Four planes of 32 weights in each half of the block.
      let first = values + (512 &* (part &>> 2) &+ 32 &* (part & 3))
      var plane = 0
      while plane < 4 {
        let codes = (bytes &>> UInt64(truncatingIfNeeded: 2 &* plane)) & 0x0303_0303_0303_0303
        (first + 128 &* plane).storeBytes(
          of: (floats(codes) - 1) * scale, as: SIMD8<Float>.self)
        plane &+= 1
      }
      part &+= 1
    }
    block &+= 1
  }
}
