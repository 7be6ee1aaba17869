// Scales of sixteen groups of sixteen values that count by their squares, found by descent. The
// specification is `SymmetricFit(descending:half:)` in Quantization/Searches/SymmetricFit.swift.

/// Sums over the levels that a descent has reached, and whether a level moved.
private typealias DescentLanes = (products: Lanes16, squares: Lanes16, changes: LaneBits16)

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
    guard greatestLane(a.changes | b.changes) != 0 else { break }
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
    level.replace(with: high, where: level .> high)
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
  let wrapped = sum & LaneBits16(repeating: 0x7f_ffff) | LaneBits16(repeating: 0x4b00_0000)
  var level = laneFloats(wrapped) - 12_582_912
  let (low, high) = (Lanes16(repeating: -half), Lanes16(repeating: half - 1))
  level.replace(with: high, where: level .> high)
  level.replace(with: low, where: level .< low)
  otherProducts += weightedValue * level
  otherSquares += weight * level * level
  let isBetter =
    mayMove .& (level .!= old) .& (otherSquares .> Lanes16.zero)
    .& (otherProducts * otherProducts * squares .> products * products * otherSquares)
  products.replace(with: otherProducts, where: isBetter)
  squares.replace(with: otherSquares, where: isBetter)
  memory[48 &+ i] = old.replacing(with: level, where: isBetter)
  changes.replace(with: LaneBits16(repeating: 1), where: isBetter)
  return (products, squares, changes)
}

/// The fitted scales, 0 in dead lanes.
@inline(__always)
private func descentFit(_ descent: DescentLanes, _ extremes: LaneExtremes) -> SymmetricLanes {
  let isFitted = descent.squares .> Lanes16.zero
  let scale = Lanes16.zero.replacing(
    with: descent.products / descent.squares, where: isFitted)
  return (
    scale.replacing(with: Lanes16.zero, where: extremes.isDead), Lanes16.zero,
    descent.squares.replacing(with: Lanes16.zero, where: extremes.isDead)
  )
}
