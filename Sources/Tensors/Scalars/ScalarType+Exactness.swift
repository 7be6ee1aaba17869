extension ScalarType {
  /// Whether every value of `other` is a value of this type, -0, infinity and NaN included.
  ///
  /// Complex types hold themselves only.
  public func holdsExactly(_ other: ScalarType) -> Bool {
    if self == other { return true }
    guard let mine = extent, let its = other.extent else { return false }
    return mine.significandBits >= its.significandBits && mine.leastExponent <= its.leastExponent
      && mine.greatest >= its.greatest && mine.lowest <= its.lowest
      && (mine.hasZero || !its.hasZero) && (mine.hasNegativeZero || !its.hasNegativeZero)
      && (mine.hasInfinity || !its.hasInfinity) && (mine.hasNaN || !its.hasNaN)
  }

  /// What bounds a real type's values: multiples of 2^leastExponent with at most `significandBits`
  /// significant bits between `lowest` and `greatest`.
  private struct Extent {
    var significandBits: Int
    var leastExponent: Int
    var greatest: Double
    var lowest: Double
    var hasZero = true
    var hasNegativeZero = false
    var hasInfinity = false
    var hasNaN = false
  }

  private var extent: Extent? {
    switch kind {
    case .complex: return nil
    case .boolean: return Extent(significandBits: 1, leastExponent: 0, greatest: 1, lowest: 0)
    case .unsigned:
      return Extent(
        significandBits: bits, leastExponent: 0, greatest: power(bits), lowest: 0)
    case .signed:
      // -2^(bits-1) has one significant bit.
      return Extent(
        significandBits: bits - 1, leastExponent: 0, greatest: power(bits - 1),
        lowest: -power(bits - 1) - 1)
    case .float:
      guard let format, let codec = ScalarCodec(self) else { return nil }
      let greatest = codec.double(format.greatestCode)
      return Extent(
        significandBits: format.fractionBits + 1, leastExponent: format.leastExponent,
        greatest: greatest, lowest: format.isSigned ? -greatest : 0, hasZero: format.isSigned,
        hasNegativeZero: format.hasNegativeZero, hasInfinity: format.hasInfinity,
        hasNaN: format.hasNaN)
    }
  }

  /// 2^exponent - 1, of which the last bits may be lost: it is compared only where the significant
  /// bits suffice.
  private func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1) - 1
  }
}
