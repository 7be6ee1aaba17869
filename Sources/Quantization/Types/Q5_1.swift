extension QuantType {
  /// 32 weights of 5 bits with scale and minimum.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     2     m         f16 minimum
  /// 4     4     qh        bit j: highest bit of weight j
  /// 8     16    qs        low four bits: byte j holds weights j and j+16
  /// ```
  /// w = d * q + m
  public static let q5_1 = QuantType(
    "q5_1", blockElements: 32, blockBytes: 24, ids: [.gguf: 7])
}
