extension QuantType {
  /// 32 weights of 4 bits with scale and minimum.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     2     m         f16 minimum
  /// 4     16    qs        low half of byte j: weight j, high half: weight j+16
  /// ```
  /// w = d * q + m
  public static let q4_1 = QuantType(
    "q4_1", blockElements: 32, blockBytes: 20, ids: [.gguf: 3])
}
