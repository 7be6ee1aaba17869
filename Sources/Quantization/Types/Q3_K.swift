extension QuantType {
  /// 256 weights of 3 bits in 16 groups with 6-bit scales.
  ///
  /// ```
  /// byte  size  field
  /// 0     32    hmask     highest bits: bit k of byte j is weight 32k+j; 0 subtracts 4
  /// 32    64    qs        low two bits, as in q2_K
  /// 96    12    scales    sixteen 6-bit scales, biased by 32
  /// 108   2     d         f16 scale of scales
  /// ```
  /// w = d * (scale - 32) * (q - 4)
  public static let q3_K = QuantType(
    "q3_K", blockElements: 256, blockBytes: 110, ids: [.gguf: 11], codec: Q3_KCodec.self)
}

/// The codec of q3_K.
///
/// Each group's scale is searched for (see `SymmetricFit`), then d and the integer scales, then the
/// levels again under the scales as they are stored.
public enum Q3_KCodec: BlockCodec {
  /// q3_K.
  public static var type: QuantType { .q3_K }
  /// What level 3 leaves of the greatest magnitude, and a code of 1/32 of the scales.
  ///
  /// The greatest magnitude starts at level -4, and the fit, in which weights count by the fourth
  /// power, lowers the scale by at most 19%: 3 levels reach 0.6 of the magnitude. A code is lost where
  /// a scale is as great as the greatest, with the other sign. f16 rounds d.
  ///
  /// For encoding without importance: a search sees little of weights that hardly count, and may give
  /// them up.
  public static let errorBudget = 0.4 + 1.0 / 32 + 1.0 / 2048
  /// Half the spacing of subnormal f16, times the greatest factor: 32 * 4.
  public static let underflowError = 0x1p-18
  /// Importance replaces the squares of the weights as what counts, and changes the search.
  public static let importance = ImportanceUse.used
  /// One scale, sixteen sub-scales, 256 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .init(16, -32...31), .level: .init(256, -4...3),
  ])

  /// Byte of the low two bits of a weight, and where they begin.
  private static func low(_ j: Int) -> (byte: Int, shift: Int) {
    (32 + j / 128 * 32 + j % 32, j % 128 / 32 * 2)
  }
  /// Byte of the low four bits of a group's scale, and where they begin.
  private static func lowScale(_ group: Int) -> (byte: Int, shift: Int) {
    (96 + group % 8, group / 8 * 4)
  }
  /// Byte of the high two bits of a group's scale, and where they begin.
  private static func highScale(_ group: Int) -> (byte: Int, shift: Int) {
    (104 + group % 4, group / 4 * 2)
  }

  /// Scales and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(108)
    for group in 0..<16 {
      let (low, high) = (lowScale(group), highScale(group))
      let bits = Int(block[low.byte]) >> low.shift & 15
      parts[.subScale][group] = (bits | (Int(block[high.byte]) >> high.shift & 3) << 4) - 32
    }
    for j in 0..<256 {
      let low = low(j)
      let high = Int(block[j % 32]) >> (j / 32) & 1
      parts[.level][j] = (Int(block[low.byte]) >> low.shift & 3 | high << 2) - 4
    }
  }

  /// Scales and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    for byte in 0..<108 { block[byte] = 0 }
    for j in 0..<256 {
      let low = low(j)
      let bits = parts[.level][j] + 4
      block[low.byte] |= UInt8(truncatingIfNeeded: (bits & 3) << low.shift)
      block[j % 32] |= UInt8(truncatingIfNeeded: (bits >> 2) << (j / 32))
    }
    for group in 0..<16 {
      let (low, high) = (lowScale(group), highScale(group))
      let bits = parts[.subScale][group] + 32
      block[low.byte] |= UInt8(truncatingIfNeeded: (bits & 15) << low.shift)
      block[high.byte] |= UInt8(truncatingIfNeeded: (bits >> 4) << high.shift)
    }
    block.store(half: parts[.scale][0], at: 108)
  }

  /// w = (d * scale) * level.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    parts.multiplySymmetric(into: weights)
  }

  /// Sixteen searches, then one for d.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.weights.allSatisfy(\.isFinite) else { return false }
    let isHeld =
      input.importance == nil
      ? searchPlain(input, into: &parts) : searchWeighted(input, into: &parts)
    guard isHeld, isFinite(half: parts[.scale][0]) else { return false }
    parts.requantizeSymmetric(input.weights, half: 4)
    return true
  }

  /// Without importance groups are fitted by descent, and the scale of greatest magnitude becomes
  /// -32 * d.
  private static func searchPlain(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    var scales: [Float] = []
    for group in 0..<16 {
      let fit = SymmetricFit(descending: input.weights(ofGroup: group), half: 4)
      guard fit.isSound else { return false }
      scales.append(fit.scale)
      parts.setLevels(fit.levels, ofGroup: group)
    }
    let greatest = SymmetricFit.extreme(scales)
    let inverse = -32 / greatest
    parts[.scale][0] = greatest == 0 ? 0 : (1 / inverse).half
    for group in 0..<16 {
      parts[.subScale][group] =
        greatest == 0 ? -32 : SymmetricFit.level(inverse * scales[group], half: 32)
    }
    return true
  }

  /// With importance a weight counts by importance * sqrt(2 * mean square of the block + w * w), and
  /// d is fitted to the scales, each of which counts by the sum over its group.
  private static func searchWeighted(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    var squares: Float = 0
    for weight in input.weights { squares += weight * weight }
    let variance = 2 * squares / 256
    var scales: [Float] = []
    var masses: [Float] = []
    for group in 0..<16 {
      let weights = input.weights(ofGroup: group)
      let counts = zip(weights, input.importance(ofGroup: group) ?? []).map { weight, importance in
        importance * (variance + weight * weight).squareRoot()
      }
      let fit = SymmetricFit(weights, weights: counts, half: 4)
      guard fit.isSound else { return false }
      scales.append(fit.scale)
      masses.append(counts.reduce(0, +))
      parts.setLevels(fit.levels, ofGroup: group)
    }
    let fit = SymmetricFit(scales, weights: masses, half: 32)
    parts[.scale][0] = fit.scale.half
    for group in 0..<16 { parts[.subScale][group] = fit.levels[group] }
    return fit.isSound
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    isZero(half: block, at: 108)
  }
}
