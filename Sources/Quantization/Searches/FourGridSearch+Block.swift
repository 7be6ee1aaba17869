extension FourGridSearch {
  /// What errors of the weights of a block cost: the square of the weight or, with importance, its
  /// share of sqrt(2 * mean square + square).
  struct Costs {
    private let input: BlockSearch
    private let twiceMeanSquare: Float

    /// Nil if a weight is not finite.
    init?(_ input: BlockSearch) {
      guard input.weights.allSatisfy({ $0.isFinite }) else { return nil }
      self.input = input
      twiceMeanSquare = 2 * input.weights.reduce(0) { $0 + $1 * $1 } / 256
    }

    /// The costs of 32 weights.
    func weights(ofPart part: Int) -> [Float] {
      (32 * part..<32 * part + 32).map { j in
        let square = input.weights[j] * input.weights[j]
        guard let importance = input.importance else { return square }
        return importance[j] * (twiceMeanSquare + square).squareRoot()
      }
    }
  }

  /// 32 weights without signs, and the signs of each 8.
  static func magnitudes(
    _ weights: UnsafeBufferPointer<Float>, ofPart part: Int
  ) -> (magnitudes: [Float], signs: [Int]) {
    var signs = [0, 0, 0, 0]
    let magnitudes = (0..<32).map { j in
      let weight = weights[32 * part + j]
      // -0 counts as positive and stays what it is.
      guard !(weight >= 0) else { return weight }
      signs[j / 8] |= 1 << (j % 8)
      return -weight
    }
    return (magnitudes, signs)
  }
}
