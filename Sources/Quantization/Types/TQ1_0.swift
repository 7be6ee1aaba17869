extension QuantType {
  /// 256 ternary weights, five to a byte.
  ///
  /// ```
  /// byte  size  field
  /// 0     48    qs        five base-3 digits per byte, as a fraction of 256
  /// 48    4     qh        four digits per byte: weights 240 to 255
  /// 52    2     d         f16 scale
  /// ```
  /// w = d * (digit - 1)
  public static let tq1_0 = QuantType(
    "tq1_0", blockElements: 256, blockBytes: 54, ids: [.gguf: 34])
}
