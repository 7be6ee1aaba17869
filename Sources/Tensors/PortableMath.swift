/// Exponential and logarithm of f32 that give the same bits on every machine.
///
/// Computed in f64 by additions, multiplications and divisions alone, in a fixed order, and rounded to
/// f32 once. The f64 result is within two units in its last place, so that the f32 result is the
/// correctly rounded one but for about one number in 2^27.
enum PortableMath {
  // ln 2 in two parts: the first has so few digits that its products with exponents are exact.
  private static let ln2High = 0x1.62e42feep-1
  private static let ln2Low = 0x1.a39ef35793c76p-33
  private static let inverseLn2 = 0x1.71547652b82fep0
  /// The reciprocals of the factorials of 13 down to 0.
  private static let factorials: [Double] = {
    var values = [1.0]
    for n in 1...13 { values.append((values.last ?? 1) * Double(n)) }
    return values.reversed().map { 1 / $0 }
  }()

  /// e^x: infinite above ln(greatest f32), 0 far below the smallest.
  static func exponential(_ x: Float) -> Float {
    if x.isNaN { return x }
    if x > 89 { return .infinity }
    if x < -104 { return 0 }
    let value = Double(x)
    let k = (value * inverseLn2).rounded()
    let r = (value - k * ln2High) - k * ln2Low
    var sum = 0.0
    for factor in factorials { sum = sum * r + factor }
    return Float(sum * Double(sign: .plus, exponent: Int(k), significand: 1))
  }

  /// ln x: minus infinity of zeros, NaN of what is negative.
  static func logarithm(_ x: Float) -> Float {
    if x.isNaN || x == .infinity { return x }
    if x < 0 { return .nan }
    if x == 0 { return -.infinity }
    let value = Double(x)
    var significand = value.significand
    var exponent = value.exponent
    // Between the roots of 1/2 and 2, where the series is short.
    if significand > 1.414_213_562_373_095 {
      significand *= 0.5
      exponent += 1
    }
    // ln m = 2 artanh s = 2 s (1 + s^2/3 + s^4/5 + ...)
    let s = (significand - 1) / (significand + 1)
    let square = s * s
    var sum = 0.0
    for odd in stride(from: 27.0, through: 1.0, by: -2.0) { sum = sum * square + 1 / odd }
    let k = Double(exponent)
    return Float(k * ln2High + (2 * s * sum + k * ln2Low))
  }
}
