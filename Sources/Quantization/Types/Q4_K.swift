extension QuantType {
  /// 256 weights of 4 bits in 8 groups with 6-bit scales and minima.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale of scales
  /// 2     2     dmin      f16 scale of minima
  /// 4     12    scales    eight 6-bit scales and eight 6-bit minima
  /// 16    128   qs        byte 32c+j: weights 64c+j (low half) and 64c+32+j
  /// ```
  /// w = d * scale * q - dmin * minimum
  public static let q4_K = QuantType(
    "q4_K", blockElements: 256, blockBytes: 144, ids: [.gguf: 12], codec: Q4_KCodec.self)
}

/// The codec of q4_K.
///
/// Each group's scale and minimum are searched for, then the scales of scales and minima, then the
/// levels again under what is stored; see `AffineFit` and `ScaleFit`.
public enum Q4_KCodec: BlockCodec {
  /// q4_K.
  public static var type: QuantType { .q4_K }
  /// Without importance: a range of twice the greatest magnitude over 15 levels, half a level off;
  /// the fit's own minimum and the clipping of what lies outside may cost as much again. Half a code
  /// of scale and minimum, 1/126 of either, comes on top. Under importance, weights that hardly count
  /// are clipped, by as much as their whole magnitude.
  public static let errorBudget = 2.0 / 15 + 4.0 / 126
  /// Half the spacing of subnormal f16, times what the two scales are multiplied by.
  public static let underflowError = (63.0 * 15 + 63) * 0x1p-25
  /// Importance replaces the emphasis of the search.
  public static let importance = ImportanceUse.used
  /// Two scales, eight sub-scales and sub-minima, 256 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .minimum: .codes(1, bits: 16), .subScale: .codes(8, bits: 6),
    .subMinimum: .codes(8, bits: 6), .level: .codes(256, bits: 4),
  ])

  /// Scales, minima and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    parts[.minimum][0] = block.half(2)
    SixBitScales.unpack(block, at: 4, into: &parts)
    for j in 0..<256 {
      let pair = Int(block[16 + j / 64 * 32 + j % 32])
      parts[.level][j] = j & 32 == 0 ? pair & 15 : pair >> 4
    }
  }

  /// Scales, minima and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    block.store(half: parts[.minimum][0], at: 2)
    SixBitScales.arrange(parts, into: block, at: 4)
    for j in 0..<128 {
      let low = j / 32 * 64 + j % 32
      block[16 + j] = UInt8(
        truncatingIfNeeded: parts[.level][low] | parts[.level][low + 32] << 4)
    }
  }

  /// w = d * scale * q - dmin * minimum.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    parts.multiplyAffine(into: weights)
  }

  /// Spreads each group's range over 14 to 16 levels, with importance over 14.1 to 15.9.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    input.searchSixBit(
      plain: AffineTrials(greatest: 15, first: -1, step: 0.1, count: 21, isAbsolute: false),
      weighted: AffineTrials(greatest: 15, first: -0.9, step: 0.05, count: 37, isAbsolute: false),
      isCapped: false, into: &parts)
  }

  /// Whether d and dmin are zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    isZero(half: block, at: 0) && isZero(half: block, at: 2)
  }
}
