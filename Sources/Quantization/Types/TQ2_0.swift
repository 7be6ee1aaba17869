extension QuantType {
  /// 256 ternary weights of 2 bits.
  ///
  /// ```
  /// byte  size  field
  /// 0     64    qs        byte 32h+j: weights 128h+j, +32, +64, +96, two bits each
  /// 64    2     d         f16 scale
  /// ```
  /// w = d * (q - 1)
  public static let tq2_0 = QuantType(
    "tq2_0", blockElements: 256, blockBytes: 66, ids: [.gguf: 35])
}
