/// The specification of a scalar type's bits: exact decoding, and encoding with one rounding to
/// nearest, ties to even.
///
/// The rules that are not in IEEE 754:
/// - Narrowing makes a NaN sign | quiet NaN with payload 0. Widening keeps sign and payload and makes
///   it quiet; bf16 to f32 keeps every bit, because bf16 is the upper half of an f32. The NaNs of
///   8-bit floats have no payload, and the one of a type without -0 decodes to a positive one.
/// - A finite value whose rounding passes the greatest finite value is not representable, nor is
///   infinity or NaN in a type without it, nor zero or a negative value in a type that has none.
/// - Rounding to an integer also goes to nearest, ties to even.
/// - `bool` decodes every byte but 0 as 1 and encodes nothing but 0 and 1.
public struct ScalarCodec: Sendable {
  /// The type whose bits these are.
  public let type: ScalarType

  /// The codec of a type; nil for complex types, which hold two numbers.
  public init?(_ type: ScalarType) {
    if type.kind == .complex { return nil }
    self.type = type
  }

  /// A code and how it came about.
  public struct Encoded: Hashable, Sendable {
    /// The code, in the lowest bits; the nearest representable number if `isRepresentable` is false,
    /// 0 for a NaN.
    public let bits: UInt64
    /// False if the type cannot hold the value, even rounded.
    public let isRepresentable: Bool
    /// Whether the code decodes to the value itself; a NaN counts as exact in a type with NaN.
    public let isExact: Bool
    /// Whether a value that is not zero became zero.
    public let isUnderflow: Bool
  }

  /// The number that the lowest bits of `bits` code.
  public func decode(_ bits: UInt64) -> ScalarValue {
    let unused = UInt64(64 - type.bits)
    let code = (bits << unused) >> unused
    switch type.kind {
    case .boolean: return ScalarValue(UInt64(code == 0 ? 0 : 1))
    case .signed: return ScalarValue(Int64(bitPattern: bits << unused) >> Int64(unused))
    case .unsigned: return ScalarValue(code)
    case .float, .complex: return type.format.map { $0.decode(code) } ?? .zero
    }
  }

  /// The code nearest to `value`.
  public func encode(_ value: ScalarValue) -> Encoded {
    if let format = type.format { return format.encode(value) }
    let isSigned = type.kind == .signed
    let width = type.kind == .boolean ? 1 : type.bits
    let most: UInt64 = .max >> UInt64((isSigned ? 65 : 64) - width)
    switch value {
    case .nan: return Encoded(bits: 0, isRepresentable: false, isExact: false, isUnderflow: false)
    case .infinity(let negative):
      return clamped(negative ? (isSigned ? ~most : 0) : most)
    case .finite(let negative, let significand, let exponent):
      // Beyond 2^64 nothing fits, whatever the significand.
      let isHuge = significand != 0 && exponent > significand.leadingZeroBitCount
      let (magnitude, isExact) = isHuge ? (.max, false) : significand.scaled(by: exponent)
      let limit = negative ? (isSigned ? most + 1 : 0) : most
      if isHuge || magnitude > limit { return clamped(negative ? 0 &- limit : limit) }
      if type.kind == .boolean && !isExact { return clamped(magnitude) }
      return Encoded(
        bits: masked(negative ? 0 &- magnitude : magnitude), isRepresentable: true,
        isExact: isExact, isUnderflow: significand != 0 && magnitude == 0)
    }
  }

  /// The nearest code to a value outside the type.
  private func clamped(_ bits: UInt64) -> Encoded {
    Encoded(bits: masked(bits), isRepresentable: false, isExact: false, isUnderflow: false)
  }

  private func masked(_ bits: UInt64) -> UInt64 { bits & (.max >> UInt64(64 - type.bits)) }

  /// The f32 nearest to what `bits` code; exact for every float type but f64.
  public func float(_ bits: UInt64) -> Float {
    guard type != .f32, let target = ScalarCodec(.f32) else {
      return Float(bitPattern: UInt32(truncatingIfNeeded: bits))
    }
    let encoded = target.convert(bits, from: self)
    let value = Float(bitPattern: UInt32(truncatingIfNeeded: encoded.bits))
    return encoded.isRepresentable ? value : .infinity * value
  }

  /// The f64 nearest to what `bits` code; exact for every type but 64-bit integers.
  public func double(_ bits: UInt64) -> Double {
    guard let target = ScalarCodec(.f64) else { return .nan }
    return Double(bitPattern: target.convert(bits, from: self).bits)
  }

  /// The code in this type of what `bits` code in `source`.
  public func convert(_ bits: UInt64, from source: ScalarCodec) -> Encoded {
    if source.type == type {
      return Encoded(bits: bits, isRepresentable: true, isExact: true, isUnderflow: false)
    }
    let value = source.decode(bits)
    if case .nan(let negative, _) = value, source.type.bits >= type.bits {
      return encode(.nan(negative: negative, fraction: FloatFormat.quiet))
    }
    return encode(value)
  }
}

extension UInt64 {
  /// self * 2^exponent rounded to nearest, ties to even, and whether that is exact.
  ///
  /// The caller makes sure that a positive exponent does not shift bits out.
  func scaled(by exponent: Int) -> (UInt64, isExact: Bool) {
    if exponent >= 0 || self == 0 { return (self << UInt64(Swift.max(exponent, 0)), true) }
    if exponent < -64 { return (0, false) }
    let kept = exponent == -64 ? 0 : self >> UInt64(-exponent)
    // What is shifted out, as a fraction of 2^64.
    let lost = self << UInt64(64 + exponent)
    let half: UInt64 = 1 << 63
    let roundsUp = lost > half || (lost == half && kept & 1 == 1)
    return (roundsUp ? kept + 1 : kept, lost == 0)
  }
}
