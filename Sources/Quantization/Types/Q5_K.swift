extension QuantType {
  /// 256 weights of 5 bits in 8 groups with 6-bit scales and minima.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale of scales
  /// 2     2     dmin      f16 scale of minima
  /// 4     12    scales    eight 6-bit scales and eight 6-bit minima
  /// 16    32    qh        highest bits: bit g of byte j is weight 32g+j
  /// 48    128   qs        low four bits, as in q4_K
  /// ```
  /// w = d * scale * q - dmin * minimum
  public static let q5_K = QuantType(
    "q5_K", blockElements: 256, blockBytes: 176, ids: [.gguf: 13])
}
