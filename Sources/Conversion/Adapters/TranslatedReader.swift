internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// An adapter of PEFT, read as the GGUF that it becomes.
///
/// Adapters are small: a tensor is put together whole for each part of it that is read.
struct TranslatedReader: CheckpointReader {
  private let reader: any CheckpointReader
  private let contents: [AdapterTranslation.Content]
  let metadata: Metadata
  let tensors: [TensorSpec]
  let warnings: [String]
  let lost: [Plan.LostTensor]
  /// Tensors whose numbers are others than the adapter's.
  let changed: Set<Int>

  init(_ translation: AdapterTranslation, _ metadata: Metadata) throws(ConversionError) {
    reader = translation.adapter.reader
    self.metadata = metadata
    contents = translation.outputs.map(\.content)
    warnings = translation.adapter.warnings + translation.warnings
    lost = translation.lost
    changed = Set(
      translation.outputs.indices.filter { index in
        if case .rows(_, _, let factor) = translation.outputs[index].content {
          factor != 1
        } else {
          false
        }
      })
    var tensors: [TensorSpec] = []
    for output in translation.outputs {
      let encoding = Self.encoding(of: output.content, reader)
      guard let byteCount = encoding.byteCount(output.shape),
        byteCount < Int.max / 8
      else {
        throw ConversionError(
          .adapterKind, "rows of \(encoding) cannot be moved: floats were expected",
          at: Place(file: translation.adapter.path, tensor: output.name))
      }
      tensors.append(
        TensorSpec(
          name: output.name, encoding: encoding, shape: output.shape, byteCount: byteCount))
    }
    self.tensors = tensors
  }

  /// The encoding of the source, or f32 where numbers change.
  private static func encoding(
    of content: AdapterTranslation.Content, _ reader: any CheckpointReader
  ) -> Encoding {
    switch content {
    case .whole(let sources): sources.first.map { reader.tensors[$0].encoding } ?? Encoding(.f32)
    case .rows(let sources, _, let factor):
      factor == 1
        ? sources.first.map { reader.tensors[$0].encoding } ?? Encoding(.f32) : Encoding(.f32)
    case .transposed(let source): reader.tensors[source].encoding
    }
  }

  var format: any FileFormat.Type { reader.format }
  var files: [String] { reader.files }
  var dialect: Dialect? { .gguf }
  var containerFacts: [(name: String, value: String)] { reader.containerFacts }
  func extent(ofTensor tensor: Int) -> FileExtent? { nil }

  /// Bytes that reading takes at most, beside the buffers of tiles: a tensor and its sources.
  func memory(threads: Int) -> Int {
    let largest = tensors.map(\.byteCount).max() ?? 0
    let (bytes, overflow) = (3 * largest).multipliedReportingOverflow(by: max(1, threads))
    return overflow ? Int.max : bytes
  }

  func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    guard tensors.indices.contains(tensor), range.lowerBound >= 0,
      range.upperBound <= tensors[tensor].byteCount, buffer.count == range.count
    else { throw CheckpointError(.tensor, "there are no bytes \(range) of tensor \(tensor)") }
    let bytes: [UInt8]
    switch contents[tensor] {
    case .whole(let sources): bytes = try joined(sources)
    case .rows(let sources, let chain, let factor):
      bytes = try gathered(sources, chain, factor, tensors[tensor])
    case .transposed(let source): bytes = try transposed(source)
    }
    guard bytes.count == tensors[tensor].byteCount else {
      throw CheckpointError(
        .tensor, "\(bytes.count) bytes were put together, \(tensors[tensor].byteCount) expected",
        at: Place(tensor: tensors[tensor].name))
    }
    buffer.copyBytes(from: bytes[range])
  }

  private func joined(_ sources: [Int]) throws(CheckpointError) -> [UInt8] {
    var result: [UInt8] = []
    for source in sources { result += try whole(source) }
    return result
  }

  private func whole(_ source: Int) throws(CheckpointError) -> [UInt8] {
    let count = reader.tensors[source].byteCount
    var bytes = [UInt8](repeating: 0, count: count)
    let result = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(CheckpointError) in
        try reader.read(tensor: source, range: 0..<count, into: buffer)
      }
    }
    try result.get()
    return bytes
  }

  private func gathered(
    _ sources: [Int], _ chain: LayoutChain, _ factor: Float, _ spec: TensorSpec
  ) throws(CheckpointError) -> [UInt8] {
    var parts: [[UInt8]] = []
    for source in sources {
      guard factor != 1 else {
        parts.append(try whole(source))
        continue
      }
      let values = try Numbers(reader: reader).all(source).map { factor * $0 }
      parts.append(values.withUnsafeBytes { Array($0) })
    }
    let rowBytes = chain.rowCount > 0 ? spec.byteCount / chain.rowCount : 0
    var result: [UInt8] = []
    result.reserveCapacity(spec.byteCount)
    for row in 0..<chain.rowCount {
      let origin = chain.origin(of: row)
      let start = origin.row * rowBytes
      guard parts.indices.contains(origin.source), start >= 0,
        start + rowBytes <= parts[origin.source].count
      else {
        throw CheckpointError(
          .tensor, "row \(row) comes from nowhere", at: Place(tensor: spec.name))
      }
      result += parts[origin.source][start..<start + rowBytes]
    }
    return result
  }

  private func transposed(_ source: Int) throws(CheckpointError) -> [UInt8] {
    let spec = reader.tensors[source]
    let bytes = try whole(source)
    let (rows, columns) = (spec.shape.axes[0], spec.shape.axes[1])
    guard rows > 0, columns > 0 else { return bytes }
    let width = bytes.count / (rows * columns)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for column in 0..<columns {
      for row in 0..<rows {
        let start = (row * columns + column) * width
        result += bytes[start..<start + width]
      }
    }
    return result
  }
}
