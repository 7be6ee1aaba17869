/// Searches for scale and minimum of blocks of 32 whose levels start at zero: w = d * level + m.
struct RangeSearch {
  /// Levels are 0 to greatest.
  let greatest: Int

  /// With importance the line of least weighted error of some, else the plain one.
  func run(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.isFinite else { return false }
    if let importance = input.importance {
      weighted(input, input.masses(importance), into: &parts)
    } else {
      plain(input, into: &parts)
    }
    return isFinite(half: parts[.scale][0]) && isFinite(half: parts[.minimum][0])
  }

  /// Least and greatest weight, of equals (zeros of both signs) the first.
  private func range(_ weights: UnsafeBufferPointer<Float>) -> (least: Float, most: Float) {
    var (least, most) = (weights[0], weights[0])
    for weight in weights {
      if weight < least { least = weight }
      if weight > most { most = weight }
    }
    return (least, most)
  }

  /// The line that takes the least weight to 0 and the greatest to `greatest`.
  ///
  /// Where the inverse of the scale overflows levels are 0.
  private func plain(_ input: BlockSearch, into parts: inout BlockParts) {
    let (least, most) = range(input.weights)
    let scale = (most - least) / Float(greatest)
    let inverse = scale == 0 ? 0 : 1 / scale
    parts[.scale][0] = scale.half
    parts[.minimum][0] = least.half
    for j in 0..<32 {
      let level = (input.weights[j] - least) * inverse
      parts[.level][j] = inverse.isFinite && scale.isFinite ? min(greatest, Int(level + 0.5)) : 0
    }
  }

  /// The value rounded to even and clamped to the levels.
  ///
  /// Adding 1.5 * 2^23 leaves the integer in the low bits of the fraction. Past 2^22 they mean
  /// nothing, but count.
  private func level(_ value: Float) -> Int {
    let integer = Int((value + 12_582_912).bitPattern & 0x7f_ffff) - 0x40_0000
    return max(0, min(greatest, integer))
  }

  /// Of the lines of least weighted square error for the levels that 37 densities give, the best.
  ///
  /// The minimum is at most zero. Each better line moves the minimum from which the levels of the
  /// densities after it are counted.
  private func weighted(_ input: BlockSearch, _ masses: [Float], into parts: inout BlockParts) {
    let weights = input.weights
    var (least, most) = range(weights)
    var mass = masses[0]
    var first = mass * weights[0]
    for j in 1..<32 {
      mass += masses[j]
      first += masses[j] * weights[j]
    }
    if least > 0 { least = 0 }
    var levels = [Int](repeating: 0, count: 32)
    var scale: Float = 0
    defer {
      parts[.scale][0] = scale.half
      parts[.minimum][0] = least.half
      parts[.level] = levels
    }
    guard most > least else { return }

    func error(_ levels: [Int], _ scale: Float, _ minimum: Float) -> Float {
      var sum: Float = 0
      for j in 0..<32 {
        let difference = scale * Float(levels[j]) + minimum - weights[j]
        sum += masses[j] * (difference * difference)
      }
      return sum
    }
    let density = Float(greatest) / (most - least)
    scale = 1 / density
    for j in 0..<32 { levels[j] = level(density * (weights[j] - least)) }
    var smallest = error(levels, scale, least)
    var trial = levels
    for step in 0...36 {
      let density = (-0.9 + 0.05 * Float(step) + Float(greatest)) / (most - least)
      var (sum, square, cross): (Float, Float, Float) = (0, 0, 0)
      for j in 0..<32 {
        trial[j] = level(density * (weights[j] - least))
        let moment = masses[j] * Float(trial[j])
        sum += moment
        square += moment * Float(trial[j])
        cross += moment * weights[j]
      }
      let determinant = mass * square - sum * sum
      guard determinant > 0 else { continue }
      var slope = (mass * cross - first * sum) / determinant
      var minimum = (square * first - sum * cross) / determinant
      if minimum > 0 {
        minimum = 0
        slope = cross / square
      }
      let size = error(trial, slope, minimum)
      if size < smallest {
        (levels, smallest, scale, least) = (trial, size, slope, minimum)
      }
    }
  }
}
