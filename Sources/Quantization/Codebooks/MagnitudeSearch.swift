/// The weights of a sub-block of the IQ2 types, as magnitudes with signs beside them, and the ways
/// to code them as points of a grid.
///
/// A digit l of a point stands for 2 l + 1.
struct MagnitudeSearch {
  let book: Codebook
  /// Magnitudes; where an odd number of signs had to be made even, one of a group is negative.
  private(set) var values: [Float]
  /// What a squared error of each costs.
  let costs: [Float]
  /// Their square roots, by which neighbours are chosen.
  let roots: [Float]
  /// A byte per group of 8: bit j set means that weight j is negative.
  private(set) var signs: [Int]

  static let steps: [Float] = [1, 3, 5]

  /// A point for each group.
  struct Points {
    var codes: [Int]
    /// Whether the rounded magnitudes were points of the grid, group by group.
    var areRounded: [Bool]
  }

  /// - Parameter areSignsEven: whether the format stores seven signs, and the eighth as what makes
  ///   their number even. In a group with an odd number the weight that costs least is flipped.
  init(
    _ book: Codebook, _ weights: ArraySlice<Float>, costs: [Float], areSignsEven: Bool
  ) {
    self.book = book
    self.costs = costs
    roots = costs.map { $0.squareRoot() }
    values = []
    signs = []
    var place = weights.startIndex
    for start in stride(from: 0, to: weights.count, by: 8) {
      var byte = 0
      var least = Float.zero
      var cheapest = 0
      for j in 0..<8 {
        let weight = weights[place]
        place += 1
        // Also for NaN costs the first stays, as in ggml.
        let loss = costs[start + j] * weight * weight
        if j == 0 || loss < least { (least, cheapest) = (loss, j) }
        if weight >= 0 {
          values.append(weight)
        } else {
          values.append(-weight)
          byte |= 1 << j
        }
      }
      if areSignsEven, byte.nonzeroBitCount % 2 == 1 {
        values[start + cheapest] = -values[start + cheapest]
        byte ^= 1 << cheapest
      }
      signs.append(byte)
    }
  }

  /// The greatest value.
  var greatest: Float { values.dropFirst().reduce(values[0]) { $0 > $1 ? $0 : $1 } }

  /// Makes a negative scale positive by the signs.
  mutating func flipSigns() { signs = signs.map { ~$0 & 0xff } }

  /// The code of a group whose values are divided by a scale and rounded.
  private func roundedCode(_ group: Int, inverse: Float) -> Int {
    (0..<8).reversed().reduce(0) { code, j in
      let digit = Codebook.rounded(0.5 * (inverse * values[8 * group + j] - 1))
      return code * 3 + max(0, min(2, digit))
    }
  }

  /// Replaces the point of a group by the one that a scale leads to.
  ///
  /// - Returns: false if ggml stops there.
  func place(_ group: Int, inverse: Float, scale: Float, in points: inout Points) -> Bool {
    var code = roundedCode(group, inverse: inverse)
    points.areRounded[group] = book.index(code) != nil
    if !points.areRounded[group] {
      guard
        let neighbour = book.nearest(
          code, scale: scale, steps: Self.steps, to: values[8 * group..<8 * group + 8],
          costs: roots[8 * group..<8 * group + 8])
      else { return false }
      code = neighbour
    }
    points.codes[group] = code
    return true
  }

  /// A point for each group, nil if ggml stops.
  func points(inverse: Float, scale: Float) -> Points? {
    var points = Points(
      codes: [Int](repeating: 0, count: signs.count),
      areRounded: [Bool](repeating: true, count: signs.count))
    for group in signs.indices {
      guard place(group, inverse: inverse, scale: scale, in: &points) else { return nil }
    }
    return points
  }

  /// Sums of cost * value * level, and of cost * level^2: their quotient is the best scale.
  func sums(_ points: Points) -> (product: Float, square: Float) {
    var (product, square) = (Float(0), Float(0))
    for group in signs.indices {
      var rest = points.codes[group]
      for i in 8 * group..<8 * group + 8 {
        let level = Float(2 * (rest % 3) + 1)
        rest /= 3
        product += costs[i] * values[i] * level
        square += costs[i] * level * level
      }
    }
    return (product, square)
  }

  /// The scale and points of a sub-block of 16 weights of IQ2_XS or IQ2_S; nil if ggml stops.
  ///
  /// 19 scales around the one that takes the greatest value to 5; groups that are not of the grid
  /// at the best of them are placed once more with the scale that fits best there.
  func search16(greatest: Float) -> (scale: Float, points: Points)? {
    var scale = greatest / 5
    var best: Float = 0
    var points = Points(codes: [0, 0], areRounded: [true, true])
    for step in -9...9 {
      let inverse = (5 + Float(step) * 0.1) / greatest
      guard let trial = self.points(inverse: inverse, scale: 1 / inverse) else { return nil }
      let (product, square) = sums(trial)
      if square > 0, product * product > best * square {
        scale = product / square
        best = scale * product
        points = trial
      }
    }
    if points.areRounded.contains(false), scale > 0 {
      for group in 0..<2 where !points.areRounded[group] {
        guard place(group, inverse: 1 / scale, scale: scale, in: &points) else { return nil }
      }
      let (product, square) = sums(points)
      if square > 0 { scale = product / square }
    }
    return (scale, points)
  }

  /// The 4-bit codes of the scales of sub-blocks, and d in f32: code l stands for (2 l + 1) d, the
  /// greatest gets 31.
  ///
  /// - Precondition: one of the scales is not zero.
  static func codes(ofScales scales: [Float]) -> (d: Float, codes: [Int]) {
    let d = scales.reduce(0) { $0 > $1 ? $0 : $1 } / 31
    let inverse = 1 / d
    return (d, scales.map { max(0, min(15, Codebook.rounded(0.5 * (inverse * $0 - 1)))) })
  }

  /// w = d * (1/2 + scale) / 4 * sign * grid, for the parts of the IQ2 types.
  static func multiply(
    _ parts: BlockParts, _ book: Codebook, into weights: UnsafeMutableBufferPointer<Float>
  ) {
    let d = Float(half: parts[.scale][0])
    let groups = 32 / parts[.subScale].count
    for group in 0..<32 {
      let scale = d * (0.5 + Float(parts[.subScale][group / groups])) * 0.25
      let point = book.point(parts[.index][group])
      for j in 0..<8 {
        let level = Float(UInt8(truncatingIfNeeded: point >> UInt64(8 * j)))
        weights[8 * group + j] = scale * level * (parts[.sign][group] >> j & 1 == 1 ? -1 : 1)
      }
    }
  }

  /// Bytes with an odd number of ones: sign bytes that seven stored bits cannot stand for.
  static let oddBytes = Set((0..<256).filter { $0.nonzeroBitCount % 2 == 1 })
  /// The sign byte of seven stored bits.
  static func signByte(_ stored: Int) -> Int { stored | (stored.nonzeroBitCount & 1) << 7 }
}

extension BlockSearch {
  /// Sum of the squares of the block's weights, in order; nil if a weight is not finite, or the sum.
  var blockSquares: Float? {
    var sum: Float = 0
    for weight in weights { sum += weight * weight }
    return sum.isFinite ? sum : nil
  }

  /// Costs of errors in a sub-block: importance * sqrt(spread + weight^2), or without importance
  /// what `plain` makes of the weight.
  func costs(_ range: Range<Int>, spread: Float, plain: (Float) -> Float) -> [Float] {
    range.map { i in
      guard let importance else { return plain(weights[i]) }
      return importance[i] * (spread + weights[i] * weights[i]).squareRoot()
    }
  }
}
