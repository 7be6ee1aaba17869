// Encoding to levels from zero up, d * level + m with level 0...greatest: q4_1 and q5_1. The
// specification is Quantization/Searches/RangeSearch.swift; this gives the same bytes.

/// Encodes blocks by the plain rule; levels of 16 and more have a fifth bit.
///
/// - Returns: index of the first block that is not held, or -1.
@inline(__always)
func encodeRange(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ target: UnsafeMutableRawPointer,
  _ blocks: Int, greatest: Float
) -> Int {
  let blockBytes = greatest > 15 ? 24 : 20
  var block = 0
  while block < blocks {
    let start = 32 &* block
    let a = eight(source, start, scalar)
    let b = eight(source, start &+ 8, scalar)
    let c = eight(source, start &+ 16, scalar)
    let d = eight(source, start &+ 24, scalar)
    // A loop over elements is what becomes vectors of minima and maxima on every level.
    var (low, high) = (Int32.max, Int32.min)
    var j = 0
    while j < 32 {
      let key = orderKey(element(source, start &+ j, scalar))
      low = key < low ? key : low
      high = key > high ? key : high
      j &+= 1
    }
    let most = value(ofKey: high)
    var least = value(ofKey: low)
    if least == 0 { least = firstZero(source, start, scalar) }
    let scale = (most - least) / greatest
    guard least.magnitude < 65520, scale < 65520 else { return block }
    let place = target + blockBytes &* block
    store16(codeF16(scale.bitPattern).bits, place, 0)
    store16(codeF16(least.bitPattern).bits, place, 1)
    let inverse = scale != 0 ? 1 / scale : 0
    if inverse < .infinity {
      let limit = greatest + 0.5
      storeLevels(
        lowBytes(truncated(atMost((a - least) * inverse + 0.5, limit))),
        lowBytes(truncated(atMost((b - least) * inverse + 0.5, limit))),
        lowBytes(truncated(atMost((c - least) * inverse + 0.5, limit))),
        lowBytes(truncated(atMost((d - least) * inverse + 0.5, limit))), fifth: greatest > 15,
        place + 4)
    } else {
      storeLevels(0, 0, 0, 0, fifth: greatest > 15, place + 4)
    }
    block &+= 1
  }
  return -1
}

/// An integer that orders like the float of the bits, -0 below +0.
@inline(__always)
func orderKey(_ bits: UInt32) -> Int32 {
  let signed = Int32(bitPattern: bits)
  return signed ^ ((signed &>> 31) & .max)
}

/// The first zero of 32 elements one of which is zero.
@inline(never)
func firstZero(_ source: UnsafeRawPointer, _ start: Int, _ scalar: RowScalar) -> Float {
  var j = 0
  while j < 31, element(source, start &+ j, scalar) & 0x7fff_ffff != 0 { j &+= 1 }
  return Float(bitPattern: element(source, start &+ j, scalar))
}

/// Looks for the lines of sixteen blocks side by side.
///
/// Sets the lanes' scales (NaN for blocks that are not held), minima and codes.
@inline(never)
func solveRange15(_ lanes: WeightedLanes) { solveRange(lanes, 15) }

/// The same for levels up to 31.
@inline(never)
func solveRange31(_ lanes: WeightedLanes) { solveRange(lanes, 31) }

/// The search, where `greatest` is a literal: limits that are known not to be zero make comparisons
/// minima and maxima.
@inline(__always)
private func solveRange(_ lanes: WeightedLanes, _ greatest: Float) {
  typealias Lanes = SIMD16<Float>
  let (x, masses) = (lanes, lanesOfMasses(lanes))
  var (least, most) = (x[0], x[0])
  var mass = masses[0]
  var first = mass * x[0]
  var spoilt = x[0] * 0
  var j = 1
  while j < 32 {
    let value = x[j]
    least.replace(with: value, where: value .< least)
    most.replace(with: value, where: value .> most)
    mass += masses[j]
    first += masses[j] * value
    spoilt += value * 0
    j &+= 1
  }
  least.replace(with: 0, where: least .> 0)
  let isEmpty = .!(most .> least)
  let lowest = least

  // The density and the minimum that the best levels are counted with.
  var density = Lanes(repeating: greatest) / (most - least)
  var scale = 1 / density
  var start = least
  _ = placeLevels(lanes, density, least, lowest, most, isEmpty, greatest)
  var smallest = squaredError(lanes, scale, least)
  var step = 0
  while step < 37 {
    let trial = Lanes(repeating: -0.9 + 0.05 * Float(step) + greatest) / (most - least)
    let (sum, square, cross) = placeLevels(
      lanes, trial, least, lowest, most, isEmpty, greatest)
    let determinant = mass * square - sum * sum
    var slope = (mass * cross - first * sum) / determinant
    var minimum = (square * first - sum * cross) / determinant
    let isAbove = minimum .> 0
    minimum.replace(with: 0, where: isAbove)
    slope.replace(with: cross / square, where: isAbove)
    // Infinity is less than nothing.
    let size = squaredError(lanes, slope, minimum)
      .replacing(with: .infinity, where: .!(determinant .> 0))
    let isBetter = size .< smallest
    density.replace(with: trial, where: isBetter)
    start.replace(with: least, where: isBetter)
    smallest.replace(with: size, where: isBetter)
    scale.replace(with: slope, where: isBetter)
    least.replace(with: minimum, where: isBetter)
    step &+= 1
  }
  scale.replace(with: 0, where: isEmpty)
  least.replace(with: lowest, where: isEmpty)
  laneScales(lanes).pointee = scale.replacing(with: .nan, where: spoilt .!= 0)
  laneMinima(lanes).pointee = least
  j = 0
  while j < 32 {
    let level = wrapped(density * (x[j] - start), greatest).replacing(with: 0, where: isEmpty)
    lanesOfCodes(lanes)[j] = level + 8_388_608
    j &+= 1
  }
}

/// Fills the lanes of scratch with the levels of a density, counted from `least`.
///
/// - Returns: sums of mass * level, mass * level * level and mass * level * weight.
@inline(__always)
private func placeLevels(
  _ lanes: WeightedLanes, _ density: SIMD16<Float>, _ least: SIMD16<Float>,
  _ lowest: SIMD16<Float>, _ most: SIMD16<Float>, _ isEmpty: SIMDMask<SIMD16<Int32>>,
  _ greatest: Float
) -> (sum: SIMD16<Float>, square: SIMD16<Float>, cross: SIMD16<Float>) {
  // Beyond 2^22 the specification's rounding wraps around. As x - least grows with x, the ends of
  // the range are what can be there. A sum is NaN where either end is.
  let ends = magnitudes(density * (lowest - least)) + magnitudes(density * (most - least))
  if allTrue(ends.replacing(with: 0, where: isEmpty) .< 4_000_000) {
    return placeLevels(lanes, density, least) {
      // What is above -1/4 rounds to zero or more; with a limit of zero there is no maximum.
      atMost(nearest16(atLeast($0, -0.25)), greatest)
    }
  }
  return placeLevels(lanes, density, least) { wrapped($0, greatest) }
}

/// The same, by a rule that gives levels of numbers.
@inline(__always)
private func placeLevels(
  _ lanes: WeightedLanes, _ density: SIMD16<Float>, _ least: SIMD16<Float>,
  _ rule: (SIMD16<Float>) -> SIMD16<Float>
) -> (sum: SIMD16<Float>, square: SIMD16<Float>, cross: SIMD16<Float>) {
  let (x, masses, levels) = (lanes, lanesOfMasses(lanes), lanesOfScratch(lanes))
  var (sum, square, cross) = (SIMD16<Float>.zero, SIMD16<Float>.zero, SIMD16<Float>.zero)
  var j = 0
  while j < 32 {
    let value = x[j]
    let level = rule(density * (value - least))
    levels[j] = level
    let moment = masses[j] * level
    sum += moment
    square += moment * level
    cross += moment * value
    j &+= 1
  }
  return (sum, square, cross)
}

/// Weighted square error of the levels in scratch on a line.
@inline(__always)
private func squaredError(
  _ lanes: WeightedLanes, _ scale: SIMD16<Float>, _ minimum: SIMD16<Float>
) -> SIMD16<Float> {
  let (masses, levels) = (lanesOfMasses(lanes), lanesOfScratch(lanes))
  var sum = SIMD16<Float>.zero
  var j = 0
  while j < 32 {
    let difference = scale * levels[j] + minimum - lanes[j]
    sum += masses[j] * (difference * difference)
    j &+= 1
  }
  return sum
}

/// Values rounded to even by the low bits of their sum with 1.5 * 2^23, whatever these are, and
/// clamped to 0...greatest.
@inline(__always)
func wrapped(_ values: SIMD16<Float>, _ greatest: Float) -> SIMD16<Float> {
  let bits = unsafeBitCast(values + 12_582_912, to: SIMD16<UInt32>.self)
  // The exponent of 2^23 makes a float of the bits without the wrap.
  let integers = unsafeBitCast(bits & 0x7f_ffff | 0x4b00_0000, to: SIMD16<Float>.self) - 12_582_912
  return atMost(atLeast(integers, 0), greatest)
}
