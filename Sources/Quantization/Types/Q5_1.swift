extension QuantType {
  /// 32 weights of 5 bits with scale and minimum.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     2     m         f16 minimum
  /// 4     4     qh        bit j: highest bit of weight j
  /// 8     16    qs        low four bits: byte j holds weights j and j+16
  /// ```
  /// w = d * q + m
  public static let q5_1 = QuantType(
    "q5_1", blockElements: 32, blockBytes: 24, ids: [.gguf: 7], codec: Q5_1Codec.self)
}

/// The codec of q5_1.
///
/// Plain: m = min x, d = (max x - m) / 31 in f32; q = (x - m) * (1 / d) + 0.5 towards zero; d and m are
/// then rounded to f16. Where 1 / d overflows q is 0. With importance: `RangeSearch`.
public enum Q5_1Codec: BlockCodec {
  /// q5_1.
  public static var type: QuantType { .q5_1 }
  /// Half a level of 2/31, and the rounding of 31 d and of m to the 11 bits of f16.
  ///
  /// 31 d is at most twice the magnitude. What f32 rounds on the way is less than the last term.
  ///
  /// For encoding without importance: a search sees nothing of weights whose importance is zero, and
  /// may give them up.
  public static let errorBudget = 1.0 / 31 + 3.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16, times the greatest level for d, and once for m.
  public static let underflowError = 32 * 0x1p-25
  /// Importance makes the encoder search.
  public static let importance = ImportanceUse.used
  /// Scale, minimum, 32 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .minimum: .codes(1, bits: 16), .level: .init(32, 0...31),
  ])
  private static let rule = RangeSearch(greatest: 31)

  /// Scale, minimum and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    parts[.minimum][0] = block.half(2)
    let (low, high) = (block.halfBytes(at: 8), block.fifthBits(at: 4))
    for j in 0..<32 { parts[.level][j] = low[j] + high[j] }
  }

  /// Scale, minimum and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    block.store(half: parts[.minimum][0], at: 2)
    block.store(fifthBits: parts[.level], at: 4)
    block.store(halfBytes: parts[.level], at: 8)
  }

  /// w = d * q + m.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let (scale, minimum) = (Float(half: parts[.scale][0]), Float(half: parts[.minimum][0]))
    for j in 0..<32 { weights[j] = Float(parts[.level][j]) * scale + minimum }
  }

  /// The line from the least to the greatest weight, or with importance the best of 38.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    rule.run(input, into: &parts)
  }

  /// Whether d and m are zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    isZero(half: block, at: 0) && isZero(half: block, at: 2)
  }
}
