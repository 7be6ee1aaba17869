#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// llama3 rope scaling: each frequency has a divisor between 1 (short waves) and `factor` (long).
struct Llama3Scaling: Hashable {
  var factor: Double
  var low: Double
  var high: Double
  var original: Double

  /// The divisors of `dims / 2` frequencies.
  ///
  /// The order of operations is that of PyTorch's binary32 tensors, whose quotient by a tensor is
  /// the product with its reciprocal, so that tables equal those of convert_hf_to_gguf.py; a
  /// scalar operand is rounded to binary32 first.
  func factors(dims: Int, theta: Double) -> [Float] {
    let turn = Float(2 * Double.pi)
    let shortWave = Float(original / high)
    let longWave = Float(original / low)
    var result: [Float] = []
    result.reserveCapacity(dims / 2)
    let exponents = (0..<(dims / 2)).map { Float(2 * $0) / Float(dims) }
    for power in TorchPower.powers(Float(theta), exponents) {
      let frequency = 1 / power
      let wave = (1 / frequency) * turn
      if wave < shortWave {
        result.append(1)
      } else if wave > longWave {
        result.append(Float(factor))
      } else {
        let turns = (1 / wave) * Float(original)
        let smooth = (turns - Float(low)) / Float(high - low)
        let mixed = (1 - smooth) / Float(factor) + smooth
        result.append(1 / mixed)
      }
    }
    return result
  }

  /// Tables that are compared before a search is given up.
  private static let maximumTrials = 4_000

  /// Parameters whose table is exactly that one, nil if none are found.
  ///
  /// A table says nothing about a common scale of `low`, `high` and `original`, nor about what lies
  /// between two neighbouring frequencies: all parameters with one table compute one function, and
  /// the published ones (low 1, high 4, a power of two) are tried first.
  static func solve(_ table: [Float], theta: Double) -> Llama3Scaling? {
    guard let last = table.last, last.isFinite, last >= 1, let factor = Double(last.description)
    else { return nil }
    guard table.count <= 512 else { return nil }
    let dims = 2 * table.count
    var trials = 0
    func fits(_ scaling: Llama3Scaling) -> Bool {
      trials += 1
      return trials <= maximumTrials
        && scaling.factors(dims: dims, theta: theta).elementsEqual(table) {
          $0.bitPattern == $1.bitPattern
        }
    }
    for original in [8192.0] + (5...24).map({ Double(1 << $0) }) {
      let scaling = Llama3Scaling(factor: factor, low: 1, high: 4, original: original)
      if fits(scaling) { return scaling }
    }
    guard let (slope, offset) = line(through: table, factor: factor, theta: theta) else {
      return nil
    }
    // smooth = slope / wave - offset, with slope = original / (high - low), offset = low / (high - low).
    for digits in [1.0, 10, 100] {
      for original in 1...131_072 {
        let low = Double(original) / slope * offset
        let high = low + Double(original) / slope
        let (shortLow, shortHigh) = (
          (low * digits).rounded() / digits, (high * digits).rounded() / digits
        )
        // The line is known to some seven digits; neater numbers than that are no accident.
        guard shortLow > 0, shortHigh > shortLow, abs(low / shortLow - 1) < 1e-4,
          abs(high / shortHigh - 1) < 1e-4
        else { continue }
        let scaling = Llama3Scaling(
          factor: factor, low: shortLow, high: shortHigh, original: Double(original))
        if fits(scaling) { return scaling }
      }
    }
    return nil
  }

  /// The least-squares line of `smooth` over 1 / wavelength, from the divisors between the ends.
  private static func line(
    through table: [Float], factor: Double, theta: Double
  ) -> (slope: Double, offset: Double)? {
    var points: [(x: Double, y: Double)] = []
    for (index, value) in table.enumerated() where value > 1 && value < (table.last ?? 1) {
      let wave = 2 * Double.pi * pow(theta, Double(index) / Double(table.count))
      let smooth = (1 / Double(value) - 1 / factor) / (1 - 1 / factor)
      points.append((1 / wave, smooth))
    }
    guard points.count >= 2 else { return nil }
    let count = Double(points.count)
    let meanX = points.reduce(0) { $0 + $1.x } / count
    let meanY = points.reduce(0) { $0 + $1.y } / count
    let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    guard spread > 0 else { return nil }
    let slope = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
    let offset = slope * meanX - meanY
    guard slope > 0, offset > 0, slope.isFinite, offset.isFinite else { return nil }
    return (slope, offset)
  }
}
