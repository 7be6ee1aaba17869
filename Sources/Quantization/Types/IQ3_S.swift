extension QuantType {
  /// 256 weights as points of a grid of 512 in four dimensions, 3.44 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     64    qs        low 8 bits of the grid index per 4 weights
  /// 66    8     qh        bit 8 of the grid indexes
  /// 74    32    signs     bit per weight
  /// 106   4     scales    4-bit scale per 32 weights
  /// ```
  /// w = d * (1 + 2 * scale) * sign * grid, with 1, 3, 5 ... 15 for the levels of the grid
  public static let iq3_s = QuantType(
    "iq3_s", blockElements: 256, blockBytes: 110, ids: [.gguf: 21],
    codec: IQ3_SCodec.self)
}

/// The codec of iq3_s.
///
/// Scales and points are those of `FourGridSearch`; the greatest scale of a sub-block, over 31 and
/// times 1.033, becomes the scale of the block.
///
/// ggml leaves no room for sub-blocks of zeros: the signs and the low bits of the indexes of those
/// that follow move up into their places, so that such blocks decode to other weights. The bytes
/// are those of ggml.
public enum IQ3_SCodec: BlockCodec {
  /// iq3_s.
  public static var type: QuantType { .iq3_s }
  /// Nine scales at 1/13.2 of the greatest weight, which is the greatest scale that is tried.
  ///
  /// A neighbour is at most 4 levels of 2 from the nearest level, which is up to 1 off. The last
  /// term is what the 4-bit scales (half a step of 1/31, and 3.3%) do to 7 scales, the least of a
  /// level that was 7.
  ///
  /// A scale that is fitted to few important weights can be greater, and the error with it; weights
  /// after a sub-block of zeros can become any others.
  public static let errorBudget = 9 / 13.2 + 0.04
  /// Half the spacing of subnormal f16, times the greatest factor: 31 * 15.
  public static let underflowError = 465 * 0x1p-25
  /// Importance is used where there is one.
  public static let importance = ImportanceUse.used
  /// A scale, 8 scales of 4 bits, 64 points of the grid, signs of 32 groups of 8.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .codes(8, bits: 4), .index: .codes(64, bits: 9),
    .sign: .codes(32, bits: 8),
  ])

  private static let search = FourGridSearch(grid: .iq3_s, steps: -9...9, keepsHits: false)

  private nonisolated(unsafe) static let kernelTables = FourGridSearch.kernelTables(.iq3_s)
  /// Points, cells and lists of neighbours.
  public static var tables: UnsafeRawPointer? { kernelTables }

  /// Scale, sub-scales, indexes and signs.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for j in 0..<64 {
      parts[.index][j] = Int(block[2 + j]) | (Int(block[66 + j / 8]) >> (j % 8) & 1) << 8
    }
    for j in 0..<32 { parts[.sign][j] = Int(block[74 + j]) }
    for j in 0..<8 { parts[.subScale][j] = Int(block[106 + j / 2]) >> (4 * (j % 2)) & 15 }
  }

  /// Scale, sub-scales, indexes and signs.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for j in 0..<64 { block[2 + j] = UInt8(truncatingIfNeeded: parts[.index][j]) }
    for j in 0..<8 {
      let high = (0..<8).reduce(0) { $0 | (parts[.index][8 * j + $1] >> 8) << $1 }
      block[66 + j] = UInt8(truncatingIfNeeded: high)
    }
    for j in 0..<32 { block[74 + j] = UInt8(truncatingIfNeeded: parts[.sign][j]) }
    for j in 0..<4 {
      block[106 + j] = UInt8(
        truncatingIfNeeded: parts[.subScale][2 * j] | parts[.subScale][2 * j + 1] << 4)
    }
  }

  /// w = d * (1 + 2 * scale) * sign * grid.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    FourGridSearch.multiply(parts, .iq3_s, into: weights) { scale * Float(1 + 2 * $0) }
  }

  /// ggml's search.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard let costs = FourGridSearch.Costs(input) else { return false }
    parts = Self.parts
    var scales = [Float](repeating: 0, count: 8)
    var place = 0
    for part in 0..<8 {
      let (magnitudes, signs) = FourGridSearch.magnitudes(input.weights, ofPart: part)
      guard let greatest = magnitudes.max(), greatest > 0 else { continue }
      let weights = costs.weights(ofPart: part)
      guard let fit = search.fit(magnitudes, weights: weights, greatest: greatest) else {
        return false
      }
      scales[part] = fit.scale
      for group in 0..<4 { parts[.sign][4 * place + group] = signs[group] }
      for group in 0..<8 {
        let index = Codebook.iq3_s.index(fit.cells[group]) ?? 0
        parts[.index][8 * place + group] |= index & 255
        parts[.index][8 * part + group] |= index & 256
      }
      place += 1
    }
    guard let greatest = scales.max(), greatest > 0 else { return true }
    let scale = greatest / 31
    parts[.scale][0] = (scale * 1.033).half
    for part in 0..<8 {
      parts[.subScale][part] = FourGridSearch.level(1 / scale * scales[part], below: 16)
    }
    return isFinite(half: parts[.scale][0])
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
