public import Tensors

/// MXFP4 as gpt-oss checkpoints store it: `X_blocks` and `X_scales`, both u8.
///
/// ```
/// X_blocks  [..., rows, blocks, 16]   low half of byte j: weight 2j, high half: weight 2j+1
/// X_scales  [..., rows, blocks]       f8_e8m0
/// ```
/// The blocks of ggml's mxfp4 have the scale first, and weights j and j + 16 in byte j.
public enum PackedMXFP4: Packing {
  /// mxfp4.
  public static var encoding: Encoding { QuantType.mxfp4.encoding }
  /// Codes, and scales.
  public static let parts = [
    PackingPart("_blocks", .u8, [16], of: QuantType.mxfp4.encoding),
    PackingPart("_scales", .u8, [], of: QuantType.mxfp4.encoding),
  ]
  /// Experts in mxfp4.
  public static let fileType: String? = "MXFP4_MOE"

  /// Scale and codes of each block, the codes in ggml's order.
  public static func pack(
    _ parts: [UnsafeRawBufferPointer], into blocks: UnsafeMutableRawBufferPointer, count: Int
  ) {
    guard parts.count == 2 else { return }
    for block in 0..<count {
      let codes = 16 * block
      let target = 17 * block
      blocks[target] = parts[1][block]
      for j in 0..<8 {
        let (low, high) = (parts[0][codes + j], parts[0][codes + 8 + j])
        blocks[target + 1 + 2 * j] = low & 0x0f | (high & 0x0f) << 4
        blocks[target + 2 + 2 * j] = low >> 4 | high & 0xf0
      }
    }
  }

  /// Codes of neighbours side by side, or the scales.
  public static func unpack(
    _ blocks: UnsafeRawBufferPointer, part: Int, into bytes: UnsafeMutableRawBufferPointer,
    count: Int
  ) {
    for block in 0..<count {
      let source = 17 * block
      guard part == 0 else {
        bytes[block] = blocks[source]
        continue
      }
      for j in 0..<8 {
        let (even, odd) = (blocks[source + 1 + 2 * j], blocks[source + 2 + 2 * j])
        bytes[16 * block + j] = even & 0x0f | (odd & 0x0f) << 4
        bytes[16 * block + 8 + j] = even >> 4 | odd & 0xf0
      }
    }
  }
}
