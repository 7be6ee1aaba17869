internal import Tensors

/// How the content of big-endian files turns into little-endian content.
enum GGUFByteOrder {
  /// A number of several bytes within a block.
  struct Field {
    let offset: Int
    let width: Int
  }

  /// The numbers of several bytes in each block; the block types are those whose layout is
  /// settled: apart from the binary16 scales named here they consist of single bytes.
  ///
  /// Other types build words from bytes in memory order, so that a big-endian file's meaning
  /// depends on the program that wrote it.
  static let blockFields: [String: [Field]] = [
    "q1_0": half(0), "q4_0": half(0), "q4_1": half(0, 2), "q8_0": half(0), "iq4_nl": half(0),
    "q2_K": half(80, 82), "q4_K": half(0, 2), "q5_K": half(0, 2), "q6_K": half(208),
    "tq1_0": half(52), "tq2_0": half(64), "mxfp4": [], "nvfp4": [],
  ]

  private static func half(_ offsets: Int...) -> [Field] {
    offsets.map { Field(offset: $0, width: 2) }
  }

  /// The block types whose big-endian data can be read.
  static var supportedBlocks: String { blockFields.keys.sorted().joined(separator: ", ") }

  /// The numbers of several bytes in a block of that encoding, nil if its order is not settled.
  static func fields(of encoding: Encoding) -> [Field]? {
    if encoding.scalarType != nil, encoding.blockBits % 8 == 0 {
      let width = encoding.blockBits / 8
      return width == 1 ? [] : [Field(offset: 0, width: width)]
    }
    return blockFields[encoding.name]
  }

  /// Reverses the bytes of every number of `width` bytes; those left over stay.
  static func swap(_ buffer: UnsafeMutableRawBufferPointer, width: Int) {
    switch width {
    case 2: swap(buffer, as: UInt16.self)
    case 4: swap(buffer, as: UInt32.self)
    case 8: swap(buffer, as: UInt64.self)
    default: break
    }
  }

  private static func swap<T: FixedWidthInteger & BitwiseCopyable>(
    _ buffer: UnsafeMutableRawBufferPointer, as type: T.Type
  ) {
    let width = MemoryLayout<T>.size
    var offset = 0
    while offset + width <= buffer.count {
      let value = buffer.loadUnaligned(fromByteOffset: offset, as: T.self)
      buffer.storeBytes(of: value.byteSwapped, toByteOffset: offset, as: T.self)
      offset += width
    }
  }
}
