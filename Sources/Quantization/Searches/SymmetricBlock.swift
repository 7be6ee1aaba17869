// What the types share that have sixteen groups of sixteen weights, each with an integer scale under
// one f16 scale: w = d * scale * level.

extension BlockSearch {
  /// Weights of a group of sixteen.
  func weights(ofGroup group: Int) -> [Float] { Array(weights[16 * group..<16 * group + 16]) }

  /// Importance of a group of sixteen, nil if there is none.
  func importance(ofGroup group: Int) -> [Float]? {
    importance.map { Array($0[16 * group..<16 * group + 16]) }
  }
}

extension BlockParts {
  /// The weights that the parts stand for.
  func multiplySymmetric(into weights: UnsafeMutableBufferPointer<Float>) {
    let scale = Float(half: self[.scale][0])
    for group in 0..<16 {
      let groupScale = scale * Float(self[.subScale][group])
      for j in 16 * group..<16 * group + 16 { weights[j] = groupScale * Float(self[.level][j]) }
    }
  }

  /// Sets the levels that a search found for a group.
  mutating func setLevels(_ levels: [Int], ofGroup group: Int) {
    for j in 0..<16 { self[.level][16 * group + j] = levels[j] }
  }

  /// Sets each level to the nearest under the scales as they are stored.
  ///
  /// A group whose scale is zero keeps the levels that the search gave it.
  mutating func requantizeSymmetric(_ weights: UnsafeBufferPointer<Float>, half: Int) {
    let scale = Float(half: self[.scale][0])
    for group in 0..<16 {
      let groupScale = scale * Float(self[.subScale][group])
      guard groupScale != 0 else { continue }
      for j in 16 * group..<16 * group + 16 {
        self[.level][j] = SymmetricFit.level(weights[j] / groupScale, half: half)
      }
    }
  }
}
