/// Eight 6-bit scales and eight 6-bit minima in twelve bytes.
///
/// ```
/// byte  field
/// 0-3   scales 0-3; the two highest bits are those of scales 4-7
/// 4-7   minima 0-3; the two highest bits are those of minima 4-7
/// 8-11  low four bits of scales 4-7 (low half) and of minima 4-7 (high half)
/// ```
struct SixBitScales {
  /// The bytes.
  var bytes: [UInt8]

  /// The bytes at an offset of a block.
  init(_ block: UnsafeRawBufferPointer, at offset: Int) {
    bytes = Array(block[offset..<offset + 12])
  }

  /// Puts codes together. Of codes that exceed 63 the bits go where ggml's shifts take them.
  init(scales: [UInt8], minima: [UInt8]) {
    bytes = Array(scales[0..<4] + minima[0..<4]) + [0, 0, 0, 0]
    for j in 0..<4 {
      bytes[j] |= (scales[j + 4] >> 4) << 6
      bytes[j + 4] |= (minima[j + 4] >> 4) << 6
      bytes[j + 8] = scales[j + 4] & 15 | minima[j + 4] << 4
    }
  }

  /// Scale of a group.
  func scale(_ group: Int) -> Int {
    Int(group < 4 ? bytes[group] & 63 : bytes[group + 4] & 15 | (bytes[group - 4] >> 6) << 4)
  }

  /// Minimum of a group.
  func minimum(_ group: Int) -> Int {
    Int(group < 4 ? bytes[group + 4] & 63 : bytes[group + 4] >> 4 | (bytes[group] >> 6) << 4)
  }

  /// Scales and minima of a block, into its parts.
  static func unpack(_ block: UnsafeRawBufferPointer, at offset: Int, into parts: inout BlockParts)
  {
    let packed = SixBitScales(block, at: offset)
    for group in 0..<8 {
      parts[.subScale][group] = packed.scale(group)
      parts[.subMinimum][group] = packed.minimum(group)
    }
  }

  /// Scales and minima of parts, into a block.
  static func arrange(
    _ parts: BlockParts, into block: UnsafeMutableRawBufferPointer, at offset: Int
  ) {
    let packed = SixBitScales(
      scales: parts[.subScale].map { UInt8(truncatingIfNeeded: $0) },
      minima: parts[.subMinimum].map { UInt8(truncatingIfNeeded: $0) })
    for (index, byte) in packed.bytes.enumerated() { block[offset + index] = byte }
  }
}
