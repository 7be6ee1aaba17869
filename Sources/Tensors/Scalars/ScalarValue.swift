/// One number, exactly: what any scalar type can hold.
public enum ScalarValue: Hashable, Sendable {
  /// (-1)^negative * significand * 2^exponent; zero keeps its sign.
  case finite(negative: Bool, significand: UInt64, exponent: Int)
  /// Infinity.
  case infinity(negative: Bool)
  /// NaN with its fraction field as 52 bits, highest first.
  case nan(negative: Bool, fraction: UInt64)

  /// Plus zero.
  public static let zero = ScalarValue.finite(negative: false, significand: 0, exponent: 0)

  /// The number that an f64 holds.
  public init(_ value: Double) {
    let negative = value.sign == .minus
    let fraction = value.significandBitPattern
    if value.isNaN {
      self = .nan(negative: negative, fraction: fraction)
    } else if value.isInfinite {
      self = .infinity(negative: negative)
    } else {
      let field = Int(value.exponentBitPattern)
      let significand = field == 0 ? fraction : fraction | 1 << 52
      self = .finite(negative: negative, significand: significand, exponent: max(field, 1) - 1075)
    }
  }

  /// An integer.
  public init(_ value: Int64) {
    self = .finite(negative: value < 0, significand: value.magnitude, exponent: 0)
  }

  /// An integer.
  public init(_ value: UInt64) {
    self = .finite(negative: false, significand: value, exponent: 0)
  }

  /// Whether this is a zero of either sign.
  public var isZero: Bool {
    if case .finite(_, 0, _) = self { true } else { false }
  }
}
