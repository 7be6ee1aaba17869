// TQ1_0: 256 ternary weights, five to a byte, and an f16 scale. The specification is
// Quantization/Types/TQ1_0.swift; these give the same bytes.

/// ceil(256 n / 243) for n up to 242.
@inline(__always)
private func fraction(_ number: SIMD8<UInt32>) -> SIMD8<UInt32> {
  // 17261 / 2^22 is 1 / 243 as near as these numbers need.
  number &+ ((number &* 13 &+ 242) &* 17_261) &>> 22
}

/// Five planes of eight digits, `stride` elements apart, as eight bytes.
@inline(__always)
private func bytes(
  _ source: UnsafeRawPointer, _ start: Int, _ stride: Int, _ scalar: RowScalar, _ inverse: Float
) -> UInt64 {
  var number = SIMD8<UInt32>.zero
  var plane = 0
  while plane < 5 {
    let digit = digits(eight(source, start &+ stride &* plane, scalar) * inverse)
    number = number &+ number &<< 1 &+ digit
    plane &+= 1
  }
  return lowBytes(fraction(number))
}

/// Encodes `count` elements; gives the index of the first block that is not held, or -1.
@inline(__always)
private func encodeTQ1_0(
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
    let place = target + 54 &* block
    var part = 0
    while part < 4 {
      store64(bytes(source, start &+ 8 &* part, 32, scalar, inverse), place, part)
      part &+= 1
    }
    store64(bytes(source, start &+ 160, 16, scalar, inverse), place, 4)
    store64(bytes(source, start &+ 168, 16, scalar, inverse), place, 5)
    // Four planes of four digits; the fifth is 0.
    let low = lowBytes(digits(eight(source, start &+ 240, scalar) * inverse))
    let high = lowBytes(digits(eight(source, start &+ 248, scalar) * inverse))
    let three = ((low & 0xffff_ffff) &* 3 &+ low &>> 32) &* 3 &+ (high & 0xffff_ffff)
    let numbers = (three &* 3 &+ high &>> 32) &* 3
    var byte = 0
    while byte < 4 {
      let number = UInt32(
        truncatingIfNeeded: numbers &>> UInt64(truncatingIfNeeded: 8 &* byte) & 0xff)
      store8((number &* 256 &+ 242) / 243, place, 48 &+ byte)
      byte &+= 1
    }
    store16(codeF16(scale.bitPattern).bits, place, 26)
    block &+= 1
  }
  return -1
}

/// Rows of f32.
@inline(never)
public func f32ToTQ1_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeTQ1_0(source, rowF32, columns &* rows, target) }

/// Rows of bf16.
@inline(never)
public func bf16ToTQ1_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeTQ1_0(source, rowBF16, columns &* rows, target) }

/// Rows of f16.
@inline(never)
public func f16ToTQ1_0(
  _ source: UnsafeRawPointer, _ importance: UnsafeRawPointer?, _ columns: Int, _ rows: Int,
  _ target: UnsafeMutableRawPointer, _ tables: UnsafeRawPointer?
) -> Int { encodeTQ1_0(source, rowF16, columns &* rows, target) }

/// Eight bytes times three, modulo 256 each.
@inline(__always)
private func tripled(_ bytes: UInt64) -> UInt64 {
  let mask: UInt64 = 0x00ff_00ff_00ff_00ff
  let even = (bytes & mask) &* 3 & mask
  let odd = ((bytes &>> 8) & mask) &* 3 & mask
  return even | odd &<< 8
}

/// The digits that eight bytes begin with: what reaches 256 in three times the byte.
@inline(__always)
private func leading(_ bytes: UInt64) -> UInt64 {
  let mask: UInt64 = 0x00ff_00ff_00ff_00ff
  let even = (((bytes & mask) &* 3) &>> 8) & 0x0003_0003_0003_0003
  let odd = (((bytes &>> 8) & mask) &* 3) & 0x0300_0300_0300_0300
  return even | odd
}

/// `blocks` blocks to 256 f32 each.
@inline(never)
public func tq1_0ToF32(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ blocks: Int,
  _ tables: UnsafeRawPointer?
) {
  var block = 0
  while block < blocks {
    let place = source + 54 &* block
    let scale = Float(bitPattern: wideF16(load16(place, 26)))
    let values = target + 1024 &* block
    var part = 0
    while part < 6 {
      var rest = load64(place, part)
      let first = values + (part < 4 ? 32 &* part : 640 &+ 32 &* (part &- 4))
      let stride = part < 4 ? 128 : 64
      var plane = 0
      while plane < 5 {
        (first + stride &* plane).storeBytes(
          of: (floats(leading(rest)) - 1) * scale, as: SIMD8<Float>.self)
        rest = tripled(rest)
        plane &+= 1
      }
      part &+= 1
    }
    // Two planes of four to a vector.
    var rest = UInt64(load32(place, 12))
    part = 0
    while part < 2 {
      let next = tripled(rest)
      let pair = leading(rest) | leading(next) &<< 32
      (values + (960 &+ 32 &* part)).storeBytes(
        of: (floats(pair) - 1) * scale, as: SIMD8<Float>.self)
      rest = tripled(next)
      part &+= 1
    }
    block &+= 1
  }
}
