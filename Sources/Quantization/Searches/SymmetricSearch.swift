/// Searches for the scale of blocks of 32 whose levels lie around zero: w = d * level.
struct SymmetricSearch {
  /// Levels are -reach to reach - 1.
  let reach: Int

  /// With importance the scale of least weighted error of some, else the plain scale.
  func run(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.isFinite else { return false }
    guard let importance = input.importance else { return plain(input, into: &parts) }
    return weighted(input, input.masses(importance), into: &parts)
  }

  /// The scale that takes the greatest magnitude to -reach.
  ///
  /// The scale of zeros is -0. Where the inverse of the scale overflows levels are -reach.
  private func plain(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    let scale = input.peak / -Float(reach)
    let inverse = scale == 0 ? 0 : 1 / scale
    parts[.scale][0] = scale.half
    for j in 0..<32 {
      let shifted = input.weights[j] * inverse + (Float(reach) + 0.5)
      // Towards zero: shifted is positive.
      let code = inverse.isFinite ? min(2 * reach - 1, Int(shifted)) : 0
      parts[.level][j] = code - reach
    }
    return isFinite(half: parts[.scale][0])
  }

  /// The scale of least weighted square error for the levels that 19 densities around the plain one
  /// give, with the levels of the best.
  private func weighted(
    _ input: BlockSearch, _ masses: [Float], into parts: inout BlockParts
  ) -> Bool {
    let peak = input.peak
    guard peak.magnitude >= 1e-15 else {
      parts[.scale][0] = 0
      for j in 0..<32 { parts[.level][j] = -reach }
      return true
    }
    func level(_ j: Int, _ density: Float) -> Int {
      // Magnitudes stay below reach + 1.
      let nearest = (density * input.weights[j]).rounded(.toNearestOrEven)
      return max(-reach, min(reach - 1, Int(nearest)))
    }
    /// Sums of mass * weight * level and of mass * level * level.
    func moments(_ density: Float) -> (cross: Float, square: Float) {
      var (cross, square): (Float, Float) = (0, 0)
      for j in 0..<32 {
        let level = Float(level(j, density))
        cross += masses[j] * input.weights[j] * level
        square += masses[j] * level * level
      }
      return (cross, square)
    }
    var best = -Float(reach) / peak
    let first = moments(best)
    // Sums that overflow would end in a scale of zero.
    guard first.cross.isFinite, first.square.isFinite else { return false }
    var scale = first.square == 0 ? 0 : first.cross / first.square
    var score = scale * first.cross
    for step in -9...9 where step != 0 {
      let density = -(Float(reach) + 0.1 * Float(step)) / peak
      let (cross, square) = moments(density)
      if square > 0, cross * cross > score * square {
        best = density
        scale = cross / square
        score = scale * cross
      }
    }
    parts[.scale][0] = scale.half
    for j in 0..<32 { parts[.level][j] = level(j, best) }
    return isFinite(half: parts[.scale][0])
  }
}
