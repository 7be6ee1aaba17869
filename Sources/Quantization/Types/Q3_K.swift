extension QuantType {
  /// 256 weights of 3 bits in 16 groups with 6-bit scales.
  ///
  /// ```
  /// byte  size  field
  /// 0     32    hmask     highest bits: bit k of byte j is weight 32k+j; 0 subtracts 4
  /// 32    64    qs        low two bits, as in q2_K
  /// 96    12    scales    sixteen 6-bit scales, biased by 32
  /// 108   2     d         f16 scale of scales
  /// ```
  /// w = d * (scale - 32) * (q - 4)
  public static let q3_K = QuantType(
    "q3_K", blockElements: 256, blockBytes: 110, ids: [.gguf: 11])
}
