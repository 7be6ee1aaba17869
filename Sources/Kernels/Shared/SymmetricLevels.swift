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
    let size = greatestOfEight(
      greater(greater(magnitudes(a), magnitudes(b)), greater(magnitudes(c), magnitudes(d))))
    let bound = Float(bitPattern: size)
    let isPositive = unsafeBitCast(
      (a .== bound) .| (b .== bound) .| (c .== bound) .| (d .== bound), to: SIMD8<Int32>.self)
    let isNegative = unsafeBitCast(
      (a .== -bound) .| (b .== -bound) .| (c .== -bound) .| (d .== -bound), to: SIMD8<Int32>.self)
    var peak = any(isPositive) ? bound : -bound
    if any(isPositive) && any(isNegative) {
      peak = first(source, start, scalar, size)
    }
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
func any(_ mask: SIMD8<Int32>) -> Bool {
  let words = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
  return words[0] | words[1] | words[2] | words[3] != 0
}

/// Looks for the scales of sixteen blocks side by side.
///
/// Sets the lanes' scales (NaN for blocks that are not held) and codes.
@inline(never)
func solveSymmetric(_ lanes: WeightedLanes, _ reach: Float) {
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

  /// Sums of mass * weight * level and of mass * level * level; where no weight can be beyond the
  /// levels, they need not be clamped.
  @inline(__always)
  func moments(_ density: Lanes, _ above: Bool, _ below: Bool) -> (cross: Lanes, square: Lanes) {
    var (cross, square) = (Lanes.zero, Lanes.zero)
    var j = 0
    while j < 32 {
      var level = nearest16(density * x[j])
      if above { level = atMost(level, reach - 1) }
      if below { level = atLeast(level, -reach) }
      cross += moment[j] * level
      square += mass[j] * level * level
      j &+= 1
    }
    return (cross, square)
  }
  var best = -reach / peak
  let first = moments(best, true, false)
  var scale = (first.cross / first.square).replacing(with: 0, where: first.square .== 0)
  var score = scale * first.cross
  spoilt += first.cross * 0 + first.square * 0
  @inline(__always)
  func attempt(_ step: Int, _ above: Bool, _ below: Bool) {
    let density = -(reach + 0.1 * Float(step)) / peak
    let (cross, square) = moments(density, above, below)
    let isBetter = (square .> 0) .& (cross * cross .> score * square)
    let better = cross / square
    best.replace(with: density, where: isBetter)
    scale.replace(with: better, where: isBetter)
    score.replace(with: better * cross, where: isBetter)
  }
  var step = -9
  while step < -5 {
    attempt(step, false, false)
    step &+= 1
  }
  while step < 5 {
    if step != 0 { attempt(step, true, false) }
    step &+= 1
  }
  while step < 10 {
    attempt(step, true, true)
    step &+= 1
  }
  scale.replace(with: 0, where: isEmpty)
  laneScales(lanes).pointee = scale.replacing(with: .nan, where: spoilt .!= 0)
  j = 0
  while j < 32 {
    let level = atLeast(atMost(nearest16(best * x[j]), reach - 1), -reach)
    // The code in the low bits.
    let code = (level + reach).replacing(with: 0, where: isEmpty) + 8_388_608
    lanesOfCodes(lanes)[j] = code
    j &+= 1
  }
}
