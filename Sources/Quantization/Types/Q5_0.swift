extension QuantType {
  /// 32 weights of 5 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     4     qh        bit j: highest bit of weight j
  /// 6     16    qs        low four bits: byte j holds weights j and j+16
  /// ```
  /// w = d * (q - 16)
  public static let q5_0 = QuantType(
    "q5_0", blockElements: 32, blockBytes: 22, ids: [.gguf: 6], codec: Q5_0Codec.self)
}

/// The codec of q5_0.
///
/// Plain: d = -p / 16 in f32, p being the first weight of the greatest magnitude; q = x * (1 / d) + 16.5
/// towards zero, at most 31; d is then rounded to f16. Where 1 / d overflows (|p| below 16 * 2^-128)
/// q is 0. With importance: `SymmetricSearch`.
public enum Q5_0Codec: BlockCodec {
  /// q5_0.
  public static var type: QuantType { .q5_0 }
  /// A level of 1/16, and the rounding of the scale to the 11 bits of f16.
  ///
  /// A whole level, since there is none for the opposite of the greatest magnitude. What f32 rounds
  /// on the way is less than the last term.
  ///
  /// For encoding without importance: a search sees nothing of weights whose importance is zero, and
  /// may give them up.
  public static let errorBudget = 1.0 / 16 + 1.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16, times the greatest level.
  public static let underflowError = 16 * 0x1p-25
  /// Importance makes the encoder search.
  public static let importance = ImportanceUse.used
  /// One scale, 32 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .init(32, -16...15),
  ])
  private static let rule = SymmetricSearch(reach: 16)

  /// Scale and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    let (low, high) = (block.halfBytes(at: 6), block.fifthBits(at: 2))
    for j in 0..<32 { parts[.level][j] = low[j] + high[j] - 16 }
  }

  /// Scale and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    let codes = parts[.level].map { $0 + 16 }
    block.store(fifthBits: codes, at: 2)
    block.store(halfBytes: codes, at: 6)
  }

  /// w = d * (q - 16).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for j in 0..<32 { weights[j] = Float(parts[.level][j]) * scale }
  }

  /// The scale that takes the greatest magnitude to -16, or with importance the best of 19.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    rule.run(input, into: &parts)
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
