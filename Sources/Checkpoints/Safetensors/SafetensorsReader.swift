public import ByteIO
public import Documents
public import Failures
public import Tensors

/// An opened safetensors file.
public struct SafetensorsReader: CheckpointReader {
  /// Safetensors.
  public var format: any FileFormat.Type { Safetensors.self }
  /// The one file.
  public var files: [String] { [path] }
  /// Transformers' names.
  public var dialect: Dialect? { Safetensors.dialect }
  /// The texts of `__metadata__`.
  public let metadata: Metadata
  /// The tensors, by their place in the file.
  public let tensors: [TensorSpec]
  /// Size of the header.
  public let containerFacts: [(name: String, value: String)]
  /// That the file is one of several, if it was opened alone.
  public let warnings: [String]

  private let path: String
  private let pool: FilePool

  /// Reads the header of a file.
  ///
  /// - Parameter isAlone: whether no index names it, so that a shard's name deserves a warning.
  public init(
    _ path: String, pool: FilePool, isAlone: Bool = true
  ) throws(CheckpointError) {
    do {
      let (bytes, fileSize) = try Self.readHeader(path, pool: pool)
      let header = try SafetensorsHeader(
        bytes, dataByteCount: fileSize - 8 - UInt64(bytes.count))
      metadata = header.metadata
      tensors = header.tensors
      containerFacts = [("header", "\(bytes.count) bytes")]
    } catch {
      throw error.within(Place(file: path))
    }
    if isAlone, let count = ShardPlan.shardCount(ofFile: path), count > 1 {
      warnings = ["this file is one of \(count) shards; open its index for the whole checkpoint"]
    } else {
      warnings = []
    }
    self.path = path
    self.pool = pool
  }

  /// The header's bytes, after its length was checked.
  static func readHeader(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> (bytes: [UInt8], fileSize: UInt64) {
    let file: RandomAccessFile
    let head: [UInt8]
    do {
      file = try pool.file(path)
      head = try file.read(count: Int(min(64, file.size)), at: 0)
    } catch {
      throw CheckpointError(.io, wrapping: error)
    }
    if let defect = defect(ofHead: head, fileSize: file.size) { throw defect }
    do {
      return (try file.read(count: Int(Safetensors.littleEndian(head[..<8])), at: 8), file.size)
    } catch {
      throw CheckpointError(.io, wrapping: error)
    }
  }

  /// What is wrong with the first bytes: their length's bounds, and that '{' follows.
  private static func defect(ofHead head: [UInt8], fileSize: UInt64) -> CheckpointError? {
    let foreign = foreignContent(head).map { "; the file looks like \($0)" } ?? ""
    guard head.count >= 8 else {
      return CheckpointError(
        .truncated,
        "expected 8 bytes with the header's length, the file has \(fileSize)\(foreign)")
    }
    let count = Safetensors.littleEndian(head[..<8])
    let place = Place(byteOffset: 0)
    guard count <= UInt64(Safetensors.maxHeaderByteCount) else {
      return CheckpointError(
        foreign.isEmpty ? .limit : .header,
        "a header of \(count) bytes exceeds the format's \(Safetensors.maxHeaderByteCount)\(foreign)",
        at: place)
    }
    guard count <= fileSize - 8 else {
      return CheckpointError(
        .truncated,
        "a header of \(count) bytes, but only \(fileSize - 8) bytes follow its length\(foreign)",
        at: place)
    }
    guard count >= 2 else {
      return CheckpointError(
        .header, "a header of \(count) bytes, expected a JSON object\(foreign)", at: place)
    }
    guard head.count > 8, head[8] == UInt8(ascii: "{") else {
      return CheckpointError(
        .header, "the header does not begin with '{'\(foreign)", at: Place(byteOffset: 8))
    }
    return nil
  }

  /// What else a file with these first bytes may be.
  private static func foreignContent(_ head: [UInt8]) -> String? {
    let signatures: [(bytes: [UInt8], name: String)] = [
      (
        Array("version https://git-lfs".utf8),
        "a Git LFS pointer, whose content has not been fetched (git lfs pull)"
      ),
      (Array("PK\u{3}\u{4}".utf8), "a zip archive, perhaps a PyTorch checkpoint"),
      ([0x80, 0x02], "a Python pickle, perhaps a PyTorch checkpoint"),
      ([0x80, 0x03], "a Python pickle, perhaps a PyTorch checkpoint"),
      ([0x80, 0x04], "a Python pickle, perhaps a PyTorch checkpoint"),
      ([0x80, 0x05], "a Python pickle, perhaps a PyTorch checkpoint"),
      (Array("GGUF".utf8), "a GGUF file"),
      ([0x89] + Array("HDF".utf8), "an HDF5 file"),
      (Array("<!DOCTYPE".utf8), "an HTML page"),
      (Array("<html".utf8), "an HTML page"),
    ]
    return signatures.first { head.starts(with: $0.bytes) }?.name
  }

  /// Reads a part of a tensor's content.
  public func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    guard tensors.indices.contains(tensor) else {
      throw CheckpointError(
        .tensor, "there is no tensor \(tensor) among \(tensors.count)", at: Place(file: path))
    }
    let spec = tensors[tensor]
    guard range.lowerBound >= 0, range.upperBound <= spec.byteCount, buffer.count == range.count
    else {
      throw CheckpointError(
        .tensor,
        "bytes \(range) asked for in a buffer of \(buffer.count), the tensor has \(spec.byteCount)",
        at: Place(file: path, tensor: spec.name))
    }
    do {
      try pool.file(path).read(into: buffer, at: spec.fileOffset + UInt64(range.lowerBound))
    } catch {
      throw CheckpointError(.io, wrapping: error, at: Place(file: path, tensor: spec.name))
    }
  }

  /// Where the content lies.
  public func extent(ofTensor tensor: Int) -> FileExtent? {
    guard tensors.indices.contains(tensor) else { return nil }
    let spec = tensors[tensor]
    return FileExtent(path: path, offset: spec.fileOffset, count: spec.byteCount)
  }
}
