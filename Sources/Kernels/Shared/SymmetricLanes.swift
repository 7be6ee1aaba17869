// Scales of sixteen groups of sixteen values with levels -n...n - 1. The specification is
// Quantization/Searches/SymmetricFit.swift.

/// What the search found for sixteen groups.
///
/// The scales, 0 in dead lanes; what times a value rounds to the winner's level; the winners' sums of
/// weighted squares of levels, 0 in dead lanes.
typealias SymmetricLanes = (scale: Lanes16, inverse: Lanes16, squares: Lanes16)

/// Whether no sum that decides a scale overflowed.
@inline(__always)
func isSound(_ fit: SymmetricLanes) -> Bool {
  !anyLaneIsInfinite(fit.scale) && !anyLaneIsInfinite(fit.squares)
}

/// Sums over the levels that an inverse scale gives.
///
/// |inverse * value| is at most n + 1, so that rounding by a sum is exact; where it is below
/// n + 1/2, no level is below -n, and `isWide` may be false.
@inline(__always)
private func symmetricSums(
  _ values: LaneRows16, _ weights: LaneRows16, _ weighted: LaneRows16, _ inverse: Lanes16,
  _ half: Float, isWide: Bool
) -> (products: Lanes16, squares: Lanes16) {
  let (low, high) = (Lanes16(repeating: -half), Lanes16(repeating: half - 1))
  var (products, squares) = (Lanes16.zero, Lanes16.zero)
  var i = 0
  while i < 16 {
    var level = (inverse * values[i] + 12_582_912) - 12_582_912
    level = atMostLanes(level, high)
    if isWide { level = atLeastLanes(level, low) }
    products += weighted[i] * level
    squares += weights[i] * level * level
    i &+= 1
  }
  return (products, squares)
}

/// The scales of sixteen groups; `weighted` is value times weight, `half` is n.
@inline(never)
func fitSymmetric(
  _ values: LaneRows16, weights: LaneRows16, weighted: LaneRows16, half: Float,
  extremes: LaneExtremes
) -> SymmetricLanes {
  let extreme = extremes.extreme
  var inverse = Lanes16(repeating: -half) / extreme
  var (products, squares) = symmetricSums(
    values, weights, weighted, inverse, half, isWide: false)
  var scale = chosen(squares .== Lanes16.zero, Lanes16.zero, products / squares)
  var explained = scale * products
  var step = -9
  while step <= 9 {
    if step == 0 { step = 1 }
    let candidate = Lanes16(repeating: -(half + 0.1 * Float(step))) / extreme
    let trial: Lanes16
    if step < 5 {
      (products, trial) = symmetricSums(
        values, weights, weighted, candidate, half, isWide: false)
    } else {
      (products, trial) = symmetricSums(
        values, weights, weighted, candidate, half, isWide: true)
    }
    let isBetter = (trial .> Lanes16.zero) .& (products * products .> explained * trial)
    let fitted = products / trial
    scale = chosen(isBetter, fitted, scale)
    explained = chosen(isBetter, fitted * products, explained)
    squares = chosen(isBetter, trial, squares)
    inverse = chosen(isBetter, candidate, inverse)
    step &+= 1
  }
  scale = chosen(extremes.isDead, Lanes16.zero, scale)
  squares = chosen(extremes.isDead, Lanes16.zero, squares)
  return (scale, inverse, squares)
}

/// Levels, biased by n, of the sixteen values of a group: the nearest under the stored scale; where
/// that is zero, those of the search.
@inline(__always)
func groupLevels(
  _ source: UnsafeRawPointer, scale: Float, inverse: Float, isDead: Bool, half: Int32
) -> LaneBits16 {
  let values = loadLanes(source, 0)
  let numbers = scale != 0 ? values / Lanes16(repeating: scale) : values * inverse
  return scale == 0 && isDead ? LaneBits16.zero : clampedLevels(numbers, half: half)
}

/// The levels nearest to numbers, biased by n.
@inline(__always)
func clampedLevels(_ numbers: Lanes16, half: Int32) -> LaneBits16 {
  // As `SymmetricFit.level`: what is beyond 2^22 gives the low bits of the sum.
  let wrapped = (numbers + 12_582_912).bits(and: 0x7f_ffff, or: 0x4b00_0000)
  let (low, high) = (12_582_912 - Float(half), 12_582_911 + Float(half))
  let nearest = atLeastLanes(
    atMostLanes(wrapped, Lanes16(repeating: high)), Lanes16(repeating: low))
  return laneBits(nearest) &- LaneBits16(repeating: 0x4b40_0000 &- half)
}

/// Sixteen codes of a byte each, less a bias, times a scale.
@inline(__always)
func storeGroup(
  _ codes: UnsafeRawPointer, bias: Int32, _ scale: Float, _ target: UnsafeMutableRawPointer
) {
  let (bias, scale) = (SIMD8(repeating: Float(bias)), SIMD8(repeating: scale))
  var half = 0
  while half < 2 {
    let levels = SIMD8<Float>(unsafeBitCast(load64(codes, half), to: SIMD8<UInt8>.self))
    (target + 32 &* half).storeBytes(of: (levels - bias) * scale, as: SIMD8<Float>.self)
    half &+= 1
  }
}

/// The level nearest to a number, in the way of `SymmetricFit.level`.
@inline(__always)
func clampedLevel(_ number: Float, half: Int32) -> Int32 {
  let bits = (number + 12_582_912).bitPattern & 0x7f_ffff
  let level = Int32(bitPattern: bits) &- 0x40_0000
  return level < -half ? -half : level > half &- 1 ? half &- 1 : level
}
