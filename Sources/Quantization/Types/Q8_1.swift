extension QuantType {
  /// 32 activations of 8 bits with scale and sum: a type of computation, rarely stored.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     2     s         f16 d * sum of q
  /// 4     32    qs        signed bytes
  /// ```
  /// w = d * q
  public static let q8_1 = QuantType(
    "q8_1", blockElements: 32, blockBytes: 36, ids: [.gguf: 9])
}
