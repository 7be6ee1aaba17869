extension FloatFormat {
  /// The highest bit of a NaN's 52-bit fraction.
  static let quiet: UInt64 = 1 << 51

  /// The number of a code that has no bits above the format's.
  func decode(_ code: UInt64) -> ScalarValue {
    let negative = code & signBit != 0
    let magnitude = code & ~signBit
    if specials == .negativeZeroNaN && negative && magnitude == 0 {
      return .nan(negative: false, fraction: FloatFormat.quiet)
    }
    if magnitude > greatestCode {
      let fraction = magnitude & fractionMask
      guard specials == .ieee else { return .nan(negative: negative, fraction: FloatFormat.quiet) }
      if fraction == 0 { return .infinity(negative: negative) }
      if fractionBits <= 3 { return .nan(negative: negative, fraction: FloatFormat.quiet) }
      // Widening f16 makes quiet; bf16 is the upper half of an f32 and taken as it is.
      let payload = fraction << UInt64(52 - fractionBits)
      return .nan(
        negative: negative, fraction: fractionBits == 10 ? payload | FloatFormat.quiet : payload)
    }
    let field = Int(magnitude >> UInt64(fractionBits))
    let fraction = magnitude & fractionMask
    if field == 0 && isSigned {
      return .finite(negative: negative, significand: fraction, exponent: leastExponent)
    }
    return .finite(
      negative: negative, significand: fraction | 1 << UInt64(fractionBits),
      exponent: field - bias - fractionBits)
  }

  /// The code nearest to `value`.
  func encode(_ value: ScalarValue) -> ScalarCodec.Encoded {
    switch value {
    case .nan(let negative, let fraction):
      guard hasNaN else {
        return .init(bits: 0, isRepresentable: false, isExact: false, isUnderflow: false)
      }
      return .init(
        bits: nanCode(negative: negative, fraction: fraction), isRepresentable: true,
        isExact: true, isUnderflow: false)
    case .infinity(let negative):
      if hasInfinity { return exact(signed(greatestCode + 1, negative)) }
      return unrepresentable(negative: negative)
    case .finite(let negative, 0, _):
      return isSigned ? exact(signed(0, negative)) : unrepresentable(negative: true)
    case .finite(let negative, let significand, let exponent):
      if negative && !isSigned { return unrepresentable(negative: true) }
      return encode(negative: negative, significand: significand, exponent: exponent)
    }
  }

  /// Rounds a number that is not zero.
  private func encode(negative: Bool, significand: UInt64, exponent: Int) -> ScalarCodec.Encoded {
    let top = exponent + 63 - significand.leadingZeroBitCount
    // The spacing of this format's numbers there: 2^unit.
    let unit = max(top - fractionBits, leastExponent)
    var (count, isExact) = significand.scaled(by: exponent - unit)
    // Among powers of two the even significand of a tie is the greater power; nothing becomes zero.
    if !isSigned { count = max(count, 1) }
    // Counting up from a power of two runs into the next exponent field by itself.
    let field = unit - leastExponent
    let code =
      !isSigned
      ? UInt64(clamping: field) + count - 1
      : count + (field > 0 ? UInt64(field) << UInt64(fractionBits) : 0)
    if field > 1 << exponentBits || code > greatestCode {
      return unrepresentable(negative: negative)
    }
    return .init(
      bits: signed(code, negative), isRepresentable: true, isExact: isExact,
      isUnderflow: code == 0 && isSigned)
  }

  private var fractionMask: UInt64 { 1 << UInt64(fractionBits) - 1 }

  private func signed(_ code: UInt64, _ negative: Bool) -> UInt64 {
    negative && (code != 0 || hasNegativeZero) ? code | signBit : code
  }

  private func exact(_ bits: UInt64) -> ScalarCodec.Encoded {
    .init(bits: bits, isRepresentable: true, isExact: true, isUnderflow: false)
  }

  /// The finite code nearest to a value outside the format.
  private func unrepresentable(negative: Bool) -> ScalarCodec.Encoded {
    let code = negative && !isSigned ? 0 : signed(greatestCode, negative)
    return .init(bits: code, isRepresentable: false, isExact: false, isUnderflow: false)
  }

  private func nanCode(negative: Bool, fraction: UInt64) -> UInt64 {
    switch specials {
    case .negativeZeroNaN: return signBit
    case .lastCodeNaN, .none: return (greatestCode + 1) | (negative ? signBit : 0)
    case .ieee:
      // Only a wider type keeps a payload; f32 takes the bits of bf16 as they are.
      let quiet: UInt64 = 1 << UInt64(fractionBits - 1)
      let kept = fractionBits < 23 ? 0 : fraction >> UInt64(52 - fractionBits)
      let payload = fractionBits == 23 && kept != 0 ? kept : kept | quiet
      return (greatestCode + 1) | payload | (negative ? signBit : 0)
    }
  }
}
