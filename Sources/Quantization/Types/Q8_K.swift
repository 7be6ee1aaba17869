extension QuantType {
  /// 256 activations of 8 bits with an f32 scale: a type of computation, rarely stored.
  ///
  /// ```
  /// byte  size  field
  /// 0     4     d         f32 scale
  /// 4     256   qs        signed bytes
  /// 260   32    bsums     i16 sum of q per group of 16
  /// ```
  /// w = d * q
  public static let q8_K = QuantType(
    "q8_K", blockElements: 256, blockBytes: 292, ids: [.gguf: 15])
}
