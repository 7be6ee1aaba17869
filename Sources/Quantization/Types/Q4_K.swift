extension QuantType {
  /// 256 weights of 4 bits in 8 groups with 6-bit scales and minima.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale of scales
  /// 2     2     dmin      f16 scale of minima
  /// 4     12    scales    eight 6-bit scales and eight 6-bit minima
  /// 16    128   qs        byte 32c+j: weights 64c+j (low half) and 64c+32+j
  /// ```
  /// w = d * scale * q - dmin * minimum
  public static let q4_K = QuantType(
    "q4_K", blockElements: 256, blockBytes: 144, ids: [.gguf: 12])
}
