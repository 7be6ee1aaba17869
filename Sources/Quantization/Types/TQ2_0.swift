extension QuantType {
  /// 256 ternary weights of 2 bits.
  ///
  /// ```
  /// byte  size  field
  /// 0     64    qs        byte 32h+j: weights 128h+j, +32, +64, +96, two bits each
  /// 64    2     d         f16 scale
  /// ```
  /// w = d * (q - 1)
  public static let tq2_0 = QuantType(
    "tq2_0", blockElements: 256, blockBytes: 66, ids: [.gguf: 35], codec: TQ2_0Codec.self)
}

/// The codec of tq2_0.
///
/// d = max|x|; q - 1 = x * (1 / d) rounded to the nearest integer, so that 2 is never written; d is
/// then rounded to f16. Where 1 / d overflows (max|x| below 2^-128) q is 1.
public enum TQ2_0Codec: BlockCodec {
  /// tq2_0.
  public static var type: QuantType { .tq2_0 }
  /// Half a level of the greatest magnitude, and the rounding of the scale to the 11 bits of f16; what
  /// f32 rounds on the way is less than the last term.
  public static let errorBudget = 1.0 / 2 + 1.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16.
  public static let underflowError = 0x1p-25
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// One scale, 256 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .init(256, -1...2),
  ])

  /// Scale and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(64)
    for j in 0..<256 {
      let (half, plane, place) = (j / 128, j / 32 % 4, j % 32)
      parts[.level][j] = Int(block[32 * half + place] >> UInt8(2 * plane) & 3) - 1
    }
  }

  /// Scale and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    for byte in 0..<64 {
      let first = byte / 32 * 128 + byte % 32
      block[byte] = (0..<4).reduce(0) {
        $0 | UInt8(truncatingIfNeeded: parts[.level][first + 32 * $1] + 1) << UInt8(2 * $1)
      }
    }
    block.store(half: parts[.scale][0], at: 64)
  }

  /// w = d * (q - 1).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  { parts.multiplyLevels(into: weights) }

  /// d is the greatest magnitude; levels are x * (1 / d) rounded, halves away from zero.
  ///
  /// Where 1 / d overflows levels are 0.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    input.searchDigits(into: &parts)
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 64) }
}
