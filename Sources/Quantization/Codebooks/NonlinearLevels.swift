/// The sixteen levels that IQ4_NL and IQ4_XS choose from, denser near zero.
enum NonlinearLevels {
  /// The levels, ascending.
  static let values: [Float] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
  ]

  /// Index of the level nearest to a value, of two that are equally near the greater one; 15 for
  /// NaN.
  static func index(nearest value: Float) -> Int {
    var above = 0
    while above < 16, !(value < values[above]) { above += 1 }
    guard above > 0 else { return 0 }
    guard above < 16 else { return 15 }
    return value - values[above - 1] < values[above] - value ? above - 1 : above
  }
}
