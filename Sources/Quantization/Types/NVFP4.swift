extension QuantType {
  /// NVFP4: 64 weights in f4_e2m1, each 16 with an 8-bit float as scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     4     d         unsigned e4m3 scale per 16 weights
  /// 4     32    qs        byte 8s+j: weights 16s+j (low half) and 16s+8+j
  /// ```
  /// w = d * f4(q)
  public static let nvfp4 = QuantType(
    "nvfp4", blockElements: 64, blockBytes: 36, ids: [.gguf: 40], codec: NVFP4Codec.self)
}

/// The codec of nvfp4.
///
/// The scale of 16 weights is max|x| / 6 as unsigned e4m3, rounded half up, at most 448 (and 448 from
/// 256 up: the exponent of 15 is written with one fraction only). Codes are the nearest values, of
/// equally near ones the lower code. There is no scale of the tensor: weights below 6 * 2^-10 become
/// zeros, those beyond 2688 are clipped.
public enum NVFP4Codec: BlockCodec {
  /// nvfp4.
  public static var type: QuantType { .nvfp4 }
  /// Clipping and vanishing weights leave nothing better than the weight itself, which no code
  /// exceeds: 0 is always among those tried.
  public static let errorBudget = 1.0
  /// Contained in the budget.
  public static let underflowError = 0.0
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// Four scales, and the f4 codes.
  public static let layout = BlockLayout([
    .scale: .codes(4, bits: 8), .level: .codes(64, bits: 4),
  ])

  /// Scales and codes.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    for group in 0..<4 {
      parts[.scale][group] = Int(block[group])
      for j in 0..<16 {
        let byte = Int(block[4 + 8 * group + j % 8])
        parts[.level][16 * group + j] = byte >> (j < 8 ? 0 : 4) & 15
      }
    }
  }

  /// Scales and codes.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    for group in 0..<4 {
      block[group] = UInt8(truncatingIfNeeded: parts[.scale][group])
      for j in 16 * group..<16 * group + 8 {
        block[4 + 8 * group + j % 8] = UInt8(
          truncatingIfNeeded: parts[.level][j] | parts[.level][j + 8] << 4)
      }
    }
  }

  /// w = d / 2 * 2 f4(q).
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    for j in 0..<64 {
      weights[j] = FourBitFloats.doubled[parts[.level][j]] * unit(parts[.scale][j / 16])
    }
  }

  /// Half the scale of a code: e4m3 with bias 7, whose highest bit is not looked at; 0x7f is zero.
  private static func unit(_ code: Int) -> Float {
    if code == 0x7f { return 0 }
    let (exponent, fraction) = (code >> 3 & 15, Float(code & 7))
    return exponent == 0
      ? fraction * 0x1p-10
      : Float(sign: .plus, exponent: exponent - 8, significand: 1 + fraction / 8)
  }

  /// The code of a scale.
  private static func code(_ scale: Float) -> Int {
    guard scale > 0 else { return 0 }
    if scale < 0x1p-6 { return min(7, Int(scale * 512 + 0.5)) }
    guard scale < 256 else { return 0x7e }
    // The bits of f32 with the bias of e4m3; a carry of the rounding moves on into the exponent.
    let bits = Int(scale.bitPattern >> 19) - (120 << 4)
    let rounded = bits >> 1 + bits & 1
    return rounded < 0x78 ? rounded : 0x7e
  }

  /// A scale for the greatest magnitude of each group, and the nearest codes.
  ///
  /// Weights so great that their distance to all values is the same would be stored as zeros: the
  /// block is not held.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.isFinite else { return false }
    for group in 0..<4 {
      var greatest: Float = 0
      var isLost = false
      for j in 16 * group..<16 * group + 16 {
        greatest = max(greatest, input.weights[j].magnitude)
      }
      let code = code(greatest / 6)
      parts[.scale][group] = code
      for j in 16 * group..<16 * group + 16 {
        let level = FourBitFloats.nearest(input.weights[j], unit: unit(code))
        parts[.level][j] = level
        if level == 0, code != 0, input.weights[j].magnitude == greatest { isLost = true }
      }
      if isLost { return false }
    }
    return true
  }

  /// Whether all four scales are zero.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    block.loadUnaligned(as: UInt32.self) & 0x7f7f_7f7f == 0
  }
}
