extension QuantType {
  /// 256 weights of 4 bits that index a table of 16 levels, with 6-bit scales.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale of scales
  /// 2     2     scales_h  high two bits of eight scales
  /// 4     4     scales_l  low four bits of eight scales
  /// 8     128   qs        byte 16g+j: weights 32g+j (low half) and 32g+16+j
  /// ```
  /// w = d * (scale - 32) * level[q]
  public static let iq4_xs = QuantType(
    "iq4_xs", blockElements: 256, blockBytes: 136, ids: [.gguf: 23], codec: IQ4_XSCodec.self)
}

/// The codec of iq4_xs.
///
/// Each group's scale is searched for (see `NonlinearFit`); the scale of greatest magnitude becomes
/// -32 * d, and the levels are the nearest under the integer scales, with d before it is rounded to
/// f16.
public enum IQ4_XSCodec: BlockCodec {
  /// iq4_xs.
  public static var type: QuantType { .iq4_xs }
  /// What iq4_nl leaves, and a code of 1/32 of the scales.
  ///
  /// A code is lost where a scale is as great as the greatest, with the other sign.
  ///
  /// For encoding without importance: a search sees little of weights that hardly count, and may give
  /// them up.
  public static let errorBudget = IQ4_NLCodec.errorBudget + 1.0 / 28
  /// Half the spacing of subnormal f16, times the greatest factor: 32 * 127.
  public static let underflowError = 32 * 127 * 0x1p-25
  /// Importance is part of what counts in the search.
  public static let importance = ImportanceUse.used
  /// One scale, eight sub-scales, 256 indexes of levels.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 16), .subScale: .init(8, -32...31), .level: .codes(256, bits: 4),
  ])

  /// Byte and shift of a weight's index.
  private static func place(_ j: Int) -> (byte: Int, shift: Int) {
    (8 + j / 32 * 16 + j % 16, j % 32 / 16 * 4)
  }

  /// Scales and indexes.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = block.half(0)
    for group in 0..<8 {
      let low = Int(block[4 + group / 2]) >> (group % 2 * 4) & 15
      parts[.subScale][group] = (low | (block.half(2) >> (2 * group) & 3) << 4) - 32
    }
    for j in 0..<256 {
      let (byte, shift) = place(j)
      parts[.level][j] = Int(block[byte]) >> shift & 15
    }
  }

  /// Scales and indexes.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block.store(half: parts[.scale][0], at: 0)
    for byte in 4..<136 { block[byte] = 0 }
    var high = 0
    for group in 0..<8 {
      let bits = parts[.subScale][group] + 32
      high |= (bits >> 4) << (2 * group)
      block[4 + group / 2] |= UInt8(truncatingIfNeeded: (bits & 15) << (group % 2 * 4))
    }
    block.store(half: high, at: 2)
    for j in 0..<256 {
      let (byte, shift) = place(j)
      block[byte] |= UInt8(truncatingIfNeeded: parts[.level][j] << shift)
    }
  }

  /// w = (d * scale) * level[q].
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let scale = Float(half: parts[.scale][0])
    for group in 0..<8 {
      let groupScale = scale * Float(parts[.subScale][group])
      for j in 32 * group..<32 * group + 32 {
        weights[j] = groupScale * NonlinearLevels.values[parts[.level][j]]
      }
    }
  }

  /// Eight searches; the greatest scale sets d.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.weights.allSatisfy(\.isFinite) else { return false }
    let variance = NonlinearFit.variance(input.weights)
    var scales: [Float] = []
    var greatest: Float = 0
    for group in 0..<8 {
      let fit = NonlinearFit(input, from: 32 * group, variance: variance)
      guard fit.isSound else { return false }
      scales.append(fit.scale)
      if fit.scale.magnitude > greatest.magnitude { greatest = fit.scale }
    }
    let scale = -greatest / 32
    parts[.scale][0] = scale.half
    guard isFinite(half: parts[.scale][0]) else { return false }
    let inverse = scale == 0 ? 0 : 1 / scale
    for group in 0..<8 {
      let subScale = SymmetricFit.level(inverse * scales[group], half: 32)
      parts[.subScale][group] = subScale
      let groupScale = scale * Float(subScale)
      let groupInverse = groupScale == 0 ? 0 : 1 / groupScale
      for j in 32 * group..<32 * group + 32 {
        parts[.level][j] = NonlinearLevels.index(nearest: groupInverse * input.weights[j])
      }
    }
    return true
  }

  /// Whether d is zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool { isZero(half: block, at: 0) }
}
