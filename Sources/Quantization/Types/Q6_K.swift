extension QuantType {
  /// 256 weights of 6 bits in 16 groups with 8-bit scales.
  ///
  /// ```
  /// byte  size  field
  /// 0     128   ql        low four bits: byte 64h+j holds weights 128h+j and 128h+64+j
  /// 128   64    qh        high two bits: byte 32h+j holds weights 128h+j, +32, +64, +96
  /// 192   16    scales    signed byte per group
  /// 208   2     d         f16 scale of scales
  /// ```
  /// w = d * scale * (q - 32)
  public static let q6_K = QuantType(
    "q6_K", blockElements: 256, blockBytes: 210, ids: [.gguf: 14], codec: Q6_KCodec.self)
}

/// The codec of q6_K.
///
/// Each group's scale is searched for (see `SymmetricFit`); the scale of greatest magnitude becomes
/// -128 * d, and the levels are the nearest under the scales as they are stored.
public enum Q6_KCodec: BlockCodec {
  /// q6_K.
  public static var type: QuantType { .q6_K }
  /// What level 31 leaves of the greatest magnitude, and a code of 1/128 of the scales.
  ///
  /// The densest trial puts 32.9 levels on a group's greatest magnitude, and the fit, in which weights
  /// count by the fourth power, lowers a scale by at most 2.4%: 31 levels reach 0.92 of the magnitude.
  /// A code is lost where a scale is as great as the greatest, with the other sign. f16 rounds d.
  ///
  /// For encoding without importance: a search sees little of weights that hardly count, and may give
  /// them up.
  public static let errorBudget = 0.08 + 1.0 / 100 + 1.0 / 2048
  /// Half the spacing of subnormal f16, times the greatest factor: 128 * 32.
  public static let underflowError = 0x1p-13
  /// Importance replaces the squares of the weights as what counts in a group's search.
  public static let importance = ImportanceUse.used
  /// One scale, sixteen sub-scales, 256 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .init(16, -128...127), .level: .init(256, -32...31),
  ])

  /// Byte of the low four bits of a weight, and where they begin.
  private static func low(_ j: Int) -> (byte: Int, shift: Int) {
    (j / 128 * 64 + j % 64, j % 128 / 64 * 4)
  }
  /// Byte of the high two bits of a weight, and where they begin.
  private static func high(_ j: Int) -> (byte: Int, shift: Int) {
    (128 + j / 128 * 32 + j % 32, j % 128 / 32 * 2)
  }

  /// Scales and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(208)
    for group in 0..<16 { parts[.subScale][group] = Int(Int8(bitPattern: block[192 + group])) }
    for j in 0..<256 {
      let (low, high) = (low(j), high(j))
      let bits = Int(block[low.byte]) >> low.shift & 15
      parts[.level][j] = (bits | (Int(block[high.byte]) >> high.shift & 3) << 4) - 32
    }
  }

  /// Scales and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    for byte in 0..<192 { block[byte] = 0 }
    for j in 0..<256 {
      let (low, high) = (low(j), high(j))
      let bits = parts[.level][j] + 32
      block[low.byte] |= UInt8(truncatingIfNeeded: (bits & 15) << low.shift)
      block[high.byte] |= UInt8(truncatingIfNeeded: (bits >> 4) << high.shift)
    }
    for group in 0..<16 {
      block[192 + group] = UInt8(truncatingIfNeeded: parts[.subScale][group])
    }
    block.store(half: parts[.scale][0], at: 208)
  }

  /// w = (d * scale) * level.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    parts.multiplySymmetric(into: weights)
  }

  /// Sixteen searches; the greatest scale sets d.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.weights.allSatisfy(\.isFinite) else { return false }
    var scales: [Float] = []
    for group in 0..<16 {
      let weights = input.weights(ofGroup: group)
      let fit = SymmetricFit(
        weights, weights: input.importance(ofGroup: group) ?? weights.map { $0 * $0 }, half: 32)
      guard fit.isSound else { return false }
      scales.append(fit.scale)
      parts.setLevels(fit.levels, ofGroup: group)
    }
    let greatest = SymmetricFit.extreme(scales)
    guard greatest.magnitude >= SymmetricFit.least else {
      parts[.scale][0] = 0
      for group in 0..<16 { parts[.subScale][group] = 0 }
      for j in 0..<256 { parts[.level][j] = -32 }
      return true
    }
    let inverse = -128 / greatest
    parts[.scale][0] = (1 / inverse).half
    guard isFinite(half: parts[.scale][0]) else { return false }
    for group in 0..<16 {
      parts[.subScale][group] = min(127, SymmetricFit.nearest(inverse * scales[group]))
    }
    parts.requantizeSymmetric(input.weights, half: 32)
    return true
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    isZero(half: block, at: 208)
  }
}
