extension QuantType {
  /// 256 weights as points of a grid of 512, 2.31 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     64    qs        u16 per 8 weights: 9-bit grid index, 7-bit sign code
  /// 66    8     scales    two 4-bit scales per 32 weights
  /// ```
  /// w = d * (1/2 + scale) / 4 * sign * grid
  public static let iq2_xs = QuantType(
    "iq2_xs", blockElements: 256, blockBytes: 74, ids: [.gguf: 17], codec: IQ2_XSCodec.self)
}

/// The codec of iq2_xs.
///
/// An error costs importance * sqrt(mean square of the block + x^2). Per sub-block of 16 weights
/// `MagnitudeSearch.search16` finds scale and points; d is the greatest scale / 31.
public enum IQ2_XSCodec: BlockCodec {
  /// iq2_xs.
  public static var type: QuantType { .iq2_xs }
  /// The greatest level, which is 43/8 of a scale: scales are at most the greatest weight, see
  /// `IQ2_XXSCodec.errorBudget`.
  ///
  /// Only a weight whose sign was flipped because its error costs least could be further off, by
  /// itself at most; of a million hard blocks none was.
  public static let errorBudget = 43.0 / 8
  /// See `IQ2_XXSCodec.underflowError`.
  public static let underflowError = IQ2_XXSCodec.underflowError
  /// The search makes no sense without importance; ggml stops.
  public static let importance = ImportanceUse.needed
  /// One scale, 16 scales of sub-blocks, 32 groups.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .codes(16, bits: 4), .index: .codes(32, bits: 9),
    .sign: .init(32, 0...255, except: MagnitudeSearch.oddBytes),
  ])

  /// Grid indexes and signs share words.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for group in 0..<32 {
      let word = block.half(2 + 2 * group)
      parts[.index][group] = word & 511
      parts[.sign][group] = MagnitudeSearch.signByte(word >> 9)
    }
    for sub in 0..<16 { parts[.subScale][sub] = Int(block[66 + sub / 2]) >> (sub % 2 * 4) & 15 }
  }

  /// Grid indexes and signs share words.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for group in 0..<32 {
      block.store(
        half: parts[.index][group] | (parts[.sign][group] & 127) << 9, at: 2 + 2 * group)
    }
    for byte in 0..<8 {
      block[66 + byte] = UInt8(
        truncatingIfNeeded: parts[.subScale][2 * byte] | parts[.subScale][2 * byte + 1] << 4)
    }
  }

  /// w = d * (1/2 + scale) / 4 * sign * grid.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  { MagnitudeSearch.multiply(parts, .iq2_xs, into: weights) }

  /// Scale and points of each sub-block, then the scale of scales.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard let squares = input.blockSquares else { return false }
    parts = Self.parts
    let found = MagnitudeSearch.scalesOfHalves(
      input, .iq2_xs, areSignsEven: true, least: 1e-15, into: &parts
    ) { input.costs($0, spread: squares / 256) { $0 * $0 } }
    guard let scales = found else { return false }
    guard scales.contains(where: { $0 != 0 }) else {
      parts = Self.parts
      return true
    }
    let (d, codes) = MagnitudeSearch.codes(ofScales: scales)
    parts[.scale][0] = d.half
    parts[.subScale] = codes
    return isFinite(half: d.half)
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
  /// Grid, map and lists of neighbours.
  public static var tables: UnsafeRawPointer? { Codebook.iq2_xs.memory }
}
