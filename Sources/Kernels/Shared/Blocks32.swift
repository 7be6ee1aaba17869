// What the kernels of the types with blocks of 32 and 16-bit scales share: reading rows, rounding
// towards zero, packing and unpacking of levels.

/// The scalar types that rows are read from.
typealias RowScalar = Int
let rowF32: RowScalar = 0
let rowBF16: RowScalar = 1
let rowF16: RowScalar = 2

/// The f32 bits of element `index`.
@inline(__always)
func element(_ source: UnsafeRawPointer, _ index: Int, _ scalar: RowScalar) -> UInt32 {
  if scalar == rowF32 { return load32(source, index) }
  let bits = load16(source, index)
  return scalar == rowBF16 ? wideBF16(bits) : wideF16(bits)
}

/// Eight elements from `index` on, as f32.
@inline(__always)
func eight(_ source: UnsafeRawPointer, _ index: Int, _ scalar: RowScalar) -> SIMD8<Float> {
  if scalar == rowF32 {
    return source.loadUnaligned(fromByteOffset: 4 &* index, as: SIMD8<Float>.self)
  }
  var bits = SIMD8<UInt32>.zero
  var j = 0
  while j < 8 {
    bits[j] = element(source, index &+ j, scalar)
    j &+= 1
  }
  return unsafeBitCast(bits, to: SIMD8<Float>.self)
}

/// The integer parts of values from 0 to 2^22, as the low bytes of the result.
@inline(__always)
func truncated(_ values: SIMD8<Float>) -> SIMD8<UInt32> {
  let biased = values + 8_388_608
  // A mask is -1 where it is set.
  let isAbove = unsafeBitCast(biased - 8_388_608 .> values, to: SIMD8<UInt32>.self)
  return unsafeBitCast(biased, to: SIMD8<UInt32>.self) &+ isAbove
}

/// The lesser of values and limit.
@inline(__always)
func atMost(_ values: SIMD8<Float>, _ limit: Float) -> SIMD8<Float> {
  values.replacing(with: SIMD8<Float>(repeating: limit), where: values .> limit)
}

/// The greatest of eight unsigned integers.
@inline(__always)
func greatestOfEight(_ values: SIMD8<UInt32>) -> UInt32 {
  let (low, high) = (values.lowHalf, values.highHalf)
  let four = low.replacing(with: high, where: high .> low)
  let (a, b) = (four[0] > four[1] ? four[0] : four[1], four[2] > four[3] ? four[2] : four[3])
  return a > b ? a : b
}

/// The greater of each.
@inline(__always)
func greater(_ a: SIMD8<UInt32>, _ b: SIMD8<UInt32>) -> SIMD8<UInt32> {
  a.replacing(with: b, where: b .> a)
}

/// Bits without the sign.
@inline(__always)
func magnitudes(_ values: SIMD8<Float>) -> SIMD8<UInt32> {
  unsafeBitCast(values, to: SIMD8<UInt32>.self) & 0x7fff_ffff
}

/// The bits of the greatest magnitude of elements: NaN above infinity above all.
@inline(__always)
func greatestMagnitude(
  _ source: UnsafeRawPointer, _ start: Int, _ count: Int, _ scalar: RowScalar
) -> UInt32 {
  // A loop over elements is what becomes vectors of maxima on every level.
  var greatest: Int32 = 0
  var j = 0
  while j < count {
    let size = Int32(bitPattern: element(source, start &+ j, scalar) & 0x7fff_ffff)
    greatest = size > greatest ? size : greatest
    j &+= 1
  }
  return UInt32(bitPattern: greatest)
}

/// The low bytes of eight integers, the first lowest.
@inline(__always)
func lowBytes(_ values: SIMD8<UInt32>) -> UInt64 {
  let bytes = SIMD8<UInt8>(
    UInt8(truncatingIfNeeded: values[0]), UInt8(truncatingIfNeeded: values[1]),
    UInt8(truncatingIfNeeded: values[2]), UInt8(truncatingIfNeeded: values[3]),
    UInt8(truncatingIfNeeded: values[4]), UInt8(truncatingIfNeeded: values[5]),
    UInt8(truncatingIfNeeded: values[6]), UInt8(truncatingIfNeeded: values[7]))
  return unsafeBitCast(bytes, to: UInt64.self)
}

/// Writes 32 levels as halves of bytes, those of levels j and j + 16 in byte j.
///
/// Levels are in the
/// low bytes.
@inline(__always)
func storeHalfBytes(
  _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, _ place: UnsafeMutableRawPointer
) {
  let low: UInt64 = 0x0f0f_0f0f_0f0f_0f0f
  store64(a & low | (c & low) &<< 4, place, 0)
  store64(b & low | (d & low) &<< 4, place, 1)
}

/// Bit 4 of each of eight bytes, as the bits of a byte.
@inline(__always)
func fifthBits(of bytes: UInt64) -> UInt32 {
  // The product moves bit 0 of byte i to bit 56 + i.
  let ones = (bytes &>> 4) & 0x0101_0101_0101_0101
  return UInt32(truncatingIfNeeded: (ones &* 0x0102_0408_1020_4080) &>> 56)
}

/// Writes 32 levels of four or five bits, given eight to a word: the fifth bits come first.
@inline(__always)
func storeLevels(
  _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, fifth: Bool,
  _ place: UnsafeMutableRawPointer
) {
  guard fifth else { return storeHalfBytes(a, b, c, d, place) }
  let low = fifthBits(of: a) | fifthBits(of: b) &<< 8
  let high = fifthBits(of: c) | fifthBits(of: d) &<< 8
  store32(low | high &<< 16, place, 0)
  storeHalfBytes(a, b, c, d, place + 4)
}

/// Low (0) or high (1) halves of eight bytes.
@inline(__always)
func halves(_ bytes: UInt64, _ high: Int) -> UInt64 {
  (bytes &>> UInt64(truncatingIfNeeded: 4 &* high)) & 0x0f0f_0f0f_0f0f_0f0f
}

/// Eight bits as the bits 4 of eight bytes.
@inline(__always)
func fifthBits(_ bits: UInt32) -> UInt64 {
  // Byte i of the product keeps bit i only; adding 0x7f carries into bit 7 unless it is zero.
  let spread = (UInt64(bits & 0xff) &* 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201
  return (((spread &+ 0x7f7f_7f7f_7f7f_7f7f) | spread) &>> 3) & 0x1010_1010_1010_1010
}

/// Eight unsigned bytes as floats.
@inline(__always)
func floats(_ bytes: UInt64) -> SIMD8<Float> {
  // Unsigned bytes widen by interleaving with zeros, which every level has; by way of Int32, since
  // only signed integers have a conversion.
  let values = unsafeBitCast(bytes, to: SIMD8<UInt8>.self)
  let integers = SIMD8<Int32>(
    Int32(values[0]), Int32(values[1]), Int32(values[2]), Int32(values[3]), Int32(values[4]),
    Int32(values[5]), Int32(values[6]), Int32(values[7]))
  return SIMD8<Float>(
    Float(integers[0]), Float(integers[1]), Float(integers[2]), Float(integers[3]),
    Float(integers[4]), Float(integers[5]), Float(integers[6]), Float(integers[7]))
}

/// Eight signed bytes as floats.
@inline(__always)
func signedFloats(_ bytes: UInt64) -> SIMD8<Float> {
  floats(bytes ^ 0x8080_8080_8080_8080) - 128
}
