extension QuantType {
  /// 256 weights as points of a grid of 256 in four dimensions, 3.06 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     64    qs        grid index per 4 weights
  /// 66    32    gas       u32 per 32 weights: four 7-bit sign codes, 4-bit scale
  /// ```
  /// w = d * (1/2 + scale) / 2 * sign * grid, with 4, 12, 20 ... 52, 62 for the levels of the grid.
  /// A sign code has the signs of 7 weights; the 8th makes the count of negative ones even.
  public static let iq3_xxs = QuantType(
    "iq3_xxs", blockElements: 256, blockBytes: 98, ids: [.gguf: 18],
    codec: IQ3_XXSCodec.self)
}

/// The codec of iq3_xxs.
///
/// Where a group of 8 weights has an odd count of negative ones, the weight whose weighted square
/// is least changes its sign. Scales and points are those of `FourGridSearch`; the greatest scale of
/// a sub-block, over 31 and times 1.0125, becomes the scale of the block.
public enum IQ3_XXSCodec: BlockCodec {
  /// iq3_xxs.
  public static var type: QuantType { .iq3_xxs }
  /// The greatest weight with the wrong sign, and seven scales at 1/12 of it.
  ///
  /// A weight that changes its sign may be as great as the others, and a neighbour may raise its
  /// level from 0 to 3; 1/12 is the greatest scale that is tried. The last term is what the 4-bit
  /// scales (half a step of 1/31, and 1.25%) do to 7 scales.
  ///
  /// A scale that is fitted to few important weights can be greater, and the error with it.
  public static let errorBudget = 1 + 7.0 / 12 + 0.03
  /// Half the spacing of subnormal f16, times the greatest factor: 15.5 / 2 * 62.
  public static let underflowError = 480.5 * 0x1p-25
  /// Importance is used where there is one.
  public static let importance = ImportanceUse.used
  /// A scale, 8 scales of 4 bits, 64 points of the grid, signs of 32 groups of 8.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .codes(8, bits: 4), .index: .codes(64, bits: 8),
    .sign: .init(32, 0...255, except: Set((0...255).filter { $0.nonzeroBitCount % 2 == 1 })),
  ])

  private static let search = FourGridSearch(grid: .iq3_xxs, steps: -15...15, keepsHits: true)

  private nonisolated(unsafe) static let kernelTables = FourGridSearch.kernelTables(.iq3_xxs)
  /// Points, cells and lists of neighbours.
  public static var tables: UnsafeRawPointer? { kernelTables }

  /// Scale, sub-scales, indexes and signs.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for j in 0..<64 { parts[.index][j] = Int(block[2 + j]) }
    for part in 0..<8 {
      let word = block.half(66 + 4 * part) | block.half(68 + 4 * part) << 16
      parts[.subScale][part] = word >> 28
      for group in 0..<4 {
        let code = word >> (7 * group) & 127
        parts[.sign][4 * part + group] = code | (code.nonzeroBitCount & 1) << 7
      }
    }
  }

  /// Scale, sub-scales, indexes and signs.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for j in 0..<64 { block[2 + j] = UInt8(truncatingIfNeeded: parts[.index][j]) }
    for part in 0..<8 {
      var word = parts[.subScale][part] << 28
      for group in 0..<4 { word |= (parts[.sign][4 * part + group] & 127) << (7 * group) }
      block.store(half: word, at: 66 + 4 * part)
      block.store(half: word >> 16, at: 68 + 4 * part)
    }
  }

  /// w = d * (1/2 + scale) / 2 * sign * grid.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    FourGridSearch.multiply(parts, .iq3_xxs, into: weights) { scale * (0.5 + Float($0)) * 0.5 }
  }

  /// ggml's search.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard let costs = FourGridSearch.Costs(input) else { return false }
    parts = Self.parts
    var scales = [Float](repeating: 0, count: 8)
    for part in 0..<8 {
      let weights = costs.weights(ofPart: part)
      var (magnitudes, signs) = FourGridSearch.magnitudes(input.weights, ofPart: part)
      for group in 0..<4 where signs[group].nonzeroBitCount % 2 == 1 {
        let cheapest = cheapestSign(magnitudes, weights, 8 * group)
        magnitudes[cheapest].negate()
        signs[group] ^= 1 << (cheapest - 8 * group)
      }
      let greatest = magnitudes.reduce(magnitudes[0]) { $1 > $0 ? $1 : $0 }
      guard greatest >= 1e-8 else { continue }
      guard let fit = search.fit(magnitudes, weights: weights, greatest: greatest) else {
        return false
      }
      scales[part] = fit.scale.magnitude
      for group in 0..<4 {
        parts[.sign][4 * part + group] = fit.scale < 0 ? signs[group] ^ 255 : signs[group]
      }
      for group in 0..<8 {
        parts[.index][8 * part + group] = Codebook.iq3_xxs.index(fit.cells[group]) ?? 0
      }
    }
    guard let greatest = scales.max(), greatest > 0 else {
      parts = Self.parts
      return true
    }
    let scale = greatest / 31
    parts[.scale][0] = (scale * 1.0125).half
    for part in 0..<8 {
      parts[.subScale][part] = FourGridSearch.level(1 / scale * scales[part], below: 16)
    }
    return isFinite(half: parts[.scale][0])
  }

  /// The first of 8 weights whose weighted square is least.
  private static func cheapestSign(_ magnitudes: [Float], _ weights: [Float], _ start: Int) -> Int {
    var cheapest = start
    var least = weights[start] * magnitudes[start] * magnitudes[start]
    for j in start + 1..<start + 8 {
      let cost = weights[j] * magnitudes[j] * magnitudes[j]
      if cost < least { (cheapest, least) = (j, cost) }
    }
    return cheapest
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
