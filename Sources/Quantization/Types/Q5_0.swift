extension QuantType {
  /// 32 weights of 5 bits with one scale.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     4     qh        bit j: highest bit of weight j
  /// 6     16    qs        low four bits: byte j holds weights j and j+16
  /// ```
  /// w = d * (q - 16)
  public static let q5_0 = QuantType(
    "q5_0", blockElements: 32, blockBytes: 22, ids: [.gguf: 6])
}
