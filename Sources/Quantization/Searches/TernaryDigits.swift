// What the ternary types share: w = d * level with levels -1, 0 and 1.

extension BlockSearch {
  /// d is the greatest magnitude; levels are x * (1 / d) rounded, halves away from zero.
  ///
  /// Where 1 / d overflows levels are 0.
  /// - Returns: whether the weights are finite and f16 holds d.
  func searchDigits(into parts: inout BlockParts) -> Bool {
    guard isFinite else { return false }
    let scale = peak.magnitude
    let inverse = scale == 0 ? 0 : 1 / scale
    parts[.scale][0] = scale.half
    for j in weights.indices {
      let level = (weights[j] * inverse).rounded(.toNearestOrAwayFromZero)
      parts[.level][j] = inverse.isFinite ? Int(level) : 0
    }
    return Quantization.isFinite(half: parts[.scale][0])
  }
}

extension BlockParts {
  /// w = d * level.
  func multiplyLevels(into weights: UnsafeMutableBufferPointer<Float>) {
    let scale = Float(half: self[.scale][0])
    for j in weights.indices { weights[j] = Float(self[.level][j]) * scale }
  }
}
