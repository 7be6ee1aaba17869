extension Codebook {
  /// The nearest integer, halves to even, as ggml finds it: by the low bits of a sum, so that
  /// magnitudes from 2^22 on wrap around and NaN gives 0.
  static func rounded(_ value: Float) -> Int {
    Int((value + 12_582_912).bitPattern & 0x7f_ffff) - 0x40_0000
  }

  /// The digits of a code, the first coordinate's first.
  func digits(_ code: Int) -> [Int] {
    var rest = code
    return (0..<dimensions).map { _ in
      defer { rest /= levels }
      return rest % levels
    }
  }

  /// The neighbour of `code` at which the sum of costs * (scale * level - value)^2, added up in
  /// order of coordinates, is least; the first of equal ones.
  ///
  /// - Parameter steps: what a digit stands for.
  /// - Returns: its code; nil if no sum is finite, where ggml stops.
  func nearest(
    _ code: Int, scale: Float, steps: [Float], to values: ArraySlice<Float>,
    costs: ArraySlice<Float>
  ) -> Int? {
    var terms = [Float](repeating: 0, count: dimensions * levels)
    for coordinate in 0..<dimensions {
      let cost = costs[costs.startIndex + coordinate]
      let value = values[values.startIndex + coordinate]
      for digit in 0..<levels {
        let error = scale * steps[digit] - value
        terms[coordinate * levels + digit] = cost * error * error
      }
    }
    var least = Float.greatestFiniteMagnitude
    var best: Int?
    for neighbour in neighbours(code) {
      var (sum, rest, place) = (Float(0), neighbour, 0)
      while place < terms.count {
        sum += terms[place + rest % levels]
        rest /= levels
        place += levels
      }
      if sum < least { (least, best) = (sum, neighbour) }
    }
    return best
  }
}
