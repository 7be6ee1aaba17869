extension QuantType {
  /// 256 weights as points of a ternary grid of 2048, 1.75 bits each.
  ///
  /// ```
  /// byte  size  field
  /// 0     32    qs        low 8 bits of the grid index per 8 weights
  /// 32    16    qh        per 8 weights: 3 high bits and the sign of the shift
  /// 48    8     scales    four u16: four 3-bit scales each; their highest four bits together are
  ///                       the f16 scale d
  /// ```
  /// w = d * (2 * scale + 1) * (grid + shift / 8)
  public static let iq1_m = QuantType(
    "iq1_m", blockElements: 256, blockBytes: 56, ids: [.gguf: 29])
}
