extension QuantType {
  /// 256 activations of 8 bits with an f32 scale: a type of computation, rarely stored.
  ///
  /// ```
  /// byte  size  field
  /// 0     4     d         f32 scale
  /// 4     256   qs        signed bytes
  /// 260   32    bsums     i16 sum of q per group of 16
  /// ```
  /// w = d * q
  public static let q8_K = QuantType(
    "q8_K", blockElements: 256, blockBytes: 292, ids: [.gguf: 15], codec: Q8_KCodec.self)
}

/// The codec of q8_K, which is only ever read.
public enum Q8_KCodec: BlockCodec {
  /// q8_K.
  public static var type: QuantType { .q8_K }
  /// None: nothing is encoded.
  public static let errorBudget = 0.0
  /// None: nothing is encoded.
  public static let underflowError = 0.0
  /// Nothing is encoded.
  public static let importance = ImportanceUse.ignored
  /// Blocks are not encoded.
  public static let isEncoded = false
  /// The 32 bits of the scale, 256 levels, 16 sums of levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 32), .level: .init(256, -128...127),
    .derived: .init(16, -32768...32767),
  ])

  /// Scale, levels and sums.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0) | block.half(2) << 16
    for j in 0..<256 { parts[.level][j] = Int(Int8(bitPattern: block[4 + j])) }
    for group in 0..<16 {
      parts[.derived][group] = Int(Int16(truncatingIfNeeded: block.half(260 + 2 * group)))
    }
  }

  /// Scale, levels and sums.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    block.store(half: parts[.scale][0] >> 16, at: 2)
    for j in 0..<256 { block[4 + j] = UInt8(truncatingIfNeeded: parts[.level][j]) }
    for group in 0..<16 { block.store(half: parts[.derived][group], at: 260 + 2 * group) }
  }

  /// w = d * q; the sums are not needed.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(bitPattern: UInt32(truncatingIfNeeded: parts[.scale][0]))
    for j in 0..<256 { weights[j] = scale * Float(parts[.level][j]) }
  }

  /// Never.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool { false }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    block.loadUnaligned(as: UInt32.self) & 0x7fff_ffff == 0
  }
}
