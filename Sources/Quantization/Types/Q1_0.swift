extension QuantType {
  /// 128 weights of 1 bit with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        bit k of byte j: weight 8j+k
  /// ```
  /// w = q = 1 ? d : -d
  public static let q1_0 = QuantType(
    "q1_0", blockElements: 128, blockBytes: 18, ids: [.gguf: 41], codec: Q1_0Codec.self)
}

/// The codec of q1_0.
///
/// d = (sum of |x|, added up in f32 in order) / 128, rounded to f16; the bit says that x >= 0.
public enum Q1_0Codec: BlockCodec {
  /// q1_0.
  public static var type: QuantType { .q1_0 }
  /// One great weight among zeros leaves 127/128 of itself; the rounding of d to the 11 bits of f16;
  /// 127 roundings of the sum to f32.
  public static let errorBudget = 127.0 / 128 + 1.0 / 2048 + 0x1p-17
  /// Half the spacing of subnormal f16.
  public static let underflowError = 0x1p-25
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// One scale, 128 signs.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .init(128, -1...1, except: [0]),
  ])

  /// Scale and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for j in 0..<128 { parts[.level][j] = block[2 + j / 8] >> (j % 8) & 1 == 1 ? 1 : -1 }
  }

  /// Scale and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for byte in 0..<16 {
      block[2 + byte] = (0..<8).reduce(0) {
        $0 | (parts[.level][8 * byte + $1] > 0 ? 1 << UInt8($1) : 0)
      }
    }
  }

  /// w = d or -d.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for j in 0..<128 { weights[j] = parts[.level][j] > 0 ? scale : -scale }
  }

  /// The mean magnitude, and the signs; zeros of either sign count as positive.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    var sum: Float = 0
    for weight in input.weights { sum += weight.magnitude }
    parts[.scale][0] = (sum / 128).half
    for j in 0..<128 { parts[.level][j] = input.weights[j] >= 0 ? 1 : -1 }
    return isFinite(half: parts[.scale][0])
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
