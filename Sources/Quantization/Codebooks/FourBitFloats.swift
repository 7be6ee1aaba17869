/// The sixteen values of f4_e2m1, doubled so that they are integers; codes from 8 up are negative.
///
/// Both zeros are +0.
enum FourBitFloats {
  /// Twice the value of each code.
  static let doubled: [Float] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]

  /// The code whose value times `unit`, half the scale, is nearest; of equally near ones the
  /// lowest.
  ///
  /// Distances are rounded to f32: of a weight far beyond the greatest value all are the same, and
  /// the code is 0.
  static func nearest(_ weight: Float, unit: Float) -> Int {
    var (best, least) = (0, (doubled[0] * unit - weight).magnitude)
    for code in 1..<16 {
      let distance = (doubled[code] * unit - weight).magnitude
      if distance < least { (best, least) = (code, distance) }
    }
    return best
  }
}
