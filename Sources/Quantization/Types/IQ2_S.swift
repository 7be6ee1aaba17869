extension QuantType {
  /// 256 weights as points of a grid of 1024, 2.56 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     32    qs        low 8 bits of the grid index per 8 weights
  /// 34    32    signs     bit per weight
  /// 66    8     qh        bits 8 and 9 of the grid indexes
  /// 74    8     scales    two 4-bit scales per 32 weights
  /// ```
  /// w = d * (1/2 + scale) / 4 * sign * grid
  public static let iq2_s = QuantType(
    "iq2_s", blockElements: 256, blockBytes: 82, ids: [.gguf: 22])
}
