extension QuantType {
  /// NVFP4: 64 weights in f4_e2m1, each 16 with an 8-bit float as scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     4     d         unsigned e4m3 scale per 16 weights
  /// 4     32    qs        byte 8s+j: weights 16s+j (low half) and 16s+8+j
  /// ```
  /// w = d * f4(q)
  public static let nvfp4 = QuantType(
    "nvfp4", blockElements: 64, blockBytes: 36, ids: [.gguf: 40])
}
