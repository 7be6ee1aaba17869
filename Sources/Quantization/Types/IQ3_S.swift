extension QuantType {
  /// 256 weights as points of a grid of 512 in four dimensions, 3.44 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     64    qs        low 8 bits of the grid index per 4 weights
  /// 66    8     qh        bit 8 of the grid indexes
  /// 74    32    signs     bit per weight
  /// 106   4     scales    4-bit scale per 32 weights
  /// ```
  /// w = d * (1 + 2 * scale) * sign * grid
  public static let iq3_s = QuantType(
    "iq3_s", blockElements: 256, blockBytes: 110, ids: [.gguf: 21])
}
