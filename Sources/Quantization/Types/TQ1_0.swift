extension QuantType {
  /// 256 ternary weights, five to a byte.
  ///
  /// ```
  /// byte  size  field
  /// 0     48    qs        five base-3 digits per byte, as a fraction of 256
  /// 48    4     qh        four digits per byte: weights 240 to 255
  /// 52    2     d         f16 scale
  /// ```
  /// w = d * (digit - 1)
  public static let tq1_0 = QuantType(
    "tq1_0", blockElements: 256, blockBytes: 54, ids: [.gguf: 34], codec: TQ1_0Codec.self)
}

/// The codec of tq1_0.
///
/// d = max|x|; digit - 1 = x * (1 / d) rounded to the nearest integer; d is then rounded to f16. Where
/// 1 / d overflows (max|x| below 2^-128) all digits are 1. A byte is ceil(256 n / 243), n being its
/// five digits as a number, the first the highest: multiplied by 3^k modulo 256, its digit k is what
/// reaches 256 in three times that.
public enum TQ1_0Codec: BlockCodec {
  /// tq1_0.
  public static var type: QuantType { .tq1_0 }
  /// Half a level of the greatest magnitude, and the rounding of the scale to the 11 bits of f16; what
  /// f32 rounds on the way is less than the last term.
  public static let errorBudget = 1.0 / 2 + 1.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16.
  public static let underflowError = 0x1p-25
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// One scale, 256 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .init(256, -1...1),
  ])

  /// Byte and digit of each weight: 32 bytes with five digits, then 16 with five, then 4 with four.
  private static let places: [(byte: Int, digit: Int)] = (0..<256).map { j in
    switch j {
    case ..<160: (j % 32, j / 32)
    case ..<240: (32 + (j - 160) % 16, (j - 160) / 16)
    default: (48 + (j - 240) % 4, (j - 240) / 4)
    }
  }

  /// Scale and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(52)
    for j in 0..<256 {
      let (byte, digit) = places[j]
      let rest = (0..<digit).reduce(block[byte]) { rest, _ in rest &* 3 }
      parts[.level][j] = (Int(rest) * 3) >> 8 - 1
    }
  }

  /// Scale and levels; the four bytes with four digits have a fifth of zero.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    var numbers = [Int](repeating: 0, count: 52)
    for j in 0..<256 {
      let (byte, _) = places[j]
      numbers[byte] = numbers[byte] * 3 + parts[.level][j] + 1
    }
    for byte in 0..<52 {
      let number = byte < 48 ? numbers[byte] : numbers[byte] * 3
      block[byte] = UInt8(truncatingIfNeeded: (number * 256 + 242) / 243)
    }
    block.store(half: parts[.scale][0], at: 52)
  }

  /// w = d * (digit - 1).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  { parts.multiplyLevels(into: weights) }

  /// d is the greatest magnitude; levels are x * (1 / d) rounded, halves away from zero.
  ///
  /// Where 1 / d overflows levels are 0.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    input.searchDigits(into: &parts)
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 52) }
}
