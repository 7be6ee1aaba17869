extension QuantType {
  /// 32 weights of 4 bits that index a table of 16 levels.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        low half of byte j: weight j, high half: weight j+16
  /// ```
  /// w = d * level[q]
  public static let iq4_nl = QuantType(
    "iq4_nl", blockElements: 32, blockBytes: 18, ids: [.gguf: 20], codec: IQ4_NLCodec.self)
}

/// The codec of iq4_nl.
///
/// The scale is searched for (see `NonlinearFit`); the levels are the nearest under the scale before
/// it is rounded to f16.
public enum IQ4_NLCodec: BlockCodec {
  /// iq4_nl.
  public static var type: QuantType { .iq4_nl }
  /// What level 113 leaves of the greatest magnitude, and the rounding of the scale to f16.
  ///
  /// The densest trial puts 134 on the greatest magnitude, and the fit, in which weights count by the
  /// fourth power, lowers the scale by at most 10%: 113 is 0.76 of the magnitude.
  ///
  /// For encoding without importance: a search sees little of weights that hardly count, and may give
  /// them up.
  public static let errorBudget = 0.25 + 1.0 / 2048
  /// Half the spacing of subnormal f16, times the greatest level.
  public static let underflowError = 127 * 0x1p-25
  /// Importance is part of what counts in the search.
  public static let importance = ImportanceUse.used
  /// One scale, 32 indexes of levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .level: .codes(32, bits: 4),
  ])

  /// Scale and indexes.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for j in 0..<16 {
      parts[.level][j] = Int(block[2 + j]) & 15
      parts[.level][j + 16] = Int(block[2 + j]) >> 4
    }
  }

  /// Scale and indexes.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for j in 0..<16 {
      block[2 + j] = UInt8(truncatingIfNeeded: parts[.level][j] | parts[.level][j + 16] << 4)
    }
  }

  /// w = d * level[q].
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for j in 0..<32 { weights[j] = scale * NonlinearLevels.values[parts[.level][j]] }
  }

  /// One search.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.weights.allSatisfy(\.isFinite) else { return false }
    let fit = NonlinearFit(input, from: 0, variance: NonlinearFit.variance(input.weights))
    parts[.scale][0] = fit.scale.half
    guard fit.isSound, isFinite(half: parts[.scale][0]) else { return false }
    let inverse = fit.scale == 0 ? 0 : 1 / fit.scale
    for j in 0..<32 {
      parts[.level][j] = NonlinearLevels.index(nearest: inverse * input.weights[j])
    }
    return true
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
