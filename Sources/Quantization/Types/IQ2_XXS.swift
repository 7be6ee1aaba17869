extension QuantType {
  /// 256 weights as points of a grid of 256, 2.06 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     64    qs        per 32 weights: four grid indexes of a byte, four 7-bit sign codes,
  ///                       4-bit scale
  /// ```
  /// w = d * (1/2 + scale) / 4 * sign * grid
  public static let iq2_xxs = QuantType(
    "iq2_xxs", blockElements: 256, blockBytes: 66, ids: [.gguf: 16], codec: IQ2_XXSCodec.self)
}

/// The codec of iq2_xxs.
///
/// An error costs importance * sqrt(mean square of the block + x^2). Per sub-block of 32 weights a
/// first scale comes from a search over levels 0...4 (`firstScale`), the best of 13 around it gives
/// the points, which are placed once more with the scale that fits them; d is the greatest
/// scale / 31.
public enum IQ2_XXSCodec: BlockCodec {
  /// iq2_xxs.
  public static var type: QuantType { .iq2_xxs }
  /// The greatest level, which is 43/8 of a scale, beside a weight of the opposite sign.
  ///
  /// A scale is a mean of weights over levels that are at least 1, so at most the greatest weight;
  /// importance can make it that great, and leave others where they are. The rounding of d to the
  /// 11 bits of f16 adds the rest.
  public static let errorBudget = 1 + 43.0 / 8 * (1 + 1.0 / 1024)
  /// Half the spacing of subnormal f16, times the greatest scale and level.
  public static let underflowError = 31 * 43.0 / 8 * 0x1p-25
  /// The search makes no sense without importance; ggml stops.
  public static let importance = ImportanceUse.needed
  /// One scale, 8 scales of sub-blocks, 32 groups.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .codes(8, bits: 4), .index: .codes(32, bits: 8),
    .sign: .init(32, 0...255, except: MagnitudeSearch.oddBytes),
  ])

  /// Signs and scale of a sub-block share 32 bits.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for sub in 0..<8 {
      let place = 2 + 8 * sub
      let word = block.half(place + 4) | block.half(place + 6) << 16
      for group in 0..<4 {
        parts[.index][4 * sub + group] = Int(block[place + group])
        parts[.sign][4 * sub + group] = MagnitudeSearch.signByte(word >> (7 * group) & 127)
      }
      parts[.subScale][sub] = word >> 28
    }
  }

  /// Signs and scale of a sub-block share 32 bits.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for sub in 0..<8 {
      let place = 2 + 8 * sub
      var word = parts[.subScale][sub] << 28
      for group in 0..<4 {
        block[place + group] = UInt8(truncatingIfNeeded: parts[.index][4 * sub + group])
        word |= (parts[.sign][4 * sub + group] & 127) << (7 * group)
      }
      block.store(half: word, at: place + 4)
      block.store(half: word >> 16, at: place + 6)
    }
  }

  /// w = d * (1/2 + scale) / 4 * sign * grid.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  { MagnitudeSearch.multiply(parts, .iq2_xxs, into: weights) }

  /// Scale and points of each sub-block, then the scale of scales.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard let squares = input.blockSquares else { return false }
    parts = Self.parts
    var scales = [Float](repeating: 0, count: 8)
    let weights = Array(input.weights)
    for sub in 0..<8 {
      let range = 32 * sub..<32 * sub + 32
      let costs = input.costs(range, spread: squares / 256) { $0 * $0 }
      var target = MagnitudeSearch(.iq2_xxs, weights[range], costs: costs, areSignsEven: true)
      let greatest = target.greatest
      if greatest < 1e-15 { continue }
      let first = firstScale(target.values, costs, greatest: greatest)
      if first * 3 <= 0 { continue }
      guard let (found, points) = points(of: target, around: first) else { return false }
      var scale = found
      if scale < 0 {
        scale = -scale
        target.flipSigns()
      }
      guard scale >= 0 else { return false }
      for group in 0..<4 {
        guard let index = target.book.index(points.codes[group]) else { return false }
        parts[.index][4 * sub + group] = index
        parts[.sign][4 * sub + group] = target.signs[group]
      }
      scales[sub] = scale
    }
    guard scales.contains(where: { $0 != 0 }) else {
      parts = Self.parts
      return true
    }
    let (d, codes) = MagnitudeSearch.codes(ofScales: scales)
    parts[.scale][0] = d.half
    parts[.subScale] = codes
    return isFinite(half: d.half)
  }

  private static func points(
    of target: MagnitudeSearch, around first: Float
  ) -> (scale: Float, points: MagnitudeSearch.Points)? {
    var scale = first
    var best: Float = 0
    var points: MagnitudeSearch.Points?
    for step in -6...6 {
      let inverse = (5 + Float(step) * 0.1) / (first * 3)
      guard let trial = target.points(inverse: inverse, scale: 1 / inverse) else { return nil }
      let (product, square) = target.sums(trial)
      if square > 0, product * product > best * square {
        scale = product / square
        best = scale * product
        points = trial
      }
    }
    if scale > 0 {
      guard let placed = target.points(inverse: 1 / scale, scale: scale) else { return nil }
      let (product, square) = target.sums(placed)
      if square > 0 { scale = product / square }
      points = placed
    }
    return points.map { (scale, $0) }
  }

  /// A scale for levels 0...4: the best of nine around greatest / 4, whose levels are then changed
  /// one by one as long as that makes the fit better, at most five times over all.
  ///
  /// ggml keeps levels in unsigned bytes: that of a negative value is great where it is read again.
  private static func firstScale(
    _ values: [Float], _ costs: [Float], greatest: Float
  ) -> Float {
    var inverse = 4 / greatest
    var least: Float = 0
    for (value, cost) in zip(values, costs) {
      let level = Float(UInt8(truncatingIfNeeded: Codebook.rounded(inverse * value)))
      let error = value - 1 / inverse * level
      least += cost * error * error
    }
    for step in -4...4 where step != 0 {
      let trial = (0.1 * Float(step) + 4) / greatest
      var sum: Float = 0
      for (value, cost) in zip(values, costs) {
        let error = value - 1 / trial * Float(min(4, Codebook.rounded(trial * value)))
        sum += cost * error * error
      }
      if sum < least { (least, inverse) = (sum, trial) }
    }
    var levels: [UInt8] = []
    var (product, square) = (Float(0), Float(0))
    for (value, cost) in zip(values, costs) {
      let level = min(4, Codebook.rounded(inverse * value))
      levels.append(UInt8(truncatingIfNeeded: level))
      product += cost * value * Float(level)
      square += cost * Float(level) * Float(level)
    }
    for _ in 0..<5 {
      var hasChanged = false
      for i in values.indices {
        let old = Float(levels[i])
        var otherProduct = product - costs[i] * values[i] * old
        var otherSquare = square - costs[i] * old * old
        guard otherProduct > 0, otherSquare > 0 else { continue }
        let level = min(4, Codebook.rounded(values[i] * otherSquare / otherProduct))
        guard level != Int(levels[i]) else { continue }
        otherProduct += costs[i] * values[i] * Float(level)
        otherSquare += costs[i] * Float(level) * Float(level)
        if otherProduct * otherProduct * square > product * product * otherSquare {
          levels[i] = UInt8(truncatingIfNeeded: level)
          (product, square) = (otherProduct, otherSquare)
          hasChanged = true
        }
      }
      if !hasChanged { break }
    }
    return square > 0 ? product / square : 0
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
  /// Grid, map and lists of neighbours.
  public static var tables: UnsafeRawPointer? { Codebook.iq2_xxs.memory }
}
