extension QuantType {
  /// 256 weights of 2 bits in 16 groups with 4-bit scales and minima.
  ///
  /// ```
  /// byte  size  field
  /// 0     16    scales    group g: scale in the low half, minimum in the high half
  /// 16    64    qs        byte 32h+j: weights 128h+j, +32, +64, +96, two bits each
  /// 80    2     d         f16 scale of scales
  /// 82    2     dmin      f16 scale of minima
  /// ```
  /// w = d * scale * q - dmin * minimum
  public static let q2_K = QuantType(
    "q2_K", blockElements: 256, blockBytes: 84, ids: [.gguf: 10], codec: Q2_KCodec.self)
}

/// The codec of q2_K.
///
/// Each group's scale and minimum are searched for, without importance by absolute errors; then the
/// scales of scales and minima, then the levels again under what is stored; see `AffineFit` and
/// `ScaleFit`.
public enum Q2_KCodec: BlockCodec {
  /// q2_K.
  public static var type: QuantType { .q2_K }
  /// Without importance: a range of twice the greatest magnitude over 3 levels, half a level off; the
  /// fit's own minimum and the clipping of what lies outside may cost as much again. Half a code of
  /// scale and minimum, 1/30 of either, comes on top. Under importance, weights that hardly count are
  /// clipped, by as much as their whole magnitude.
  public static let errorBudget = 2.0 / 3 + 4.0 / 30
  /// Half the spacing of subnormal f16, times what the two scales are multiplied by.
  public static let underflowError = (15.0 * 3 + 15) * 0x1p-25
  /// Importance replaces the emphasis of the search.
  public static let importance = ImportanceUse.used
  /// Two scales, 16 sub-scales and sub-minima, 256 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .minimum: .codes(1, bits: 16), .subScale: .codes(16, bits: 4),
    .subMinimum: .codes(16, bits: 4), .level: .codes(256, bits: 2),
  ])

  /// Scales, minima and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(80)
    parts[.minimum][0] = block.half(82)
    for group in 0..<16 {
      parts[.subScale][group] = Int(block[group]) & 15
      parts[.subMinimum][group] = Int(block[group]) >> 4
    }
    for j in 0..<256 {
      parts[.level][j] = Int(block[16 + j / 128 * 32 + j % 32]) >> (j % 128 / 32 * 2) & 3
    }
  }

  /// Scales, minima and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 80)
    block.store(half: parts[.minimum][0], at: 82)
    for group in 0..<16 {
      block[group] = UInt8(
        truncatingIfNeeded: parts[.subScale][group] | parts[.subMinimum][group] << 4)
    }
    for j in 0..<64 {
      let first = j / 32 * 128 + j % 32
      var bits = 0
      for quarter in 0..<4 { bits |= parts[.level][first + 32 * quarter] << (2 * quarter) }
      block[16 + j] = UInt8(truncatingIfNeeded: bits)
    }
  }

  /// w = d * scale * q - dmin * minimum.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    parts.multiplyAffine(into: weights)
  }

  /// Spreads each group's range over 2.5 to 4 levels by absolute errors weighted by magnitude; with
  /// importance over 2.1 to 3.9 by square errors weighted by
  /// importance * sqrt(mean square of the block + w * w).
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.isFinite else { return false }
    let codes: [UInt8]
    if let importance = input.importance {
      let variance = input.squares(input.weights.indices) / 256
      let (fits, mass) = input.affineFits(
        groups: 16,
        trials: AffineTrials(greatest: 3, first: -0.9, step: 0.05, count: 37, isAbsolute: false),
        parts: &parts
      ) { input.emphasis($0, importance, variance: variance) }
      let scale = ScaleFit(fits.map(\.scale), mass: mass, greatest: 15)
      let minimum = ScaleFit(fits.map(\.minimum), mass: mass, greatest: 15)
      guard scale.isSound, minimum.isSound, parts.setScales(scale.scale, minimum.scale) else {
        return false
      }
      codes = zip(scale.codes, minimum.codes).map { $0 | $1 << 4 }
    } else {
      let (fits, _) = input.affineFits(
        groups: 16,
        trials: AffineTrials(greatest: 3, first: -0.5, step: 0.1, count: 16, isAbsolute: true),
        parts: &parts
      ) { range in range.map { input.weights[$0].magnitude } }
      /// The greatest value over 15, and the codes.
      func spread(_ values: [Float]) -> (Float, [UInt8]) {
        var greatest: Float = 0
        for value in values where value > greatest { greatest = value }
        guard greatest > 0 else { return (0, values.map { _ in 0 }) }
        let density = 15 / greatest
        return (
          greatest / 15,
          values.map { UInt8(truncatingIfNeeded: integerOfFraction(density * $0)) }
        )
      }
      let (scale, scales) = spread(fits.map(\.scale))
      let (minimum, minima) = spread(fits.map(\.minimum))
      guard parts.setScales(scale, minimum) else { return false }
      codes = zip(scales, minima).map { $0 | $1 << 4 }
    }
    for group in 0..<16 {
      parts[.subScale][group] = Int(codes[group] & 15)
      parts[.subMinimum][group] = Int(codes[group] >> 4)
    }
    parts.requantizeAffine(input.weights, greatest: 3)
    return true
  }

  /// Whether d and dmin are zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    isZero(half: block, at: 80) && isZero(half: block, at: 82)
  }
}
