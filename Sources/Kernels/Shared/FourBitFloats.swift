// f4_e2m1 as mxfp4 and nvfp4 use it: values are doubled, so that they are integers 0, 1, 2, 3, 4, 6, 8
// and 12, and multiplied by half the scale.

/// The magnitudes above which each value is nearer than the one below, in f32 as integers; a tie goes
/// to the lower one.
typealias FourBitBounds = (
  UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
)

/// The bounds of values that are multiplied by half the scale; products are exact.
@inline(__always)
func fourBitBounds(_ unit: Float) -> FourBitBounds {
  // Twelve units overflow as eight do: nothing is nearer to infinity than to six units.
  let isHuge = 8 * unit == .infinity
  return (
    (0.5 * unit).bitPattern, (1.5 * unit).bitPattern, (2.5 * unit).bitPattern,
    (3.5 * unit).bitPattern, (5 * unit).bitPattern,
    isHuge ? 0x7f80_0000 : (7 * unit).bitPattern, (10 * unit).bitPattern
  )
}

/// Codes of finite values.
@inline(__always)
func fourBitCodes(_ values: SIMD8<Float>, _ bounds: FourBitBounds) -> SIMD8<UInt32> {
  let bits = unsafeBitCast(values, to: SIMD8<UInt32>.self)
  let sizes = unsafeBitCast(bits & 0x7fff_ffff, to: SIMD8<Int32>.self)
  /// All ones where the magnitude is above the bound.
  @inline(__always) func above(_ bound: UInt32) -> SIMD8<UInt32> {
    let isAbove = sizes .> SIMD8<Int32>(repeating: Int32(bitPattern: bound))
    return unsafeBitCast(isAbove, to: SIMD8<UInt32>.self)
  }
  let isNonzero = above(bounds.0)
  let low = isNonzero &+ above(bounds.1) &+ above(bounds.2) &+ above(bounds.3)
  let high = above(bounds.4) &+ above(bounds.5) &+ above(bounds.6)
  // There is no code of -0.
  return (0 &- low &- high) | ((bits &>> 28) & 8 & isNonzero)
}

/// The doubled values of eight codes, as signed bytes.
@inline(__always)
func fourBitValues(_ codes: UInt64) -> UInt64 {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let size = codes & 0x0707_0707_0707_0707
  // From 4 up the steps are 2, 2, 4: values exceed the codes by 0, 1, 2, 5.
  let high = (size &>> 2) & ones
  let twos = size & (high &* 3)
  let top = size & (size &>> 1) & high
  let value = size &+ twos &+ top &<< 1
  // Negated without a carry, for zero keeps its sign.
  let isNegative = (codes &>> 3) & (size | size &>> 1 | size &>> 2) & ones
  return (value ^ (isNegative &<< 8 &- isNegative)) &+ isNegative
}

/// Eight codes as weights.
@inline(__always)
func fourBitWeights(_ codes: UInt64, _ unit: Float) -> SIMD8<Float> {
  signedFloats(fourBitValues(codes)) * unit
}
