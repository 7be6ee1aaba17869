extension QuantType {
  /// OCP MXFP4: 32 weights in f4_e2m1 with a power of two as scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     1     e         f8_e8m0 scale
  /// 1     16    qs        low half of byte j: weight j, high half: weight j+16
  /// ```
  /// w = 2^(e - 127) * f4(q)
  public static let mxfp4 = QuantType(
    "mxfp4", blockElements: 32, blockBytes: 17, ids: [.gguf: 39])
}
