extension QuantType {
  /// 256 weights as points of a grid of 256 in four dimensions, 3.06 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     64    qs        grid index per 4 weights
  /// 66    32    gas       u32 per 32 weights: four 7-bit sign codes, 4-bit scale
  /// ```
  /// w = d * (1/2 + scale) / 2 * sign * grid
  public static let iq3_xxs = QuantType(
    "iq3_xxs", blockElements: 256, blockBytes: 98, ids: [.gguf: 18])
}
