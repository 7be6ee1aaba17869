extension QuantType {
  /// 256 weights as points of a grid of 512, 2.31 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     64    qs        u16 per 8 weights: 9-bit grid index, 7-bit sign code
  /// 66    8     scales    two 4-bit scales per 32 weights
  /// ```
  /// w = d * (1/2 + scale) / 4 * sign * grid
  public static let iq2_xs = QuantType(
    "iq2_xs", blockElements: 256, blockBytes: 74, ids: [.gguf: 17])
}
