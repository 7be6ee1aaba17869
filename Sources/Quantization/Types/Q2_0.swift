extension QuantType {
  /// 64 weights of 2 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        two bits per weight from the lowest: byte j holds weights 4j to 4j+3
  /// ```
  /// w = d * (q - 1)
  public static let q2_0 = QuantType(
    "q2_0", blockElements: 64, blockBytes: 18, ids: [.gguf: 42])
}
