/// The search for one scale of many non-negative scales (or minima), each of which counts as much
/// as its group of weights.
struct ScaleFit {
  /// What is multiplied by the codes.
  let scale: Float
  /// Codes of one byte; more than the greatest only for values that are negative.
  private(set) var codes: [UInt8]
  /// Whether no sum overflowed. ggml stores zeros or garbage where one does.
  let isSound: Bool

  /// Looks for the scale of least weighted square error and for the best codes.
  ///
  /// Eight scales around the one that takes the greatest value to `greatest` are tried; then each
  /// code is improved in turn, given the others, until nothing changes or five rounds are over.
  init(_ values: [Float], mass: [Float], greatest: Int) {
    codes = [UInt8](repeating: 0, count: values.count)
    var most: Float = 0
    for value in values { most = most > value ? most : value }
    // All zero, in effect.
    if most < 1e-15 {
      (scale, isSound) = (0, true)
      return
    }
    func code(_ density: Float, _ value: Float) -> Int {
      min(greatest, integerOfFraction(density * value))
    }
    func error(_ spacing: Float, _ code: (Float) -> Int) -> Float {
      var sum: Float = 0
      for j in values.indices {
        let difference = values[j] - spacing * Float(code(values[j]))
        sum += mass[j] * difference * difference
      }
      return sum
    }
    var density = Float(greatest) / most
    let first = density
    var best = error(1 / density) {
      Int(UInt8(truncatingIfNeeded: integerOfFraction(first * $0)))
    }
    for trial in -4...4 where trial != 0 {
      let candidate = (0.1 * Float(trial) + Float(greatest)) / most
      let candidateError = error(1 / candidate) { code(candidate, $0) }
      if candidateError < best { (best, density) = (candidateError, candidate) }
    }
    var products: Float = 0
    var squares: Float = 0
    for j in values.indices {
      let level = code(density, values[j])
      codes[j] = UInt8(truncatingIfNeeded: level)
      products += mass[j] * values[j] * Float(level)
      squares += mass[j] * Float(level) * Float(level)
    }
    for _ in 0..<5 {
      var isChanged = false
      for j in values.indices {
        let old = Float(codes[j])
        var otherProducts = products - mass[j] * values[j] * old
        var otherSquares = squares - mass[j] * old * old
        guard otherProducts > 0, otherSquares > 0 else { continue }
        let level = min(greatest, integerOfFraction(values[j] * otherSquares / otherProducts))
        guard level != Int(codes[j]) else { continue }
        otherProducts += mass[j] * values[j] * Float(level)
        otherSquares += mass[j] * Float(level) * Float(level)
        guard
          otherProducts * otherProducts * squares > products * products * otherSquares
        else { continue }
        codes[j] = UInt8(truncatingIfNeeded: level)
        (products, squares, isChanged) = (otherProducts, otherSquares, true)
      }
      if !isChanged { break }
    }
    isSound = products.isFinite && squares.isFinite
    scale = squares > 0 ? products / squares : 0
  }
}
