extension QuantType {
  /// 256 weights as points of a ternary grid of 2048, 1.56 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     32    qs        low 8 bits of the grid index per 8 weights
  /// 34    16    qh        u16 per 32 weights: four times 3 high bits, 3-bit scale, sign of the
  ///                       shift
  /// ```
  /// w = d * (2 * scale + 1) * (grid + shift / 8)
  public static let iq1_s = QuantType(
    "iq1_s", blockElements: 256, blockBytes: 50, ids: [.gguf: 19], codec: IQ1_SCodec.self)
}

/// The codec of iq1_s.
///
/// An error costs importance * sqrt(s + x^2), where s is twice the mean square of the block. Each
/// sub-block of 32 weights is split into three parts of ascending weights in the best of all ways,
/// then moved to the grid; d is 1.125 times the greatest scale / 15.
public enum IQ1_SCodec: BlockCodec {
  /// iq1_s.
  public static var type: QuantType { .iq1_s }
  /// The greatest level, 9/8 of a scale that is raised by 9/8, beside a weight of the opposite sign.
  ///
  /// A scale is a mean of weights over levels that are at least 1/8, so at most 8 times the greatest
  /// weight; importance can make it that great, and leave others where they are. The rounding of d
  /// to the 11 bits of f16 adds the rest.
  public static let errorBudget = 1 + 8 * 9.0 / 8 * 9.0 / 8 * (1 + 1.0 / 1024)
  /// Half the spacing of subnormal f16, times the greatest scale and level.
  public static let underflowError = 15 * 9.0 / 8 * 0x1p-25
  /// The search makes no sense without importance; ggml stops.
  public static let importance = ImportanceUse.needed
  /// One scale, 8 scales and shifts of sub-blocks, 32 groups.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .codes(8, bits: 3), .index: .codes(32, bits: 11),
    .shift: .codes(8, bits: 1),
  ])

  /// High bits of indexes, scale and shift of a sub-block share 16 bits.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for sub in 0..<8 {
      let word = block.half(34 + 2 * sub)
      for group in 0..<4 {
        parts[.index][4 * sub + group] =
          Int(block[2 + 4 * sub + group]) | (word >> (3 * group) & 7) << 8
      }
      parts[.subScale][sub] = word >> 12 & 7
      parts[.shift][sub] = word >> 15
    }
  }

  /// High bits of indexes, scale and shift of a sub-block share 16 bits.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for sub in 0..<8 {
      var word = parts[.subScale][sub] << 12 | parts[.shift][sub] << 15
      for group in 0..<4 {
        let index = parts[.index][4 * sub + group]
        block[2 + 4 * sub + group] = UInt8(truncatingIfNeeded: index)
        word |= (index >> 8) << (3 * group)
      }
      block.store(half: word, at: 34 + 2 * sub)
    }
  }

  /// w = d * (2 * scale + 1) * (grid + shift / 8).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  { TernarySearch.multiply(parts, into: weights) }

  /// Split and points of each sub-block, then the scale of scales.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard let squares = input.blockSquares else { return false }
    parts = Self.parts
    var scales = [Float](repeating: 0, count: 8)
    var shifts = [Int](repeating: 0, count: 8)
    for sub in 0..<8 {
      let range = 32 * sub..<32 * sub + 32
      let target = TernarySearch(
        values: range.map { input.weights[$0] },
        costs: input.costs(range, spread: 2 * squares / 256) { $0 * $0 })
      if target.greatest < 1e-12 { continue }
      var isHeld = true
      guard var split = target.split(isHeld: &isHeld) else {
        if isHeld { continue }
        return false
      }
      var codes = target.codes(&split)
      guard target.settle(&codes, &split.scale, shifts: split.shifts), split.scale >= 0 else {
        return false
      }
      for group in 0..<4 {
        parts[.index][4 * sub + group] = TernarySearch.book.index(codes[group]) ?? 0
      }
      scales[sub] = split.scale
      shifts[sub] = split.shifts[0]
    }
    // Points stay in a block whose scales are all zero.
    guard scales.contains(where: { $0 != 0 }) else { return true }
    let (d, codes) = TernarySearch.codes(ofScales: scales)
    parts[.scale][0] = (d * 1.125).half
    parts[.subScale] = codes
    parts[.shift] = shifts
    return isFinite(half: parts[.scale][0])
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
  /// Grid, map and lists of neighbours.
  public static var tables: UnsafeRawPointer? { Codebook.iq1.memory }
}
