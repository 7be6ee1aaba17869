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
    "iq1_s", blockElements: 256, blockBytes: 50, ids: [.gguf: 19])
}
