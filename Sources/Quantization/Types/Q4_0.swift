extension QuantType {
  /// 32 weights of 4 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        low half of byte j: weight j, high half: weight j+16
  /// ```
  /// w = d * (q - 8)
  public static let q4_0 = QuantType(
    "q4_0", blockElements: 32, blockBytes: 18, ids: [.gguf: 2], codec: Q4_0Codec.self)
}

/// The codec of q4_0.
///
/// Plain: d = -p / 8 in f32, p being the first weight of the greatest magnitude; q = x * (1 / d) + 8.5
/// towards zero, at most 15; d is then rounded to f16. Where 1 / d overflows (|p| below 8 * 2^-128)
/// q is 0. With importance: `SymmetricSearch`.
public enum Q4_0Codec: BlockCodec {
  /// q4_0.
  public static var type: QuantType { .q4_0 }
  /// A level of 1/8, and the rounding of the scale to the 11 bits of f16.
  ///
  /// A whole level, since there is none for the opposite of the greatest magnitude. What f32 rounds
  /// on the way is less than the last term.
  ///
  /// For encoding without importance: a search sees nothing of weights whose importance is zero, and
  /// may give them up.
  public static let errorBudget = 1.0 / 8 + 1.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16, times the greatest level.
  public static let underflowError = 8 * 0x1p-25
  /// Importance makes the encoder search.
  public static let importance = ImportanceUse.used
  /// One scale, 32 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .init(32, -8...7),
  ])
  private static let rule = SymmetricSearch(reach: 8)

  /// Scale and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    parts[.level] = block.halfBytes(at: 2).map { $0 - 8 }
  }

  /// Scale and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    let codes = parts[.level].map { $0 + 8 }
    block.store(halfBytes: codes, at: 2)
  }

  /// w = d * (q - 8).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for j in 0..<32 { weights[j] = Float(parts[.level][j]) * scale }
  }

  /// The scale that takes the greatest magnitude to -8, or with importance the best of 19.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    rule.run(input, into: &parts)
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
