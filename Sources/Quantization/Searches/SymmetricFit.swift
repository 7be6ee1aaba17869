/// The search for the scale of values that are multiplied by levels on both sides of zero:
/// value = scale * level, with levels from -n to n - 1.
///
/// The first scale takes the value of greatest magnitude to -n; eighteen others take it to levels up
/// to 0.9 more or less. The levels that each gives are fitted by least squares, and the scale that
/// explains most of the values wins.
struct SymmetricFit {
  /// The fitted scale; 0 if all values are zero, in effect, or if none counts.
  private(set) var scale: Float = 0
  /// The levels of the winner; -n if all values are zero, in effect.
  private(set) var levels: [Int]
  /// Whether no sum that decides the scale overflowed.
  ///
  /// ggml stores zeros or garbage where one does.
  private(set) var isSound = true

  /// The greatest magnitude that counts as zero is below this.
  static let least: Float = 1e-15

  /// The integer nearest to a value, halves to even, as the low bits of a sum.
  ///
  /// Beyond 2^22 the bits mean nothing, but ggml stores what they give: 0 for NaN, -2^22 for
  /// infinity.
  static func nearest(_ value: Float) -> Int {
    Int((value + 12_582_912).bitPattern & 0x7f_ffff) - 0x40_0000
  }

  /// The level nearest to a value.
  static func level(_ value: Float, half: Int) -> Int { max(-half, min(half - 1, nearest(value))) }

  /// The first value of the greatest magnitude, 0 if there is none.
  static func extreme(_ values: [Float]) -> Float {
    var extreme: Float = 0
    for value in values where value.magnitude > extreme.magnitude { extreme = value }
    return extreme
  }

  /// Sums of (weight * value) * level and of (weight * level) * level.
  private struct Sums {
    var products: Float = 0
    var squares: Float = 0

    init(_ values: [Float], _ weights: [Float], _ levels: [Int]) {
      for index in values.indices {
        let level = Float(levels[index])
        products += weights[index] * values[index] * level
        squares += weights[index] * level * level
      }
    }
  }

  /// Fits values that count by `weights`.
  ///
  /// - Parameter half: n; the levels are -n...n - 1.
  init(_ values: [Float], weights: [Float], half: Int) {
    levels = [Int](repeating: -half, count: values.count)
    let extreme = Self.extreme(values)
    guard !(extreme.magnitude < Self.least) else { return }
    let reach = Float(half)
    let first = -reach / extreme
    levels = values.map { Self.level(first * $0, half: half) }
    var sums = Sums(values, weights, levels)
    scale = sums.squares != 0 ? sums.products / sums.squares : 0
    var explained = scale * sums.products
    for step in -9...9 where step != 0 {
      let inverse = -(reach + 0.1 * Float(step)) / extreme
      let candidate = values.map { Self.level(inverse * $0, half: half) }
      let trial = Sums(values, weights, candidate)
      guard trial.squares > 0, trial.products * trial.products > explained * trial.squares else {
        continue
      }
      (sums, levels) = (trial, candidate)
      scale = trial.products / trial.squares
      explained = scale * trial.products
    }
    isSound = scale.isFinite && sums.squares.isFinite
  }

  /// Fits values that count by their squares, by descent instead of trials.
  ///
  /// From the levels of the first scale on, each level in turn is moved to the best one given the
  /// others, until a round changes nothing or five rounds are over.
  /// - Parameter half: n; the levels are -n...n - 1.
  init(descending values: [Float], half: Int) {
    levels = [Int](repeating: -half, count: values.count)
    let extreme = Self.extreme(values)
    guard !(extreme.magnitude < Self.least) else { return }
    let first = -Float(half) / extreme
    levels = values.map { Self.level(first * $0, half: half) }
    var sums = Sums(values, values.map { $0 * $0 }, levels)
    for _ in 0..<5 {
      var isChanged = false
      for index in values.indices where improve(index, values[index], half: half, &sums) {
        isChanged = true
      }
      if !isChanged { break }
    }
    scale = sums.squares > 0 ? sums.products / sums.squares : 0
    isSound = scale.isFinite && sums.squares.isFinite
  }

  /// Moves one level if that explains more; whether it did.
  private mutating func improve(
    _ index: Int, _ value: Float, half: Int, _ sums: inout Sums
  ) -> Bool {
    let weight = value * value
    let old = Float(levels[index])
    var others = sums
    others.products -= weight * value * old
    guard others.products > 0 else { return false }
    others.squares -= weight * old * old
    let level = Self.level(value * others.squares / others.products, half: half)
    guard level != levels[index] else { return false }
    others.products += weight * value * Float(level)
    others.squares += weight * Float(level) * Float(level)
    guard
      others.squares > 0,
      others.products * others.products * sums.squares
        > sums.products * sums.products * others.squares
    else { return false }
    levels[index] = level
    sums = others
    return true
  }
}
