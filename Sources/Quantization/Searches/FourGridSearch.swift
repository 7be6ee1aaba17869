/// ggml's search for the scale and the grid points of a sub-block of 32 weights in groups of four,
/// as IQ3_XXS and IQ3_S do it: levels 0...7 stand for the odd magnitudes 1...15.
///
/// Scales are tried around greatest / 15. For each, every magnitude is rounded to a level; a group
/// whose four levels are no point of the grid gets the best of the neighbours of its cell. The
/// scale that explains most of the weighted squares wins and is then fitted to its points, which
/// are looked up once more at the fitted scale.
struct FourGridSearch {
  let grid: Codebook
  /// Steps of 0.2 / greatest by which the inverse of the scale is varied.
  let steps: ClosedRange<Int>
  /// Whether points that the winning scale hit without a neighbour search are final.
  let keepsHits: Bool

  /// Scale and points of a sub-block.
  struct Fit {
    var scale: Float
    /// Codes of the points: three bits per level.
    var cells: [Int]
  }

  /// Points for one scale.
  private struct Choice {
    var cells = [Int](repeating: 0, count: 8)
    var hits: [Bool]
  }

  /// The magnitude that level `j` of a code stands for.
  static func magnitude(_ code: Int, _ j: Int) -> Float { Float(2 * (code >> (3 * j) & 7) + 1) }

  /// The number l below `count` for which 2 l + 1 is nearest to `ratio`, as ggml rounds: by the low
  /// bits of a sum, whatever they are.
  static func level(_ ratio: Float, below count: Int = 8) -> Int {
    let sum = 0.5 * (ratio - 1) + 12_582_912
    return min(count - 1, max(0, Int(sum.bitPattern & 0x7f_ffff) - 0x40_0000))
  }

  /// Weights of parts: the sign, the magnitude of the grid's point and a step for each 32 weights.
  static func multiply(
    _ parts: BlockParts, _ grid: Codebook, into weights: UnsafeMutableBufferPointer<Float>,
    step: (Int) -> Float
  ) {
    for j in 0..<256 {
      let point = grid.point(parts[.index][j / 4])
      let magnitude = step(parts[.subScale][j / 32]) * Float(point >> UInt64(8 * (j % 4)) & 255)
      weights[j] = parts[.sign][j / 8] >> (j % 8) & 1 == 1 ? -magnitude : magnitude
    }
  }

  /// Fits a sub-block.
  ///
  /// - Parameters:
  ///   - magnitudes: 32 weights without signs; those that the format gives a wrong sign negative.
  ///   - weights: what an error of each costs.
  ///   - greatest: the greatest of `magnitudes`, above 0.
  /// - Returns: nil where ggml stops, or loses the weights by overflow.
  func fit(_ magnitudes: [Float], weights: [Float], greatest: Float) -> Fit? {
    let roots = weights.map { $0.squareRoot() }
    guard roots.allSatisfy({ $0.isFinite }) else { return nil }
    var winner = Choice(hits: [Bool](repeating: keepsHits, count: 8))
    var scale = greatest / 15
    var explained: Float = 0
    var hasWinner = false
    var overflows = false
    for step in steps {
      let inverse = (15 + Float(step) * 0.2) / greatest
      var choice = Choice(hits: [Bool](repeating: false, count: 8))
      guard choose(&choice, magnitudes, roots, inverse: inverse, scale: 1 / inverse) else {
        return nil
      }
      let (cross, square) = sums(magnitudes, weights, choice.cells)
      overflows = overflows || !cross.isFinite || !square.isFinite
      guard square > 0, cross * cross > explained * square else { continue }
      scale = cross / square
      explained = scale * cross
      winner = choice
      hasWinner = true
    }
    guard hasWinner || !overflows else { return nil }
    if winner.hits.contains(false), scale > 0 {
      if !keepsHits { winner.hits = [Bool](repeating: false, count: 8) }
      guard choose(&winner, magnitudes, roots, inverse: 1 / scale, scale: scale) else {
        return nil
      }
      let (cross, square) = sums(magnitudes, weights, winner.cells)
      guard cross.isFinite, square.isFinite else { return nil }
      if square > 0 { scale = cross / square }
    }
    return scale.isNaN ? nil : Fit(scale: scale, cells: winner.cells)
  }

  /// Chooses the points for a scale, except where there is a hit already; false if the errors of
  /// all neighbours of a cell overflow.
  private func choose(
    _ choice: inout Choice, _ magnitudes: [Float], _ roots: [Float], inverse: Float, scale: Float
  ) -> Bool {
    for group in 0..<8 where !choice.hits[group] {
      let places = 4 * group..<4 * group + 4
      var cell = 0
      for place in places.reversed() { cell = cell << 3 | Self.level(inverse * magnitudes[place]) }
      choice.hits[group] = grid.index(cell) != nil
      if !choice.hits[group] {
        guard let best = nearest(cell, magnitudes[places], roots[places], scale) else {
          return false
        }
        cell = best
      }
      choice.cells[group] = cell
    }
    return true
  }

  /// The neighbour of a cell with the least error, the first of several.
  private func nearest(
    _ cell: Int, _ magnitudes: ArraySlice<Float>, _ roots: ArraySlice<Float>, _ scale: Float
  ) -> Int? {
    var least = Float.greatestFiniteMagnitude
    var best: Int?
    for neighbour in grid.neighbours(cell) {
      var error: Float = 0
      for (j, (magnitude, root)) in zip(magnitudes, roots).enumerated() {
        let difference = scale * Self.magnitude(neighbour, j) - magnitude
        error += root * difference * difference
      }
      if error < least { (least, best) = (error, neighbour) }
    }
    return best
  }

  /// Weighted products of the magnitudes and of the points with the points, in order.
  private func sums(
    _ magnitudes: [Float], _ weights: [Float], _ cells: [Int]
  ) -> (cross: Float, square: Float) {
    var cross: Float = 0
    var square: Float = 0
    for j in 0..<32 {
      let point = Self.magnitude(cells[j / 4], j % 4)
      cross += weights[j] * magnitudes[j] * point
      square += weights[j] * point * point
    }
    return (cross, square)
  }
}
