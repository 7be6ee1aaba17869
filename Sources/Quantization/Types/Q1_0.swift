extension QuantType {
  /// 128 weights of 1 bit with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        bit k of byte j: weight 8j+k
  /// ```
  /// w = q = 1 ? d : -d
  public static let q1_0 = QuantType(
    "q1_0", blockElements: 128, blockBytes: 18, ids: [.gguf: 41])
}
