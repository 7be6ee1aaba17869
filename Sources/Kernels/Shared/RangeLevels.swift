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
    // The complement of a key is the key of the opposite order.
    let (keyA, keyB, keyC, keyD) = (orderKeys(a), orderKeys(b), orderKeys(c), orderKeys(d))
    let high = greatestOfEight(greater(greater(keyA, keyB), greater(keyC, keyD)))
    let low = ~greatestOfEight(greater(greater(~keyA, ~keyB), greater(~keyC, ~keyD)))
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

/// Unsigned integers that order like the floats, -0 below +0.
@inline(__always)
func orderKeys(_ values: SIMD8<Float>) -> SIMD8<UInt32> {
  let bits = unsafeBitCast(values, to: SIMD8<Int32>.self)
  return unsafeBitCast(bits ^ ((bits &>> 31) | .min), to: SIMD8<UInt32>.self)
}

/// The float of an order key.
@inline(__always)
func value(ofKey key: UInt32) -> Float {
  Float(bitPattern: key >= 0x8000_0000 ? key ^ 0x8000_0000 : ~key)
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
func solveRange(_ lanes: WeightedLanes, _ greatest: Float) {
  typealias Lanes = SIMD16<Float>
  let (x, masses, levels) = (lanes, lanesOfMasses(lanes), lanesOfScratch(lanes))
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
  placeLevels(lanes, density, least, lowest, most, isEmpty, greatest)
  var smallest = squaredError(lanes, scale, least)
  var step = 0
  while step < 37 {
    let trial = Lanes(repeating: -0.9 + 0.05 * Float(step) + greatest) / (most - least)
    placeLevels(lanes, trial, least, lowest, most, isEmpty, greatest)
    var (sum, square, cross) = (Lanes.zero, Lanes.zero, Lanes.zero)
    j = 0
    while j < 32 {
      let moment = masses[j] * levels[j]
      sum += moment
      square += moment * levels[j]
      cross += moment * x[j]
      j &+= 1
    }
    let determinant = mass * square - sum * sum
    var slope = (mass * cross - first * sum) / determinant
    var minimum = (square * first - sum * cross) / determinant
    let isAbove = minimum .> 0
    minimum.replace(with: 0, where: isAbove)
    slope.replace(with: cross / square, where: isAbove)
    let size = squaredError(lanes, slope, minimum)
    let isBetter = (determinant .> 0) .& (size .< smallest)
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
@inline(__always)
private func placeLevels(
  _ lanes: WeightedLanes, _ density: SIMD16<Float>, _ least: SIMD16<Float>,
  _ lowest: SIMD16<Float>, _ most: SIMD16<Float>, _ isEmpty: SIMDMask<SIMD16<Int32>>,
  _ greatest: Float
) {
  let levels = lanesOfScratch(lanes)
  // Beyond 2^22 the specification's rounding wraps around. As x - least grows with x, the ends of
  // the range are what can be there.
  let bottom = magnitudes(density * (lowest - least))
  let top = magnitudes(density * (most - least))
  let isNear = (bottom .< 4_000_000) .& (top .< 4_000_000) .| isEmpty
  var j = 0
  if allTrue(isNear) {
    while j < 32 {
      levels[j] = atMost(atLeast(nearest16(density * (lanes[j] - least)), 0), greatest)
      j &+= 1
    }
  } else {
    while j < 32 {
      levels[j] = wrapped(density * (lanes[j] - least), greatest)
      j &+= 1
    }
  }
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
