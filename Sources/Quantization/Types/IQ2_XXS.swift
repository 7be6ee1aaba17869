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
    "iq2_xxs", blockElements: 256, blockBytes: 66, ids: [.gguf: 16])
}
