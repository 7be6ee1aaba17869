extension QuantType {
  /// 256 weights of 2 bits in 16 groups with 4-bit scales and minima.
  ///
  /// ```
  /// byte  size  field
  /// 0     16    scales    group g: scale in the low half, minimum in the high half
  /// 16    64    qs        byte 32h+j: weights 128h+j, +32, +64, +96, two bits each
  /// 80    2     d         f16 scale of scales
  /// 82    2     dmin      f16 scale of minima
  /// ```
  /// w = d * scale * q - dmin * minimum
  public static let q2_K = QuantType(
    "q2_K", blockElements: 256, blockBytes: 84, ids: [.gguf: 10])
}
