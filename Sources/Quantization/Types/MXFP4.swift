extension QuantType {
  /// OCP MXFP4: 32 weights in f4_e2m1 with a power of two as scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     1     e         f8_e8m0 scale
  /// 1     16    qs        low half of byte j: weight j, high half: weight j+16
  /// ```
  /// w = 2^(e - 127) * f4(q)
  public static let mxfp4 = QuantType(
    "mxfp4", blockElements: 32, blockBytes: 17, ids: [.gguf: 39], codec: MXFP4Codec.self)
}

/// The codec of mxfp4.
///
/// The scale takes the greatest magnitude to 4 up to 8: its exponent is floor(log2f(max|x|)) - 2, with
/// log2 rounded to f32, so that what lies just below a power of two counts as that power. Codes are
/// the nearest values, of equally near ones the lower code.
public enum MXFP4Codec: BlockCodec {
  /// mxfp4.
  public static var type: QuantType { .mxfp4 }
  /// What is just below eight times the scale becomes six times the scale.
  public static let errorBudget = 1.0 / 4
  /// Blocks below 2^-126 become zeros: see `exponent`.
  public static let underflowError = 0x1p-126
  /// Importance is not used.
  public static let importance = ImportanceUse.ignored
  /// One scale, and the f4 codes.
  public static let layout = BlockLayout([
    .scale: .codes(1, bits: 8), .level: .codes(32, bits: 4),
  ])

  /// Scale and codes.
  public static func unpack(_ block: UnsafeRawBufferPointer, into parts: inout BlockParts) {
    parts[.scale][0] = Int(block[0])
    parts[.level] = block.halfBytes(at: 1)
  }

  /// Scale and codes.
  public static func arrange(_ parts: BlockParts, into block: UnsafeMutableRawBufferPointer) {
    block[0] = UInt8(truncatingIfNeeded: parts[.scale][0])
    block.store(halfBytes: parts[.level], at: 1)
  }

  /// w = 2^(e - 128) * 2 f4(q); e = 255 is no NaN.
  public static func multiply(_ parts: BlockParts, into weights: UnsafeMutableBufferPointer<Float>)
  {
    let unit = unit(parts[.scale][0])
    for j in 0..<32 { weights[j] = FourBitFloats.doubled[parts[.level][j]] * unit }
  }

  /// Half the scale of a code: 2^(e - 128).
  private static func unit(_ code: Int) -> Float {
    Float(sign: .plus, exponent: code - 128, significand: 1)
  }

  /// The code of the scale for a greatest magnitude.
  ///
  /// Exponents below that of code 0 wrap around as ggml's do on x86-64: the scale is then immense and
  /// all codes are 0. Only 255, which is NaN to other readers and which ggml itself rejects in a
  /// file, becomes code 0.
  private static func exponent(_ greatest: Float) -> Int {
    guard greatest > 0 else { return 0 }
    let floor = Int(greatest.exponent)
    let next = floor + 1
    // The logarithm of what is this near below 2^next is within half a unit in the last place of
    // next, which is 2^-24 of the power of two that the logarithm has reached.
    let reached = max(1, next > 0 ? next - 1 : -next)
    let half = Double(sign: .plus, exponent: Double(reached).exponent - 24, significand: 1)
    let power = Double(sign: .plus, exponent: next, significand: 1)
    let isNext = power - Double(greatest) <= power * half * 0.693_147_180_559_945_3
    let code = (isNext ? next : floor) + 125
    return code == -1 ? 0 : code & 0xff
  }

  /// The scale for the greatest magnitude, and the nearest codes.
  public static func search(_ input: BlockSearch, into parts: inout BlockParts) -> Bool {
    guard input.isFinite else { return false }
    let code = exponent(input.peak.magnitude)
    let unit = unit(code)
    parts[.scale][0] = code
    for j in 0..<32 { parts[.level][j] = FourBitFloats.nearest(input.weights[j], unit: unit) }
    return true
  }

  /// Whether all codes are zeros: no scale is.
  public static func hasZeroScale(_ block: UnsafeRawPointer) -> Bool {
    (1..<17).allSatisfy { block.load(fromByteOffset: $0, as: UInt8.self) & 0x77 == 0 }
  }
}
