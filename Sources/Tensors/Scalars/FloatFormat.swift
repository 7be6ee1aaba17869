/// The fields of a binary float: sign in the highest bit (where there is one), then exponent, then
/// fraction; a zero exponent field codes subnormals.
///
/// A format without fraction is one without sign, zero and subnormals: every code is a power of 2.
public struct FloatFormat: Hashable, Sendable {
  /// What the codes that are no finite numbers mean.
  public enum Specials: Hashable, Sendable {
    /// The highest exponent field codes infinity (fraction 0) and NaN.
    case ieee
    /// No infinity; the code whose bits below the sign are all 1 is NaN.
    case lastCodeNaN
    /// No infinity and no -0: its code is the one NaN.
    case negativeZeroNaN
    /// Finite numbers only.
    case none
  }

  /// Bits of the exponent field.
  public let exponentBits: Int
  /// Bits of the fraction field.
  public let fractionBits: Int
  /// A normal number is 1.fraction * 2^(field - bias).
  public let bias: Int
  /// What the codes that are no finite numbers mean.
  public let specials: Specials

  init(exponentBits: Int, fractionBits: Int, bias: Int, specials: Specials) {
    self.exponentBits = exponentBits
    self.fractionBits = fractionBits
    self.bias = bias
    self.specials = specials
  }

  /// Whether there are negative numbers, zero and subnormals.
  public var isSigned: Bool { fractionBits > 0 }
  /// Whether there is a NaN.
  public var hasNaN: Bool { specials != .none }
  /// Whether there are infinities.
  public var hasInfinity: Bool { specials == .ieee }
  /// Whether -0 differs from +0.
  public var hasNegativeZero: Bool { isSigned && specials != .negativeZeroNaN }
  /// Code of the greatest finite number.
  public var greatestCode: UInt64 {
    let codes: UInt64 = 1 << UInt64(exponentBits + fractionBits)
    switch specials {
    case .ieee: return codes - (1 << UInt64(fractionBits)) - 1
    case .lastCodeNaN: return codes - 2
    case .negativeZeroNaN, .none: return codes - 1
    }
  }
  /// The sign's bit; 0 if there is none.
  var signBit: UInt64 { isSigned ? 1 << UInt64(exponentBits + fractionBits) : 0 }
  /// Exponent of the spacing of the smallest numbers: every value is a multiple of 2^this.
  public var leastExponent: Int { (isSigned ? 1 : 0) - bias - fractionBits }
}
