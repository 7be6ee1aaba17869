internal import ByteIO
internal import Documents
internal import Failures
internal import OrderedCollections
internal import Tensors

/// What stands before the tensors' data of one file.
struct GGUFHeader {
  /// 1, 2 or 3.
  let version: UInt32
  /// Whether numbers, those of the tensors included, have their most significant byte first.
  let isBigEndian: Bool
  /// Keys and values, in file order.
  let metadata: Metadata
  /// The tensors with absolute positions, in file order.
  let tensors: [TensorSpec]
  /// What tensors' positions are multiples of, counted from `dataStart`.
  let alignment: UInt64
  /// Where the descriptions of the tensors lie.
  let descriptions: Range<UInt64>
  /// Where the tensors' data begins.
  let dataStart: UInt64
  /// What is odd without being an error.
  let warnings: [String]

  /// Reads and checks the header of a file.
  static func read(_ path: String, pool: FilePool) throws(CheckpointError) -> GGUFHeader {
    let file: RandomAccessFile
    do throws(ByteIOError) {
      file = try pool.file(path)
    } catch { throw CheckpointError(.io, wrapping: error) }
    var source = GGUFByteSource(file)
    return try read(&source)
  }

  private static func read(
    _ source: inout GGUFByteSource
  ) throws(CheckpointError) -> GGUFHeader {
    let version = try start(&source)
    let tensorCount = try source.count("the number of tensors")
    let keyCount = try source.count("the number of keys")
    let length = UInt64(source.lengthBytes)
    // key: name, type, at least one byte of value; tensor: name, rank, type, offset
    try check(keyCount, "keys", least: length + 4 + 1, source)
    try check(tensorCount, "tensors", least: length + 4 + 4 + 8, source)

    let metadata = try source.metadata(count: keyCount)
    if let architecture = metadata[GGUFKey.architecture] {
      guard case .string = architecture else {
        throw source.failure(
          .header,
          "key '\(GGUFKey.architecture)' must be a string, found \(GGUFValueType(architecture))")
      }
    }
    let alignment = try alignment(metadata, source)
    try check(tensorCount, "tensors", least: length + 4 + 4 + 8, source)
    let begin = source.position
    var tensors = try source.tensors(count: tensorCount, alignment: alignment)
    let descriptions = begin..<source.position
    let dataStart = padded(source.position, alignment)
    let warnings = try GGUFDataSection(
      file: source.file, start: dataStart, alignment: alignment
    ).place(&tensors)
    return GGUFHeader(
      version: version, isBigEndian: source.isBigEndian, metadata: metadata, tensors: tensors,
      alignment: alignment, descriptions: descriptions, dataStart: dataStart, warnings: warnings)
  }

  /// Reads magic and version, which settles byte order and width of counts.
  private static func start(_ source: inout GGUFByteSource) throws(CheckpointError) -> UInt32 {
    let magic = [UInt8](try source.bytes(4, "the magic 'GGUF'"))
    guard magic == GGUFFormat.magic else {
      let found = magic.map { byte in
        (0x20..<0x7F).contains(byte)
          ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      throw source.failure(
        .header, "expected the magic 'GGUF', found '\(found.joined())'", at: 0)
    }
    var version = try source.integer(UInt32.self, "the version")
    if version & 0xFFFF == 0, version != 0 {
      source.isBigEndian = true
      version = version.byteSwapped
    }
    guard (1...3).contains(version) else {
      throw source.failure(
        .unsupported, "GGUF version \(version) is not supported; supported are 1, 2 and 3", at: 4)
    }
    source.hasNarrowCounts = version == 1
    return version
  }

  private static func check(
    _ count: UInt64, _ what: String, least: UInt64, _ source: borrowing GGUFByteSource
  ) throws(CheckpointError) {
    guard count > source.remaining / least else { return }
    throw source.shortage(
      count.multipliedReportingOverflow(by: least).overflow ? UInt64.max : count * least,
      "a header of \(count) \(what)")
  }

  private static func alignment(
    _ metadata: Metadata, _ source: borrowing GGUFByteSource
  ) throws(CheckpointError) -> UInt64 {
    do throws(GGUFAlignment.Refusal) {
      return try GGUFAlignment.of(metadata)
    } catch { throw source.failure(error.isLimit ? .limit : .header, error.message) }
  }

  /// The next multiple of a power of two; positions lie far below 2^63.
  static func padded(_ position: UInt64, _ alignment: UInt64) -> UInt64 {
    (position &+ alignment &- 1) & ~(alignment &- 1)
  }
}
