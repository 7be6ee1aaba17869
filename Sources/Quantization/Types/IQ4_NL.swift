extension QuantType {
  /// 32 weights of 4 bits that index a table of 16 levels.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale
  /// 2     16    qs        low half of byte j: weight j, high half: weight j+16
  /// ```
  /// w = d * level[q]
  public static let iq4_nl = QuantType(
    "iq4_nl", blockElements: 32, blockBytes: 18, ids: [.gguf: 20])
}
