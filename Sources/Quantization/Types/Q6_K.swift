extension QuantType {
  /// 256 weights of 6 bits in 16 groups with 8-bit scales.
  ///
  /// ```
  /// byte  size  field
  /// 0     128   ql        low four bits: byte 64h+j holds weights 128h+j and 128h+64+j
  /// 128   64    qh        high two bits: byte 32h+j holds weights 128h+j, +32, +64, +96
  /// 192   16    scales    signed byte per group
  /// 208   2     d         f16 scale of scales
  /// ```
  /// w = d * scale * (q - 32)
  public static let q6_K = QuantType(
    "q6_K", blockElements: 256, blockBytes: 210, ids: [.gguf: 14])
}
