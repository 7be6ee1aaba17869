// The search for a scale and a minimum per group of weights: w = scale * level - minimum.

/// Adding 1.5 * 2^23 leaves an integer in the low bits of the fraction, rounded to nearest even.
///
/// Beyond 2^22 the bits mean nothing, but ggml stores what they give, and so does this: 0 for NaN,
/// -2^22 for infinity.
func integerOfFraction(_ value: Float) -> Int {
  Int((value + 12_582_912).bitPattern & 0x7f_ffff) - 0x40_0000
}

/// The scales that a search tries for a group, and how it measures them.
struct AffineTrials {
  /// The greatest level.
  let greatest: Int
  /// Trial t maps the group's range to `greatest` + `first` + t * `step` levels.
  let first: Float
  /// See `first`.
  let step: Float
  /// How many trials.
  let count: Int
  /// Whether errors are weighted by magnitude; else by their square.
  let isAbsolute: Bool

  /// Levels that trial t spreads the range over.
  func spread(_ trial: Int) -> Float { first + step * Float(trial) + Float(greatest) }
}

/// What the search found for one group.
struct AffineFit {
  /// Scale of the levels; 0 for a group of equal weights that are not positive.
  var scale: Float = 0
  /// What is subtracted: 0 or positive.
  var minimum: Float = 0

  /// Looks for the scale and minimum of least weighted error.
  ///
  /// The range between the least weight, or 0 if that is less, and the greatest is spread over
  /// slightly different numbers of levels. Each trial's levels give a scale and a minimum by least
  /// squares; a trial that is better than all before becomes the result, and its minimum is where
  /// the range of the next trials begins.
  /// - Parameters:
  ///   - levels: receives the levels of the best trial, at `start` and behind.
  ///   - emphasis: how much the error of each weight counts.
  init(
    _ weights: UnsafeBufferPointer<Float>, emphasis: [Float], trials: AffineTrials,
    levels: inout [Int], at start: Int
  ) {
    var least = weights[0]
    var most = weights[0]
    var mass = emphasis[0]
    var moment = mass * weights[0]
    for j in 1..<weights.count {
      if weights[j] < least { least = weights[j] }
      if weights[j] > most { most = weights[j] }
      mass += emphasis[j]
      moment += emphasis[j] * weights[j]
    }
    if least > 0 { least = 0 }
    guard most != least else {
      for j in weights.indices { levels[start + j] = 0 }
      minimum = -least
      return
    }

    /// Levels at a density, with the range beginning at `least`.
    func quantized(_ density: Float) -> [Int] {
      weights.map { max(0, min(trials.greatest, integerOfFraction(density * ($0 - least)))) }
    }
    func error(_ candidate: [Int], _ scale: Float, _ least: Float) -> Float {
      var sum: Float = 0
      for j in weights.indices {
        let difference = scale * Float(candidate[j]) + least - weights[j]
        sum += emphasis[j] * (trials.isAbsolute ? difference.magnitude : difference * difference)
      }
      return sum
    }

    let density = Float(trials.greatest) / (most - least)
    scale = 1 / density
    var best = quantized(density)
    var bestError = error(best, scale, least)
    for trial in 0..<trials.count {
      let candidate = quantized(trials.spread(trial) / (most - least))
      var sum: Float = 0
      var squares: Float = 0
      var products: Float = 0
      for j in weights.indices {
        let weighted = emphasis[j] * Float(candidate[j])
        sum += weighted
        squares += weighted * Float(candidate[j])
        products += weighted * weights[j]
      }
      let determinant = mass * squares - sum * sum
      guard determinant > 0 else { continue }
      var fittedScale = (mass * products - moment * sum) / determinant
      var fittedLeast = (squares * moment - sum * products) / determinant
      if fittedLeast > 0 {
        fittedLeast = 0
        fittedScale = products / squares
      }
      let fittedError = error(candidate, fittedScale, fittedLeast)
      guard fittedError < bestError else { continue }
      (best, bestError, scale, least) = (candidate, fittedError, fittedScale, fittedLeast)
    }
    for j in weights.indices { levels[start + j] = best[j] }
    minimum = -least
  }
}
