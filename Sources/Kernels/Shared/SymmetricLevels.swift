// Encoding to levels around zero, d * level with level -reach..<reach: q4_0 and q5_0. The
// specification is Quantization/Searches/SymmetricSearch.swift; this gives the same bytes.

/// Encodes blocks by the plain rule; levels of 16 and more have a fifth bit.
///
/// - Returns: index of the first block that is not held, or -1.
@inline(__always)
func encodeSymmetric(
  _ source: UnsafeRawPointer, _ scalar: RowScalar, _ target: UnsafeMutableRawPointer,
  _ blocks: Int, reach: Float
) -> Int {
  let blockBytes = reach > 8 ? 22 : 18
  var block = 0
  while block < blocks {
    let start = 32 &* block
    let a = eight(source, start, scalar)
    let b = eight(source, start &+ 8, scalar)
    let c = eight(source, start &+ 16, scalar)
    let d = eight(source, start &+ 24, scalar)
    // Magnitudes order like their bits, NaN above infinity above all.
    let size = greatestMagnitude(source, start, 32, scalar)
    let bound = Float(bitPattern: size)
    let limits = SIMD8<Float>(repeating: bound)
    let isPositive = any((a .== limits) .| (b .== limits) .| (c .== limits) .| (d .== limits))
    let negative = SIMD8<Float>(repeating: -bound)
    let isNegative = any(
      (a .== negative) .| (b .== negative) .| (c .== negative) .| (d .== negative))
    // The sign is as good as random: no branch depends on it.
    var peak = Float(bitPattern: size | (isPositive ? 0 : 0x8000_0000))
    if isPositive == isNegative { peak = first(source, start, scalar, size) }
    let scale = peak / -reach
    guard scale.magnitude < 65520 else { return block }
    let place = target + blockBytes &* block
    store16(codeF16(scale.bitPattern).bits, place, 0)
    let inverse = scale != 0 ? 1 / scale : 0
    if inverse.magnitude < .infinity {
      let (half, most) = (reach + 0.5, 2 * reach - 0.5)
      storeLevels(
        lowBytes(truncated(atMost(a * inverse + half, most))),
        lowBytes(truncated(atMost(b * inverse + half, most))),
        lowBytes(truncated(atMost(c * inverse + half, most))),
        lowBytes(truncated(atMost(d * inverse + half, most))), fifth: reach > 8, place + 2)
    } else {
      storeLevels(0, 0, 0, 0, fifth: reach > 8, place + 2)
    }
    block &+= 1
  }
  return -1
}

/// The first of 32 elements with the magnitude whose bits are `size`; +0 for zeros.
@inline(never)
func first(
  _ source: UnsafeRawPointer, _ start: Int, _ scalar: RowScalar, _ size: UInt32
) -> Float {
  var j = 0
  while j < 32, size != 0 {
    let bits = element(source, start &+ j, scalar)
    if bits & 0x7fff_ffff == size { return Float(bitPattern: bits) }
    j &+= 1
  }
  return 0
}

/// Whether a mask is set in any lane.
@inline(__always)
func any(_ mask: SIMDMask<SIMD8<Int32>>) -> Bool {
  let words = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
  return words[0] | words[1] | words[2] | words[3] != 0
}

/// Looks for the scales of sixteen blocks side by side, with levels -8...7.
///
/// Sets the lanes' scales (NaN for blocks that are not held) and codes.
@inline(never)
func solveSymmetric8(_ lanes: WeightedLanes) {
  solveSymmetric(lanes, 8, atMost: { atMost($0, 7) }, atLeast: { atLeast($0, -8) })
}

/// Looks for the scales of sixteen blocks side by side, with levels -16...15.
///
/// Sets the lanes' scales (NaN for blocks that are not held) and codes.
@inline(never)
func solveSymmetric16(_ lanes: WeightedLanes) {
  solveSymmetric(lanes, 16, atMost: { atMost($0, 15) }, atLeast: { atLeast($0, -16) })
}

/// The search, where `atMost` and `atLeast` take levels to those that there are.
///
/// Their limits are literals: only where they are known not to be zero do comparisons become minima
/// and maxima.
@inline(__always)
private func solveSymmetric(
  _ lanes: WeightedLanes, _ reach: Float, atMost: (SIMD16<Float>) -> SIMD16<Float>,
  atLeast: (SIMD16<Float>) -> SIMD16<Float>
) {
  typealias Lanes = SIMD16<Float>
  let (x, mass, moment) = (lanes, lanesOfMasses(lanes), lanesOfScratch(lanes))
  var (greatest, peak, spoilt) = (Lanes.zero, Lanes.zero, Lanes.zero)
  var j = 0
  while j < 32 {
    let value = x[j]
    let size = magnitudes(value)
    let isGreater = size .> greatest
    greatest.replace(with: size, where: isGreater)
    peak.replace(with: value, where: isGreater)
    // NaN and infinity times zero are NaN.
    spoilt += value * 0
    moment[j] = mass[j] * value
    j &+= 1
  }
  let isEmpty = greatest .< 1e-15
  peak.replace(with: 1, where: isEmpty)

  var best = -reach / peak
  let first = moments(lanes, best) { atMost($0) }
  var scale = (first.cross / first.square).replacing(with: 0, where: first.square .== 0)
  var score = scale * first.cross
  spoilt += first.cross * 0 + first.square * 0
  var step = -9
  while step < 10 {
    if step == 0 { step = 1 }
    let density = -(reach + 0.1 * Float(step)) / peak
    let sums: (cross: Lanes, square: Lanes)
    // As no |density * x| exceeds reach + step / 10 but by rounding, what is below reach + 1 / 2 has
    // no level below -reach.
    if step < 5 {
      sums = moments(lanes, density) { atMost($0) }
    } else {
      sums = moments(lanes, density) { atLeast(atMost($0)) }
    }
    let (cross, square) = sums
    let isBetter = (square .> 0) .& (cross * cross .> score * square)
    let better = cross / square
    best.replace(with: density, where: isBetter)
    scale.replace(with: better, where: isBetter)
    score.replace(with: better * cross, where: isBetter)
    step &+= 1
  }
  scale.replace(with: 0, where: isEmpty)
  laneScales(lanes).pointee = scale.replacing(with: .nan, where: spoilt .!= 0)
  j = 0
  while j < 32 {
    let level = atLeast(atMost(nearest16(best * x[j])))
    // The code in the low bits.
    let code = (level + reach).replacing(with: 0, where: isEmpty) + 8_388_608
    lanesOfCodes(lanes)[j] = code
    j &+= 1
  }
}

/// Sums of mass * weight * level and of mass * level * level.
@inline(__always)
private func moments(
  _ lanes: WeightedLanes, _ density: SIMD16<Float>, _ clamp: (SIMD16<Float>) -> SIMD16<Float>
) -> (cross: SIMD16<Float>, square: SIMD16<Float>) {
  let (x, mass, moment) = (lanes, lanesOfMasses(lanes), lanesOfScratch(lanes))
  var (cross, square) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
  var j = 0
  while j < 32 {
    let level = clamp(nearest16(density * x[j]))
    cross += moment[j] * level
    square += mass[j] * level * level
    j &+= 1
  }
  return (cross, square)
}
