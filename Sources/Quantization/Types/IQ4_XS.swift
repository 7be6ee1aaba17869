extension QuantType {
  /// 256 weights of 4 bits that index a table of 16 levels, with 6-bit scales.
  ///
  /// ```
  /// byte  size  field
  /// 0     2     d         f16 scale of scales
  /// 2     2     scales_h  high two bits of eight scales
  /// 4     4     scales_l  low four bits of eight scales
  /// 8     128   qs        byte 16g+j: weights 32g+j (low half) and 32g+16+j
  /// ```
  /// w = d * (scale - 32) * level[q]
  public static let iq4_xs = QuantType(
    "iq4_xs", blockElements: 256, blockBytes: 136, ids: [.gguf: 23])
}
