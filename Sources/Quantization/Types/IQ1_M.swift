extension QuantType {
  /// 256 weights as points of a ternary grid of 2048, 1.75 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     32    qs        low 8 bits of the grid index per 8 weights
  /// 32    16    qh        per 8 weights: 3 high bits and the sign of the shift
  /// 48    8     scales    four u16: four 3-bit scales each; their highest four bits together are
  ///                       the f16 scale d
  /// ```
  /// w = d * (2 * scale + 1) * (grid + shift / 8)
  public static let iq1_m = QuantType(
    "iq1_m", blockElements: 256, blockBytes: 56, ids: [.gguf: 29], codec: IQ1_MCodec.self)
}

/// The codec of iq1_m.
///
/// An error costs importance * sqrt(s + x^2), where s is twice the mean square of the block, or x^2
/// without importance. Each sub-block of 16 weights is split into three parts of ascending weights
/// in the best of all ways, with a shift for either half, then moved to the grid. d is 1.1125 times
/// what fits the whole block best.
public enum IQ1_MCodec: BlockCodec {
  /// iq1_m.
  public static var type: QuantType { .iq1_m }
  /// Measured without importance on hard blocks of ordinary spread.
  ///
  /// Blocks whose magnitudes spread over decades can do worse (13 was seen): nothing bounds the levels
  /// of weights that cost nothing. Importance that counts one weight only, of level 1/8, takes
  /// others to 15 * 9 times that weight.
  public static let errorBudget = 2.25
  /// Half the spacing of subnormal f16, times the greatest scale and level.
  public static let underflowError = 15 * 9.0 / 8 * 0x1p-25
  /// Importance weighs the errors.
  public static let importance = ImportanceUse.used
  /// One scale, 16 scales of sub-blocks, 32 groups with a shift each.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .codes(16, bits: 3), .index: .codes(32, bits: 11),
    .shift: .codes(32, bits: 1),
  ])

  /// The scale is scattered over four words.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = scale { block.half(48 + 2 * $0) }
    for group in 0..<32 {
      let high = Int(block[32 + group / 2]) >> (group % 2 * 4)
      parts[.index][group] = Int(block[group]) | (high & 7) << 8
      parts[.shift][group] = high >> 3 & 1
    }
    for sub in 0..<16 {
      parts[.subScale][sub] = block.half(48 + sub / 4 * 2) >> (sub % 4 * 3) & 7
    }
  }

  /// The scale is scattered over four words.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    for pair in 0..<16 {
      var high = 0
      for group in 2 * pair..<2 * pair + 2 {
        let index = parts[.index][group]
        block[group] = UInt8(truncatingIfNeeded: index)
        high |= (index >> 8 | parts[.shift][group] << 3) << (group % 2 * 4)
      }
      block[32 + pair] = UInt8(truncatingIfNeeded: high)
    }
    for quarter in 0..<4 {
      let scales = (0..<4).reduce(0) { $0 | parts[.subScale][4 * quarter + $1] << (3 * $1) }
      let nibble = parts[.scale][0] >> (4 * quarter) & 15
      block.store(half: scales | nibble << 12, at: 48 + 2 * quarter)
    }
  }

  private static func scale(_ word: (Int) -> Int) -> Int {
    (0..<4).reduce(0) { $0 | (word($1) >> 12) << (4 * $1) }
  }

  /// w = d * (2 * scale + 1) * (grid + shift / 8).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  { TernarySearch.multiply(parts, into: weights) }

  /// Split and points of each sub-block, then scales, then d.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard let squares = input.blockSquares else { return false }
    parts = Self.parts
    var scales = [Float](repeating: 0, count: 16)
    var shifts = [Int](repeating: 0, count: 32)
    let targets = (0..<16).map { sub in
      let range = 16 * sub..<16 * sub + 16
      return TernarySearch(
        values: range.map { input.weights[$0] },
        costs: input.costs(range, spread: 2 * squares / 256) { $0 * $0 })
    }
    for sub in 0..<16 where targets[sub].greatest >= 1e-7 {
      var isHeld = true
      guard var split = targets[sub].splitOfHalves(isHeld: &isHeld) else {
        if isHeld { continue }
        return false
      }
      var codes = targets[sub].codes(&split)
      guard targets[sub].settle(&codes, &split.scale, shifts: split.shifts), split.scale >= 0
      else { return false }
      for group in 0..<2 {
        parts[.index][2 * sub + group] = TernarySearch.book.index(codes[group]) ?? 0
        shifts[2 * sub + group] = split.shifts[group]
      }
      scales[sub] = split.scale
    }
    // Points stay in a block whose scales are all zero.
    guard scales.contains(where: { $0 != 0 }) else { return true }
    var (d, codes) = TernarySearch.codes(ofScales: scales)
    parts[.subScale] = codes
    parts[.shift] = shifts
    var (product, square) = (Float(0), Float(0))
    for group in 0..<32 {
      let factor = Float(2 * codes[group / 2] + 1)
      targets[group / 2].addSums(
        group % 2, TernarySearch.book.code(parts[.index][group]),
        TernarySearch.steps[shifts[group]].map { $0 * factor }, &product, &square)
    }
    guard square.isFinite else { return false }
    if square > 0 { d = product / square }
    parts[.scale][0] = (d * 1.1125).half
    return isFinite(half: parts[.scale][0])
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    (0..<4).allSatisfy {
      // The sign of d is the highest bit of the last word.
      block.loadUnaligned(fromByteOffset: 48 + 2 * $0, as: UInt16.self) >> 12 & ($0 == 3 ? 7 : 15)
        == 0
    }
  }
  /// Grid, map and lists of neighbours.
  public static var tables: UnsafeRawPointer? { Codebook.iq1.memory }
}
