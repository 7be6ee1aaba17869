/// Blocks of random weights over all magnitudes, and of shapes that are hard to code.
enum HardBlocks {
  /// That many blocks, from a seed.
  static func blocks(_ count: Int, of elements: Int, seed: UInt64) -> [Float] {
    var random = SplitMix(state: seed)
    let pool = (0..<65_536).map { _ -> Float in
      let bits = random.next()
      let sum = (0..<4).reduce(0.0) { $0 + Double(Int16(truncatingIfNeeded: bits >> (16 * $1))) }
      return Float(sum / 65_536)
    }
    var values = [Float](repeating: 0, count: count * elements)
    values.withUnsafeMutableBufferPointer { values in
      pool.withUnsafeBufferPointer { pool in
        for block in 0..<count {
          let bits = random.next()
          let scale = Float(sign: .plus, exponent: Int(bits % 36) - 24, significand: 1)
          let shift = Int(bits >> 40)
          let shape = (bits >> 8) % 16
          var j = 0
          while j < elements {
            var value = pool[(shift + j) & 65_535]
            switch shape {
            case 0: value = value < 0 ? -1 : 1
            case 1: value = j == shift % elements ? 1 : value / 4096
            case 2: value = (Float(j) + 0.5) / 127
            case 3: value = j % 2 == 0 ? 1 : -1.0 / 254
            case 4: value = abs(value)
            case 5: value = 0
            default: break
            }
            values[block * elements + j] = value * scale
            j += 1
          }
        }
      }
    }
    return values
  }

  /// The greatest error of any block, as a share of what `budget` allows for the block's greatest
  /// magnitude.
  static func worst(
    _ values: [Float], _ decoded: [Float], _ elements: Int, budget: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    values.withUnsafeBufferPointer { values in
      decoded.withUnsafeBufferPointer { decoded in
        var start = 0
        while start < values.count {
          var greatest: Float = 0
          var error: Float = 0
          var j = start
          while j < start + elements {
            greatest = max(greatest, values[j].magnitude)
            error = max(error, (values[j] - decoded[j]).magnitude)
            j += 1
          }
          worst = max(worst, Double(error) / budget(Double(greatest)))
          start += elements
        }
      }
    }
    return worst
  }
}
