// Scales of sixteen groups of sixteen values that count by their squares, found by descent. The
// specification is `SymmetricFit(descending:half:)` in Quantization/Searches/SymmetricFit.swift.

/// Sums over the levels that a descent has reached, and whether a level moved.
private typealias DescentLanes = (products: Lanes16, squares: Lanes16, changes: LaneBits16)

/// The scales of the groups whose levels of the first scale no descent moves.
///
/// - Parameters:
///   - memory: 64 rows; sixteen of values, then room.
///   - half: n; the levels are -n...n - 1.
/// - Returns: 1 in the lanes of groups to descend, whose scales mean nothing; else 0.
@inline(never)
func settleSymmetric(
  _ memory: LaneRows16, half: Float, _ extremes: LaneExtremes, into scales: LaneRows16
) -> LaneBits16 {
  let (values, squaresOf, productsOf, levels) = (memory, memory + 16, memory + 32, memory + 48)
  let inverse = Lanes16(repeating: -half) / extremes.extreme
  let high = Lanes16(repeating: half - 1)
  var (products, squares) = (Lanes16.zero, Lanes16.zero)
  var i = 0
  while i < 16 {
    let value = values[i]
    let weight = value * value
    var level = (inverse * value + 12_582_912) - 12_582_912
    level = atMostLanes(level, high)
    let product = weight * value * level
    let square = weight * level * level
    levels[i] = level
    productsOf[i] = product
    squaresOf[i] = square
    products += product
    squares += square
    i &+= 1
  }
  var unsettled = Lanes16.zero .< Lanes16.zero
  i = 0
  while i < 16 {
    let level = levels[i]
    let otherProducts = products - productsOf[i]
    let number = values[i] * (squares - squaresOf[i])
    // Between these times `otherProducts` the quotient rounds to the level, or beyond it: there is
    // room for what the products round off, and no quotient is so great that rounding fails.
    let above = chosen(level .== high, Lanes16(repeating: 1e6), level + 0.4999)
    let below = chosen(
      level .== Lanes16(repeating: -half), Lanes16(repeating: -1e6), level - 0.4999)
    let stays = (number .< above * otherProducts) .& (number .> below * otherProducts)
    unsettled = unsettled .| ((otherProducts .> Lanes16.zero) .& .!stays)
    i &+= 1
  }
  let infinity = Lanes16(repeating: .infinity)
  let scale = chosen(squares .> Lanes16.zero, products / squares, Lanes16.zero)
  scales.pointee = chosen(extremes.isDead, Lanes16.zero, scale)
  // What overflows is left to the descent.
  let sizes = laneFloats(
    bitsInBoth(laneBits(products), LaneBits16(repeating: 0x7fff_ffff)))
  let isFinite = (sizes .< infinity) .& (squares .< infinity)
  return chosen(unsettled .| .!isFinite, LaneBits16(repeating: 1), LaneBits16.zero)
}

/// Scales, NaN where a sum that decides them overflowed.
@inline(__always)
func soundScale(_ fit: SymmetricLanes) -> Lanes16 {
  chosen(
    fit.squares .< Lanes16(repeating: .infinity), fit.scale, Lanes16(repeating: .nan))
}

/// Descends two times sixteen groups side by side, up to five rounds; a descent that a round did not
/// change is not changed by further rounds either.
///
/// - Parameters:
///   - memory: two times 64 rows; sixteen of values, then room for 32, then the levels reached.
///   - half: n; the levels are -n...n - 1.
/// - Returns: the fits; they have no inverse.
@inline(never)
func descendSymmetric(
  _ memory: LaneRows16, half: Float, _ first: LaneExtremes, _ second: LaneExtremes
) -> (first: SymmetricLanes, second: SymmetricLanes) {
  var a = beginDescent(memory, half, first.extreme)
  var b = beginDescent(memory + 64, half, second.extreme)
  var round = 0
  while round < 5 {
    a.changes = LaneBits16.zero
    b.changes = LaneBits16.zero
    var i = 0
    while i < 16 {
      a = improved(a, memory, i, half)
      b = improved(b, memory + 64, i, half)
      i &+= 1
    }
    // A lane that changed is -1.
    guard greatestLane(LaneBits16.zero &- bitsInEither(a.changes, b.changes)) != 0 else { break }
    round &+= 1
  }
  return (descentFit(a, first), descentFit(b, second))
}

/// The levels of the first scale.
@inline(__always)
private func beginDescent(
  _ memory: LaneRows16, _ half: Float, _ extreme: Lanes16
) -> DescentLanes {
  let (values, weights, weighted, levels) = (memory, memory + 16, memory + 32, memory + 48)
  let inverse = Lanes16(repeating: -half) / extreme
  let high = Lanes16(repeating: half - 1)
  var (products, squares) = (Lanes16.zero, Lanes16.zero)
  var i = 0
  while i < 16 {
    let value = values[i]
    let weight = value * value
    let weightedValue = weight * value
    // |inverse * value| is at most n, and a little: no level is below -n.
    var level = (inverse * value + 12_582_912) - 12_582_912
    level = atMostLanes(level, high)
    weights[i] = weight
    weighted[i] = weightedValue
    levels[i] = level
    products += weightedValue * level
    squares += weight * level * level
    i &+= 1
  }
  return (products, squares, LaneBits16.zero)
}

/// Moves the levels of value `i` where that explains more.
@inline(__always)
private func improved(
  _ descent: DescentLanes, _ memory: LaneRows16, _ i: Int, _ half: Float
) -> DescentLanes {
  var (products, squares, changes) = descent
  let (value, weight, weightedValue) = (memory[i], memory[16 &+ i], memory[32 &+ i])
  let old = memory[48 &+ i]
  var otherProducts = products - weightedValue * old
  var otherSquares = squares - weight * old * old
  let mayMove = otherProducts .> Lanes16.zero
  // As `SymmetricFit.nearest`: what is beyond 2^22 gives the low bits of the sum.
  let sum = laneBits(value * otherSquares / otherProducts + 12_582_912)
  let wrapped = bitsInEither(
    bitsInBoth(sum, LaneBits16(repeating: 0x7f_ffff)), LaneBits16(repeating: 0x4b00_0000))
  var level = laneFloats(wrapped) - 12_582_912
  let (low, high) = (Lanes16(repeating: -half), Lanes16(repeating: half - 1))
  level = atLeastLanes(atMostLanes(level, high), low)
  otherProducts += weightedValue * level
  otherSquares += weight * level * level
  let isBetter =
    mayMove .& (level .!= old) .& (otherSquares .> Lanes16.zero)
    .& (otherProducts * otherProducts * squares .> products * products * otherSquares)
  products = chosen(isBetter, otherProducts, products)
  squares = chosen(isBetter, otherSquares, squares)
  memory[48 &+ i] = chosen(isBetter, level, old)
  changes = bitsInEither(changes, unsafeBitCast(isBetter, to: LaneBits16.self))
  return (products, squares, changes)
}

/// The fitted scales, 0 in dead lanes.
@inline(__always)
private func descentFit(_ descent: DescentLanes, _ extremes: LaneExtremes) -> SymmetricLanes {
  let (products, squares) = (descent.products, descent.squares)
  let scale = chosen(squares .> Lanes16.zero, products / squares, Lanes16.zero)
  return (
    chosen(extremes.isDead, Lanes16.zero, scale), Lanes16.zero,
    chosen(extremes.isDead, Lanes16.zero, squares)
  )
}
