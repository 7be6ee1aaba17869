/// The search for the scale of 32 weights that index `NonlinearLevels`: weight = scale * level.
///
/// The first scale takes the weight of greatest magnitude to 127, fifteen others take it to -134 up
/// to -120. The levels that each gives are fitted by least squares, and the scale that explains most
/// of the weights wins.
struct NonlinearFit {
  /// The fitted scale; 0 if all weights are zero, in effect, or if none counts.
  private(set) var scale: Float = 0
  /// Whether no sum that decides the scale overflowed.
  ///
  /// ggml stores zeros or garbage where one does.
  private(set) var isSound = true

  /// Fits 32 weights of a block, from `start` on.
  ///
  /// - Parameter variance: twice the mean square of the block. With importance a weight counts by
  ///   importance * sqrt(variance + w * w), else by its square.
  init(_ input: BlockSearch, from start: Int, variance: Float) {
    let range = start..<start + 32
    var counts: [Float] = []
    var extreme: Float = 0
    for j in range {
      let weight = input.weights[j]
      let square = weight * weight
      counts.append(input.importance.map { $0[j] * (variance + square).squareRoot() } ?? square)
      if weight.magnitude > extreme.magnitude { extreme = weight }
    }
    guard !(extreme.magnitude < 1e-15) else { return }

    /// Sums of (count * level) * weight and of (count * level) * level, by the levels that a scale of
    /// 1 / `inverse` gives.
    func sums(_ inverse: Float) -> (products: Float, squares: Float) {
      var sums: (products: Float, squares: Float) = (0, 0)
      for j in range {
        let level = NonlinearLevels.values[
          NonlinearLevels.index(nearest: inverse * input.weights[j])]
        let counted = counts[j - start] * level
        sums.products += counted * input.weights[j]
        sums.squares += counted * level
      }
      return sums
    }
    var best = sums(1 / (extreme / 127))
    scale = best.squares > 0 ? best.products / best.squares : 0
    var explained = scale * best.products
    for step in -7...7 {
      let trial = sums(Float(step - 127) / extreme)
      guard trial.squares > 0, trial.products * trial.products > explained * trial.squares else {
        continue
      }
      best = trial
      scale = trial.products / trial.squares
      explained = scale * trial.products
    }
    isSound = scale.isFinite && best.squares.isFinite
  }

  /// Twice the mean square of a block: the sum in order, times 2 / count.
  static func variance(_ weights: UnsafeBufferPointer<Float>) -> Float {
    var squares: Float = 0
    for weight in weights { squares += weight * weight }
    return squares * (2 / Float(weights.count))
  }
}
