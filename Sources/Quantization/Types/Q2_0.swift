extension QuantType {
  /// 64 weights of 2 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        two bits per weight from the lowest: byte j holds weights 4j to 4j+3
  /// ```
  /// w = d * (q - 1)
  public static let q2_0 = QuantType(
    "q2_0", blockElements: 64, blockBytes: 18, ids: [.gguf: 42], codec: Q2_0Codec.self)
}

/// The codec of q2_0.
///
/// d = max|x|; q - 1 = x * (1 / d) rounded to the nearest integer, so that 2 is never written; d is
/// then rounded to f16. Where 1 / d overflows (max|x| below 2^-128) q is 0.
public enum Q2_0Codec: BlockCodec {
  /// q2_0.
  public static var type: QuantType { .q2_0 }
  /// Half a level of the greatest magnitude, and the rounding of the scale to the 11 bits of f16; what
  /// f32 rounds on the way is less than the last term.
  public static let errorBudget = 1.0 / 2 + 1.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16.
  public static let underflowError = 0x1p-25
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// One scale, 64 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .init(64, -1...2),
  ])

  /// Scale and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for j in 0..<64 { parts[.level][j] = Int(block[2 + j / 4] >> (j % 4 * 2) & 3) - 1 }
  }

  /// Scale and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for byte in 0..<16 {
      block[2 + byte] = (0..<4).reduce(0) {
        $0 | UInt8(truncatingIfNeeded: parts[.level][4 * byte + $1] + 1) << UInt8(2 * $1)
      }
    }
  }

  /// w = d * (q - 1).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for j in 0..<64 { weights[j] = Float(parts[.level][j]) * scale }
  }

  /// d is the greatest magnitude; levels are x * (1 / d) rounded, halves away from zero.
  ///
  /// Where 1 / d overflows levels are -1.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.isFinite else { return false }
    let scale = input.peak.magnitude
    let inverse = scale == 0 ? 0 : 1 / scale
    parts[.scale][0] = scale.half
    for j in 0..<64 {
      let level = (input.weights[j] * inverse).rounded(.toNearestOrAwayFromZero)
      parts[.level][j] = inverse.isFinite ? Int(level) : -1
    }
    return isFinite(half: parts[.scale][0])
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
