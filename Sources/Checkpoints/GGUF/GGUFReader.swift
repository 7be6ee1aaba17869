internal import ByteIO
internal import Documents
internal import Failures
internal import OrderedCollections
internal import Tensors

/// An opened GGUF file or split.
struct GGUFReader: CheckpointReader {
  let files: [String]
  let metadata: Metadata
  let tensors: [TensorSpec]
  let containerFacts: [(name: String, value: String)]
  let warnings: [String]
  private let pool: FilePool
  /// For each file, whether its numbers have their most significant byte first.
  private let isBigEndian: [Bool]

  var format: any FileFormat.Type { GGUFFormat.self }
  var dialect: Dialect? { .gguf }

  /// Puts the tensors of all shards one after the other.
  init(
    _ shards: [(path: String, header: GGUFHeader)], metadata: Metadata, pool: FilePool,
    warnings: [String] = []
  ) {
    files = shards.map(\.path)
    self.metadata = metadata
    self.pool = pool
    isBigEndian = shards.map(\.header.isBigEndian)
    self.warnings = shards.flatMap(\.header.warnings) + warnings
    if let only = shards.first, shards.count == 1 {
      tensors = only.header.tensors
    } else {
      tensors = shards.enumerated().flatMap { index, shard in
        shard.header.tensors.map { tensor in
          var tensor = tensor
          tensor.fileIndex = index
          return tensor
        }
      }
    }
    var facts: [(name: String, value: String)] = []
    if let header = shards.first?.header {
      facts = [
        ("version", "\(header.version)"),
        ("byte order", header.isBigEndian ? "big-endian" : "little-endian"),
        ("alignment", "\(header.alignment)"), ("data offset", "\(header.dataStart)"),
      ]
    }
    if shards.count > 1 { facts.append(("shards", "\(shards.count)")) }
    containerFacts = facts
  }

  func extent(ofTensor tensor: Int) -> FileExtent? {
    let spec = tensors[tensor]
    if isBigEndian[spec.fileIndex], GGUFByteOrder.fields(of: spec.encoding)?.isEmpty != true {
      return nil
    }
    return FileExtent(
      path: files[spec.fileIndex], offset: spec.fileOffset, count: spec.byteCount)
  }

  func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    let spec = tensors[tensor]
    guard range.lowerBound >= 0, range.upperBound <= spec.byteCount, buffer.count == range.count
    else {
      throw CheckpointError(
        .layout,
        "asked for bytes \(range) into a buffer of \(buffer.count), the tensor has "
          + "\(spec.byteCount)", at: Place(file: files[spec.fileIndex], tensor: spec.name))
    }
    if isBigEndian[spec.fileIndex] {
      try readBigEndian(spec, range, into: buffer)
    } else {
      try readBytes(spec, range.lowerBound, into: buffer)
    }
  }

  private func readBytes(
    _ spec: TensorSpec, _ begin: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    do throws(ByteIOError) {
      try pool.file(files[spec.fileIndex]).read(
        into: buffer, at: spec.fileOffset + UInt64(begin))
    } catch { throw CheckpointError(.io, wrapping: error, at: Place(tensor: spec.name)) }
  }

  /// Reads and turns the bytes of every number; numbers that the range cuts are read whole.
  private func readBigEndian(
    _ spec: TensorSpec, _ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    guard let fields = GGUFByteOrder.fields(of: spec.encoding) else {
      throw CheckpointError(
        .unsupported,
        "the byte order of \(spec.encoding) blocks in a big-endian file is not settled; supported "
          + "are scalar types and \(GGUFByteOrder.supportedBlocks)",
        at: Place(file: files[spec.fileIndex], tensor: spec.name))
    }
    try readBytes(spec, range.lowerBound, into: buffer)
    let block = max(1, spec.encoding.blockBits / 8)
    for field in fields {
      var begin = range.lowerBound / block * block + field.offset
      while begin < range.upperBound {
        try swap(begin..<begin + field.width, spec, range, buffer)
        begin += block
      }
    }
  }

  /// Turns the bytes of one number as far as it lies in the range.
  private func swap(
    _ number: Range<Int>, _ spec: TensorSpec, _ range: Range<Int>,
    _ buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    guard number.overlaps(range) else { return }
    if number.lowerBound >= range.lowerBound, number.upperBound <= range.upperBound {
      let begin = number.lowerBound - range.lowerBound
      GGUFByteOrder.swap(
        UnsafeMutableRawBufferPointer(rebasing: buffer[begin..<begin + number.count]),
        width: number.count)
      return
    }
    let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: number.count, alignment: 8)
    defer { whole.deallocate() }
    try readBytes(spec, number.lowerBound, into: whole)
    GGUFByteOrder.swap(whole, width: number.count)
    for position in number.clamped(to: range) {
      buffer[position - range.lowerBound] = whole[position - number.lowerBound]
    }
  }
}
