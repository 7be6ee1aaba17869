extension QuantType {
  /// 32 weights of 8 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     32    qs        signed bytes
  /// ```
  /// w = d * q
  public static let q8_0 = QuantType(
    "q8_0", blockElements: 32, blockBytes: 34, ids: [.gguf: 8], codec: Q8_0Codec.self)
}

/// The codec of q8_0.
///
/// d = max|x| / 127 in f32; q = x * (1 / d) rounded to the nearest integer, halves away from zero;
/// d is then rounded to f16. Where 1 / d overflows (max|x| below 127 * 2^-128) q is 0.
public enum Q8_0Codec: BlockCodec {
  /// q8_0.
  public static var type: QuantType { .q8_0 }
  /// Half a level of 1/127, and the rounding of the scale to the 11 bits of f16; what f32 rounds on
  /// the way is less than the last term.
  public static let errorBudget = 1.0 / 254 + 1.0 / 2048 + 0x1p-20
  /// Half the spacing of subnormal f16, times the greatest q.
  public static let underflowError = 127 * 0x1p-25
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// One scale, 32 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .init(32, -128...127),
  ])

  /// Scale and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for j in 0..<32 { parts[.level][j] = Int(Int8(bitPattern: block[2 + j])) }
  }

  /// Scale and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for j in 0..<32 { block[2 + j] = UInt8(truncatingIfNeeded: parts[.level][j]) }
  }

  /// w = d * q.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for j in 0..<32 { weights[j] = Float(parts[.level][j]) * scale }
  }

  /// The scale that takes the greatest magnitude to 127.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    var greatest: Float = 0
    for weight in input.weights {
      guard weight.isFinite else { return false }
      greatest = max(greatest, weight.magnitude)
    }
    let scale = greatest / 127
    let inverse = scale == 0 ? 0 : 1 / scale
    let code = scale.half
    guard isFinite(half: code) else { return false }
    parts[.scale][0] = code
    for j in 0..<32 {
      let level = (input.weights[j] * inverse).rounded(.toNearestOrAwayFromZero)
      parts[.level][j] = level.isFinite ? Int(level) : 0
    }
    return true
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
