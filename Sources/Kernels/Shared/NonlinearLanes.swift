// Scales of sixteen runs of 32 weights that index sixteen levels. The specification is
// Quantization/Searches/NonlinearFit.swift and Quantization/Codebooks/NonlinearLevels.swift.
//
// A number takes the upper of two levels from their mean on. At the mean both are equally near, which
// is the upper one's; just below it the differences to both are exact in f32 (multiples of the unit
// in the last place of the number, and less than 2^24 of them), so that comparing differences, as the
// specification does, and comparing with the mean decide alike. Between means the differences only
// grow apart.

/// The level nearest to each number; no number is NaN.
@inline(__always)
private func nearestLevels(_ numbers: Lanes16) -> Lanes16 {
  var levels = Lanes16(repeating: -127)
  @inline(__always)
  func choose(_ mean: Float, _ level: Float) {
    levels.replace(
      with: Lanes16(repeating: level), where: numbers .>= Lanes16(repeating: mean))
  }
  choose(-115.5, -104)
  choose(-93.5, -83)
  choose(-74, -65)
  choose(-57, -49)
  choose(-42, -35)
  choose(-28.5, -22)
  choose(-16, -10)
  choose(-4.5, 1)
  choose(7, 13)
  choose(19, 25)
  choose(31.5, 38)
  choose(45.5, 53)
  choose(61, 69)
  choose(79, 89)
  choose(101, 113)
  return levels
}

/// Index of the level nearest to each number, 15 for NaN.
@inline(__always)
private func nearestIndexes(_ numbers: Lanes16) -> LaneBits16 {
  var indexes = LaneBits16.zero
  @inline(__always)
  func choose(_ mean: Float, _ index: Int32) {
    indexes.replace(
      with: LaneBits16(repeating: index), where: .!(numbers .< Lanes16(repeating: mean)))
  }
  choose(-115.5, 1)
  choose(-93.5, 2)
  choose(-74, 3)
  choose(-57, 4)
  choose(-42, 5)
  choose(-28.5, 6)
  choose(-16, 7)
  choose(-4.5, 8)
  choose(7, 9)
  choose(19, 10)
  choose(31.5, 11)
  choose(45.5, 12)
  choose(61, 13)
  choose(79, 14)
  choose(101, 15)
  return indexes
}

/// The two levels between which a weight's trials choose: from `mean` on the upper one.
///
/// The numbers of a weight's fifteen trials are inverse * weight with inverses of -134 to -120 over
/// the extreme: their magnitudes lie between that of the last one and 1.12 times it. As means of one
/// sign differ by factors of at least 1.23, at most one lies there: the next one away from zero, as
/// seen from the last number, or that number itself.
@inline(__always)
private func levelsOfTrials(
  last: Lanes16
) -> (mean: Lanes16, lower: Lanes16, upper: Lanes16) {
  var mean = Lanes16(repeating: -115.5)
  var lower = Lanes16(repeating: -127)
  var upper = Lanes16(repeating: -104)
  @inline(__always)
  func choose(_ from: Float, _ between: Float, _ below: Float, _ above: Float) {
    let isReached = last .>= Lanes16(repeating: from)
    mean.replace(with: Lanes16(repeating: between), where: isReached)
    lower.replace(with: Lanes16(repeating: below), where: isReached)
    upper.replace(with: Lanes16(repeating: above), where: isReached)
  }
  choose(-93.5, -93.5, -104, -83)
  choose(-74, -74, -83, -65)
  choose(-57, -57, -65, -49)
  choose(-42, -42, -49, -35)
  choose(-28.5, -28.5, -35, -22)
  choose(-16, -16, -22, -10)
  choose(-4.5, -4.5, -10, 1)
  choose(0, 7, 1, 13)
  choose(7, 19, 13, 25)
  choose(19, 31.5, 25, 38)
  choose(31.5, 45.5, 38, 53)
  choose(45.5, 61, 53, 69)
  choose(61, 79, 69, 89)
  choose(79, 101, 89, 113)
  return (mean, lower, upper)
}

/// What the search found for sixteen runs.
///
/// The scales, 0 in dead lanes; the winners' sums of weighted squares of levels, 0 in dead lanes;
/// whether no weight is NaN or infinite.
typealias NonlinearLanes = (scale: Lanes16, squares: Lanes16, isFinite: Bool)

/// The scales of sixteen runs of 32 values, which count by 32 rows of weights.
///
/// - Parameter memory: 160 rows for what the trials of each value choose from.
@inline(never)
func fitNonlinear(
  _ values: LaneRows16, weights: LaneRows16, _ memory: LaneRows16
) -> NonlinearLanes {
  let extremes = laneExtremes(values, count: 32)
  let extreme = extremes.extreme
  let (means, lowerProducts, upperProducts) = (memory, memory + 32, memory + 64)
  let (lowerSquares, upperSquares) = (memory + 96, memory + 128)
  let first = 1 / (extreme / 127)
  let last = Lanes16(repeating: -120) / extreme
  var (products, squares) = (Lanes16.zero, Lanes16.zero)
  var i = 0
  while i < 32 {
    let (value, weight) = (values[i], weights[i])
    let level = nearestLevels(first * value)
    let counted = weight * level
    products += counted * value
    squares += counted * level
    let trials = levelsOfTrials(last: last * value)
    means[i] = trials.mean
    let (lower, upper) = (weight * trials.lower, weight * trials.upper)
    (lowerProducts[i], upperProducts[i]) = (lower * value, upper * value)
    (lowerSquares[i], upperSquares[i]) = (lower * trials.lower, upper * trials.upper)
    i &+= 1
  }
  var scale = Lanes16.zero.replacing(
    with: products / squares, where: squares .> Lanes16.zero)
  var explained = scale * products
  var step = -7
  while step <= 7 {
    let inverse = Lanes16(repeating: Float(step &- 127)) / extreme
    var (trialProducts, trialSquares) = (Lanes16.zero, Lanes16.zero)
    i = 0
    while i < 32 {
      let isLower = inverse * values[i] .< means[i]
      trialProducts += upperProducts[i].replacing(with: lowerProducts[i], where: isLower)
      trialSquares += upperSquares[i].replacing(with: lowerSquares[i], where: isLower)
      i &+= 1
    }
    let isBetter =
      (trialSquares .> Lanes16.zero)
      .& (trialProducts * trialProducts .> explained * trialSquares)
    let fitted = trialProducts / trialSquares
    scale.replace(with: fitted, where: isBetter)
    explained.replace(with: fitted * trialProducts, where: isBetter)
    squares.replace(with: trialSquares, where: isBetter)
    step &+= 1
  }
  return (
    scale.replacing(with: Lanes16.zero, where: extremes.isDead),
    squares.replacing(with: Lanes16.zero, where: extremes.isDead),
    extremes.greatest < 0x7f80_0000
  )
}

/// The codes of a run of 32 weights: index of weight j in bits 0-3 of lane j, of weight j + 16 in
/// bits 4-7.
@inline(never)
func nonlinearCodes(_ source: UnsafeRawPointer, inverse: Float) -> LaneBits16 {
  let low = nearestIndexes(loadLanes(source, 0) * inverse)
  let high = nearestIndexes(loadLanes(source, 16) * inverse)
  return low | high &* LaneBits16(repeating: 16)
}

/// The levels of sixteen indexes.
@inline(__always)
private func levelsOfIndexes(_ indexes: SIMD2<UInt64>) -> SIMD16<Int8> {
  let indexes = unsafeBitCast(indexes, to: SIMD16<Int8>.self)
  var levels = SIMD16<Int8>(repeating: -127)
  @inline(__always)
  func choose(_ below: Int8, _ level: Int8) {
    levels.replace(
      with: SIMD16<Int8>(repeating: level), where: indexes .> SIMD16<Int8>(repeating: below))
  }
  choose(0, -104)
  choose(1, -83)
  choose(2, -65)
  choose(3, -49)
  choose(4, -35)
  choose(5, -22)
  choose(6, -10)
  choose(7, 1)
  choose(8, 13)
  choose(9, 25)
  choose(10, 38)
  choose(11, 53)
  choose(12, 69)
  choose(13, 89)
  choose(14, 113)
  return levels
}

/// The levels of `count` codes of two weights: those of the low halves, then those of the high
/// halves, run by run of sixteen codes.
@inline(never)
func nonlinearLevels(
  _ codes: UnsafeRawPointer, _ count: Int, into levels: UnsafeMutableRawPointer
) {
  let half: UInt64 = 0x0f0f_0f0f_0f0f_0f0f
  var run = 0
  while run < count {
    let (a, b) = (load64(codes + run, 0), load64(codes + run, 1))
    let place = levels + 2 &* run
    place.storeBytes(
      of: levelsOfIndexes(SIMD2(a & half, b & half)), as: SIMD16<Int8>.self)
    (place + 16).storeBytes(
      of: levelsOfIndexes(SIMD2(a &>> 4 & half, b &>> 4 & half)), as: SIMD16<Int8>.self)
    run &+= 16
  }
}

/// 32 levels times a scale.
@inline(__always)
func storeRun(_ levels: UnsafeRawPointer, _ scale: Float, _ target: UnsafeMutableRawPointer) {
  var j = 0
  while j < 32 {
    store32((Float(Int8(bitPattern: load8(levels, j))) * scale).bitPattern, target, j)
    j &+= 1
  }
}

/// Row i of 32 becomes element i of `count` runs of 32, at most sixteen; the last stands in for those
/// that are missing.
@inline(never)
func spreadRuns(_ source: UnsafeRawPointer, _ count: Int, into target: LaneRows16) {
  transposeLanes(into: target) { source + 128 &* ($0 < count ? $0 : count &- 1) }
  transposeLanes(into: target + 16) {
    source + (128 &* ($0 < count ? $0 : count &- 1) &+ 64)
  }
}

/// Whether 32 values are neither NaN nor infinite.
@inline(never)
func isFiniteRun(_ source: UnsafeRawPointer) -> Bool {
  var j = 0
  while j < 32 {
    guard load32(source, j) & 0x7fff_ffff < 0x7f80_0000 else { return false }
    j &+= 1
  }
  return true
}
