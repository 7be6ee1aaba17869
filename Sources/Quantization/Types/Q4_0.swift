extension QuantType {
  /// 32 weights of 4 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        low half of byte j: weight j, high half: weight j+16
  /// ```
  /// w = d * (q - 8)
  public static let q4_0 = QuantType(
    "q4_0", blockElements: 32, blockBytes: 18, ids: [.gguf: 2])
}
