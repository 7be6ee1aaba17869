// What the types share whose groups have a scale and a minimum, both integers, under one f16 scale
// of scales and one of minima: w = d * scale * level - dmin * minimum.

extension BlockParts {
  /// The weights that the parts stand for, in groups of equal size.
  func multiplyAffine(into weights: UnsafeMutableBufferPointer<Float>) {
    let (scale, minimum) = (Float(half: self[.scale][0]), Float(half: self[.minimum][0]))
    let size = weights.count / self[.subScale].count
    for index in weights.indices {
      let group = index / size
      weights[index] =
        scale * Float(self[.subScale][group]) * Float(self[.level][index])
        - minimum * Float(self[.subMinimum][group])
    }
  }

  /// Sets each level to the nearest under the scales and minima as they are stored.
  ///
  /// A group whose scale is zero keeps the levels that it has.
  mutating func requantizeAffine(_ weights: UnsafeBufferPointer<Float>, greatest: Int) {
    let (scale, minimum) = (Float(half: self[.scale][0]), Float(half: self[.minimum][0]))
    let size = weights.count / self[.subScale].count
    for group in self[.subScale].indices {
      let groupScale = scale * Float(self[.subScale][group])
      guard groupScale != 0 else { continue }
      let groupMinimum = minimum * Float(self[.subMinimum][group])
      for index in group * size..<(group + 1) * size {
        self[.level][index] = max(
          0, min(greatest, integerOfFraction((weights[index] + groupMinimum) / groupScale)))
      }
    }
  }

  /// Sets the codes of the two f16 scales, and tells whether f16 holds them.
  mutating func setScales(_ scale: Float, _ minimum: Float) -> Bool {
    self[.scale][0] = scale.half
    self[.minimum][0] = minimum.half
    return isFinite(half: scale.half) && isFinite(half: minimum.half)
  }
}

extension BlockSearch {
  /// Sum of the squares of some weights, in order.
  func squares(_ range: Range<Int>) -> Float {
    var sum: Float = 0
    for index in range { sum += weights[index] * weights[index] }
    return sum
  }

  /// Searches scale and minimum of each group, and levels into the parts.
  func affineFits(
    groups: Int, trials: AffineTrials, parts: inout BlockParts, emphasis: (Range<Int>) -> [Float]
  ) -> (fits: [AffineFit], mass: [Float]) {
    var fits: [AffineFit] = []
    var mass: [Float] = []
    let size = weights.count / groups
    for start in stride(from: 0, to: weights.count, by: size) {
      let range = start..<start + size
      let emphasis = emphasis(range)
      fits.append(
        AffineFit(
          UnsafeBufferPointer(rebasing: weights[range]), emphasis: emphasis, trials: trials,
          levels: &parts[.level], at: start))
      mass.append(emphasis.reduce(0, +))
    }
    return (fits, mass)
  }

  /// How much the error of each weight counts under an importance vector: importance times
  /// sqrt(`variance` + w * w).
  func emphasis(
    _ range: Range<Int>, _ importance: UnsafeBufferPointer<Float>, variance: Float
  ) -> [Float] {
    range.map { importance[$0] * (variance + weights[$0] * weights[$0]).squareRoot() }
  }

  /// The search of the types with eight groups and `SixBitScales`.
  ///
  /// Without importance a weight counts as its magnitude plus the root mean square of its group, and
  /// the greatest scale and the greatest minimum get code 63. With importance a weight counts as
  /// importance * sqrt(2 * mean square of the block + w * w), and `ScaleFit` finds the codes.
  /// - Parameter isCapped: whether codes above 63, which only negative scales get, become 63 with
  ///   importance as they do without.
  func searchSixBit(
    plain: AffineTrials, weighted: AffineTrials, isCapped: Bool, into parts: inout BlockParts
  ) -> Bool {
    guard isFinite else { return false }
    let codes: (scales: [UInt8], minima: [UInt8])
    if let importance {
      let variance = 2 * squares(weights.indices) / 256
      let (fits, mass) = affineFits(groups: 8, trials: weighted, parts: &parts) {
        emphasis($0, importance, variance: variance)
      }
      let scale = ScaleFit(fits.map(\.scale), mass: mass, greatest: 63)
      let minimum = ScaleFit(fits.map(\.minimum), mass: mass, greatest: 63)
      guard scale.isSound, minimum.isSound, parts.setScales(scale.scale, minimum.scale) else {
        return false
      }
      codes =
        isCapped
        ? (scale.codes.map { min(63, $0) }, minimum.codes.map { min(63, $0) })
        : (scale.codes, minimum.codes)
    } else {
      let (fits, _) = affineFits(groups: 8, trials: plain, parts: &parts) { range in
        let level = (squares(range) / 32).squareRoot()
        return range.map { level + weights[$0].magnitude }
      }
      /// The greatest value over 63, and the codes.
      func spread(_ values: [Float]) -> (Float, [UInt8]) {
        var greatest: Float = 0
        for value in values where value > greatest { greatest = value }
        let density = greatest > 0 ? 63 / greatest : 0
        return (
          greatest / 63,
          values.map { min(63, UInt8(truncatingIfNeeded: integerOfFraction(density * $0))) }
        )
      }
      let (scale, scales) = spread(fits.map(\.scale))
      let (minimum, minima) = spread(fits.map(\.minimum))
      guard parts.setScales(scale, minimum) else { return false }
      codes = (scales, minima)
    }
    let packed = SixBitScales(scales: codes.scales, minima: codes.minima)
    for group in 0..<8 {
      parts[.subScale][group] = packed.scale(group)
      parts[.subMinimum][group] = packed.minimum(group)
    }
    parts.requantizeAffine(weights, greatest: plain.greatest)
    return true
  }
}
