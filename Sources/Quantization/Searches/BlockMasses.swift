extension BlockSearch {
  /// How much the error of each weight counts: importance * sqrt(mean square of the row + x * x).
  func masses(_ importance: UnsafeBufferPointer<Float>) -> [Float] {
    let meanSquare = rowSquares / Float(columns)
    return weights.indices.map { j in
      importance[j] * (meanSquare + weights[j] * weights[j]).squareRoot()
    }
  }

  /// Whether no weight is NaN or infinite.
  var isFinite: Bool { weights.allSatisfy { $0.isFinite } }

  /// The first weight of the greatest magnitude; +0 for a block of zeros of either sign.
  var peak: Float {
    var peak: Float = 0
    for weight in weights where weight.magnitude > peak.magnitude { peak = weight }
    return peak
  }
}
