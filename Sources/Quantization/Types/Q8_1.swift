extension QuantType {
  /// 32 activations of 8 bits with scale and sum: a type of computation, rarely stored.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     2     s         f16 d * sum of q
  /// 4     32    qs        signed bytes
  /// ```
  /// w = d * q
  public static let q8_1 = QuantType(
    "q8_1", blockElements: 32, blockBytes: 36, ids: [.gguf: 9], codec: Q8_1Codec.self)
}

/// The codec of q8_1, which is only ever read.
public enum Q8_1Codec: BlockCodec {
  /// q8_1.
  public static var type: QuantType { .q8_1 }
  /// That of q8_0, whose scale and levels these are.
  public static let errorBudget = Q8_0Codec.errorBudget
  /// That of q8_0.
  public static let underflowError = Q8_0Codec.underflowError
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// Blocks are not encoded: the type is one of activations.
  public static let isEncoded = false
  /// One scale, the code of the sum, 32 levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .derived: .codes(1, bits: 16), .level: .init(32, -128...127),
  ])

  /// Scale, sum and levels.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    parts[.derived][0] = block.half(2)
    for j in 0..<32 { parts[.level][j] = Int(Int8(bitPattern: block[4 + j])) }
  }

  /// Scale, sum and levels.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    block.store(half: parts[.derived][0], at: 2)
    for j in 0..<32 { block[4 + j] = UInt8(truncatingIfNeeded: parts[.level][j]) }
  }

  /// w = d * q; the sum is not used.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for j in 0..<32 { weights[j] = Float(parts[.level][j]) * scale }
  }

  /// Nothing is encoded.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool { false }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
