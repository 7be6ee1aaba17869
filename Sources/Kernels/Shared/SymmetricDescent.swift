// Scales of sixteen groups of sixteen values that count by their squares, found by descent. The
// specification is `SymmetricFit(descending:half:)` in Quantization/Searches/SymmetricFit.swift.

/// A descent of sixteen groups that is under way.
struct SymmetricDescent {
  private let values: LaneRows16
  private let weights: LaneRows16
  private let weighted: LaneRows16
  /// The levels reached so far, one row per value.
  let levels: LaneRows16
  /// Sums over the levels.
  private var products = Lanes16.zero
  private var squares = Lanes16.zero
  private var changes = LaneBits16.zero
  let extremes: LaneExtremes

  /// Begins with the values in the first sixteen of 64 rows.
  @inline(__always)
  init(_ memory: LaneRows16, half: Float) {
    (values, weights, weighted, levels) = (memory, memory + 16, memory + 32, memory + 48)
    extremes = LaneExtremes(values)
    let inverse = Lanes16(repeating: -half) / extremes.extreme
    let high = Lanes16(repeating: half - 1)
    var i = 0
    while i < 16 {
      let value = values[i]
      let weight = value * value
      (weights[i], weighted[i]) = (weight, weight * value)
      // |inverse * value| is at most n, and a little: no level is below -n.
      var level = (inverse * value + 12_582_912) - 12_582_912
      level.replace(with: high, where: level .> high)
      levels[i] = level
      products += weight * value * level
      squares += weight * level * level
      i &+= 1
    }
  }

  /// Moves the levels of value `i` where that explains more.
  @inline(__always)
  mutating func improve(_ i: Int, half: Float) {
    let (weight, weightedValue, old) = (weights[i], weighted[i], levels[i])
    var otherProducts = products - weightedValue * old
    var otherSquares = squares - weight * old * old
    let mayMove = otherProducts .> Lanes16.zero
    // As `SymmetricFit.nearest`: what is beyond 2^22 gives the low bits of the sum.
    let sum = laneBits(values[i] * otherSquares / otherProducts + 12_582_912)
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
    levels[i] = old.replacing(with: level, where: isBetter)
    changes.replace(with: LaneBits16(repeating: 1), where: isBetter)
  }

  /// Whether a level moved since the last question.
  @inline(__always)
  mutating func takeChange() -> Bool {
    let isChanged = greatestLane(changes) != 0
    changes = LaneBits16.zero
    return isChanged
  }

  /// The fitted scales, 0 in dead lanes.
  @inline(__always)
  var fit: SymmetricLanes {
    let isFitted = squares .> Lanes16.zero
    let scale = Lanes16.zero.replacing(with: products / squares, where: isFitted)
    return SymmetricLanes(
      scale: scale.replacing(with: Lanes16.zero, where: extremes.isDead),
      inverse: Lanes16.zero,
      squares: squares.replacing(with: Lanes16.zero, where: extremes.isDead))
  }

  /// Up to five rounds of two descents side by side.
  ///
  /// A descent that a round did not change is not
  /// changed by further rounds either.
  @inline(__always)
  static func run(_ a: inout SymmetricDescent, _ b: inout SymmetricDescent, half: Float) {
    var round = 0
    while round < 5 {
      var i = 0
      while i < 16 {
        a.improve(i, half: half)
        b.improve(i, half: half)
        i &+= 1
      }
      let isChanged = a.takeChange()
      guard b.takeChange() || isChanged else { return }
      round &+= 1
    }
  }
}
