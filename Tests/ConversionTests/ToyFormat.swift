import ByteIO
import Checkpoints
import Documents
import Failures
import Tensors

/// A file format as an addition would declare it, through what Checkpoints offers to everybody:
/// the word TOY1, a count, entries of (name, type, axes), then the data, one after the other.
enum ToyFormat: FileFormat {
  static let id = "toy"
  static let summary = "a format for tests"
  static let extensions = ["toy"]
  static let indexName: String? = nil
  static let folderName: String? = nil
  static let idSpace = IDSpace("toy")
  static let dialect: Dialect? = nil
  static let headerValues = HeaderValues.none

  static func recognises(path: String, head: [UInt8]) -> Bool {
    head.starts(with: Array("TOY1".utf8))
  }

  static func canHold(_ encoding: Encoding) -> Bool {
    ScalarType.all.contains { Encoding($0) == encoding && $0.bits % 8 == 0 }
  }

  static func open(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> any CheckpointReader {
    try ToyReader(path, pool: pool)
  }

  static func layOut(_ request: WriteRequest) throws(CheckpointError) -> [PlannedFile] {
    var header = Array("TOY1".utf8) + [UInt8(request.tensors.count)]
    var sizes: [Int] = []
    for tensor in request.tensors {
      guard canHold(tensor.encoding),
        let type = ScalarType.all.firstIndex(where: { Encoding($0) == tensor.encoding }),
        let size = tensor.encoding.byteCount(tensor.shape)
      else {
        throw CheckpointError(
          .cannotHold, "toy holds whole bytes", at: Place(tensor: tensor.name))
      }
      header += [UInt8(tensor.name.utf8.count)] + Array(tensor.name.utf8)
      header +=
        [UInt8(type), UInt8(tensor.shape.rank)]
        + tensor.shape.axes.flatMap { [UInt8($0 & 255), UInt8($0 >> 8 & 255)] }
      sizes.append(size)
    }
    var position = UInt64(header.count)
    let extents = sizes.enumerated().map { index, size in
      defer { position += UInt64(size) }
      return PlannedFile.TensorExtent(tensor: index, offset: position, byteCount: size)
    }
    return [
      PlannedFile(
        name: request.fileName, size: position, segments: [.init(offset: 0, bytes: header)],
        extents: extents)
    ]
  }
}

private struct ToyReader: CheckpointReader {
  let format: any FileFormat.Type = ToyFormat.self
  let files: [String]
  let dialect: Dialect? = nil
  let metadata: Metadata = [:]
  let tensors: [TensorSpec]
  let containerFacts: [(name: String, value: String)] = []
  let warnings: [String] = []
  let pool: FilePool

  init(_ path: String, pool: FilePool) throws(CheckpointError) {
    files = [path]
    self.pool = pool
    let bytes = try reading(path) { () throws(ByteIOError) in
      try pool.file(path).readAll(limit: 1 << 20)
    }
    var position = 5
    var specs: [TensorSpec] = []
    func next(_ count: Int) throws(CheckpointError) -> ArraySlice<UInt8> {
      guard bytes.count - position >= count else {
        throw CheckpointError(
          .truncated, "the header ends early",
          at: Place(file: path, byteOffset: UInt64(position)))
      }
      defer { position += count }
      return bytes[position..<position + count]
    }
    for _ in 0..<(bytes.count > 4 ? bytes[4] : 0) {
      let name = String(decoding: try next(Int(try next(1).first ?? 0)), as: UTF8.self)
      let type = Int(try next(1).first ?? 0)
      var axes: [Int] = []
      for _ in 0..<(try next(1).first ?? 0) {
        let pair = try next(2).map(Int.init)
        axes.append(pair[0] | pair[1] << 8)
      }
      guard ScalarType.all.indices.contains(type),
        let size = Encoding(ScalarType.all[type]).byteCount(Shape(axes))
      else {
        throw CheckpointError(.tensor, "no such type", at: Place(file: path, tensor: name))
      }
      specs.append(
        TensorSpec(
          name: name, encoding: Encoding(ScalarType.all[type]), shape: Shape(axes),
          byteCount: size))
    }
    var offset = UInt64(position)
    tensors = specs.map { spec in
      var spec = spec
      spec.fileOffset = offset
      offset += UInt64(spec.byteCount)
      return spec
    }
  }

  func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    let offset = tensors[tensor].fileOffset + UInt64(range.lowerBound)
    try reading(files[0]) { () throws(ByteIOError) in
      try pool.file(files[0]).read(into: buffer, at: offset)
    }
  }

  func extent(ofTensor tensor: Int) -> FileExtent? {
    FileExtent(
      path: files[0], offset: tensors[tensor].fileOffset, count: tensors[tensor].byteCount)
  }
}

private func reading<Result>(
  _ path: String, _ body: () throws(ByteIOError) -> Result
) throws(CheckpointError) -> Result {
  do throws(ByteIOError) {
    return try body()
  } catch {
    throw CheckpointError(.io, wrapping: error, at: Place(file: path))
  }
}
