extension QuantType {
  /// 256 weights as points of a grid of 1024, 2.56 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     32    qs        low 8 bits of the grid index per 8 weights
  /// 34    32    signs     bit per weight
  /// 66    8     qh        bits 8 and 9 of the grid indexes
  /// 74    8     scales    two 4-bit scales per 32 weights
  /// ```
  /// w = d * (1/2 + scale) / 4 * sign * grid
  public static let iq2_s = QuantType(
    "iq2_s", blockElements: 256, blockBytes: 82, ids: [.gguf: 22], codec: IQ2_SCodec.self)
}

/// The codec of iq2_s.
///
/// An error costs importance * sqrt(s + x^2), where s is twice the mean square of the block, or
/// s / 4 + x^2 without importance. Per sub-block of 16 weights `MagnitudeSearch.search16` finds
/// scale and points; d is 0.9875 times the greatest scale / 31.
public enum IQ2_SCodec: BlockCodec {
  /// iq2_s.
  public static var type: QuantType { .iq2_s }
  /// Measured: millions of hard blocks without importance stay below 0.9.
  ///
  /// Importance that leaves weights out can take it to the greatest level, 43/8 of a scale that is
  /// at most the greatest weight.
  public static let errorBudget = 1.25
  /// See `IQ2_XXSCodec.underflowError`.
  public static let underflowError = IQ2_XXSCodec.underflowError
  /// Importance weighs the errors.
  public static let importance = ImportanceUse.used
  /// One scale, 16 scales of sub-blocks, 32 groups.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .codes(16, bits: 4), .index: .codes(32, bits: 10),
    .sign: .codes(32, bits: 8),
  ])

  /// Grid indexes lie in two places.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for group in 0..<32 {
      let high = Int(block[66 + group / 4]) >> (group % 4 * 2) & 3
      parts[.index][group] = Int(block[2 + group]) | high << 8
      parts[.sign][group] = Int(block[34 + group])
    }
    for sub in 0..<16 { parts[.subScale][sub] = Int(block[74 + sub / 2]) >> (sub % 2 * 4) & 15 }
  }

  /// Grid indexes lie in two places.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for group in 0..<32 {
      block[2 + group] = UInt8(truncatingIfNeeded: parts[.index][group])
      block[34 + group] = UInt8(truncatingIfNeeded: parts[.sign][group])
    }
    for byte in 0..<8 {
      let high = (0..<4).reduce(0) { $0 | (parts[.index][4 * byte + $1] >> 8) << (2 * $1) }
      block[66 + byte] = UInt8(truncatingIfNeeded: high)
      block[74 + byte] = UInt8(
        truncatingIfNeeded: parts[.subScale][2 * byte] | parts[.subScale][2 * byte + 1] << 4)
    }
  }

  /// w = d * (1/2 + scale) / 4 * sign * grid.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  { MagnitudeSearch.multiply(parts, .iq2_s, into: weights) }

  /// Scale and points of each sub-block, then the scale of scales.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard let squares = input.blockSquares else { return false }
    let spread = 2 * squares / 256
    parts = Self.parts
    let found = MagnitudeSearch.scalesOfHalves(
      input, .iq2_s, areSignsEven: false, least: 1e-8, into: &parts
    ) { input.costs($0, spread: spread) { 0.25 * spread + $0 * $0 } }
    guard let scales = found else { return false }
    // Points and signs stay in a block whose scales are all zero.
    guard scales.contains(where: { $0 != 0 }) else { return true }
    let (d, codes) = MagnitudeSearch.codes(ofScales: scales)
    parts[.scale][0] = (d * 0.9875).half
    parts[.subScale] = codes
    return isFinite(half: parts[.scale][0])
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
  /// Grid, map and lists of neighbours.
  public static var tables: UnsafeRawPointer? { Codebook.iq2_s.memory }
}
