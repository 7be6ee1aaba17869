internal import ByteIO
internal import Checkpoints
internal import Failures
internal import Tensors

/// Runs single tiles on one thread, with buffers of its own.
final class TileRunner {
  /// What a tile came to.
  struct Result {
    var byteCount: Int
    var underflows = 0
    var checksum: UInt32?
  }

  private let source: SourceCheckpoint
  private let files: [OutputFile]
  private let saturate: Bool
  private let buffers = TileBuffers()
  private let reader: TileReader
  private let importance: TileImportance?

  init(
    source: SourceCheckpoint, files: [OutputFile], importance: PlannedImportance?, saturate: Bool
  ) {
    self.source = source
    self.files = files
    self.saturate = saturate
    reader = TileReader(reader: source.reader)
    self.importance = importance.map { TileImportance(file: $0.file) }
  }

  /// Makes a tile and writes it to its place.
  func run(_ work: TensorWork, tile: Int) throws(ConversionError) -> Result {
    let elements = work.grid.elements(ofTile: tile)
    let target = work.tensor.encoding
    guard let before = target.byteCount(elements: elements.lowerBound),
      let count = target.byteCount(elements: elements.count)
    else {
      throw ConversionError(
        .internal, "a tile of \(elements.count) elements does not fill blocks of \(target)",
        at: Place(tensor: work.tensor.name))
    }
    let offset = work.offset + UInt64(before)
    if work.isCopy, !work.needsChecksum,
      try copy(work, first: before, count: count, to: offset)
    {
      return Result(byteCount: count)
    }
    var result = Result(byteCount: count)
    let bytes = try make(work, elements, &result)
    if work.needsChecksum { result.checksum = CRC32.of(UnsafeRawBufferPointer(bytes)) }
    try passing(at: Place(tensor: work.tensor.name)) { () throws(ByteIOError) in
      try files[work.file].write(UnsafeRawBufferPointer(bytes), at: offset)
    }
    return result
  }

  /// Where pages begin in files: only runs that lie alike on pages are moved by the kernel for less
  /// than reading and writing cost.
  private static let pageBytes: UInt64 = 4096

  /// Copies inside the kernel; false if that gains nothing, or source or file systems do not allow it.
  private func copy(
    _ work: TensorWork, first: Int, count: Int, to offset: UInt64
  ) throws(ConversionError) -> Bool {
    guard case .source(let map) = work.tensor.origin, let tensor = map.tensors.first,
      let extent = source.reader.extent(ofTensor: tensor),
      (extent.offset + UInt64(first)) % Self.pageBytes == offset % Self.pageBytes
    else { return false }
    return try passing(at: Place(tensor: work.tensor.name)) { () throws(ByteIOError) in
      try files[work.file].copy(
        from: try source.pool.file(extent.path), at: extent.offset + UInt64(first), count: count,
        to: offset)
    }
  }

  /// Reads a run of elements and sends it through the stages; the bytes are good until the next one.
  func make(
    _ work: TensorWork, _ elements: Range<Int>, _ result: inout Result
  ) throws(ConversionError) -> UnsafeMutableRawBufferPointer {
    let encodings = work.encodings
    let first = work.decodingLinks
    var current = try room(first, encodings[first], elements, work)
    switch work.tensor.origin {
    case .values(let values):
      values.withUnsafeBytes {
        current.copyMemory(
          from: .init(rebasing: $0[4 * elements.lowerBound..<4 * elements.upperBound]))
      }
    case .source(let map):
      try reader.read(
        elements, of: work, map: map, buffers: buffers, span: encodings.count, into: current)
    }
    let weights = try importance?.values(for: work.tensor, elements)
    for (index, stage) in work.stages.enumerated().dropFirst(first) {
      if index == work.mappingLink { try change(current, elements, work) }
      let next = try room(index + 1, encodings[index + 1], elements, work)
      let input = TileInput(
        tensor: work.tensor.name, encoding: encodings[index], firstElement: elements.lowerBound,
        elementCount: elements.count, columns: work.tensor.shape.columns,
        matrixRows: work.tensor.shape.matrixRows, parts: [UnsafeRawBufferPointer(current)],
        importance: weights, saturate: saturate)
      var output = TileOutput(encoding: encodings[index + 1], parts: [next])
      try stage.run(input, into: &output)
      result.underflows += output.underflows
      current = next
    }
    if work.stages.count == work.mappingLink { try change(current, elements, work) }
    return current
  }

  /// Changes the values of a tile in f32.
  ///
  /// - Throws: `.value` naming the first number that has no image.
  private func change(
    _ bytes: UnsafeMutableRawBufferPointer, _ elements: Range<Int>, _ work: TensorWork
  ) throws(ConversionError) {
    let values = bytes.bindMemory(to: Float.self)
    for map in work.valueMaps {
      guard let index = map.apply(to: values) else { continue }
      let columns = max(1, work.tensor.shape.columns)
      let (row, column) = (elements.lowerBound + index).quotientAndRemainder(dividingBy: columns)
      throw ConversionError(
        .value,
        "\(map.description) has no result in f32 for the value \(values[index]) at row \(row), "
          + "column \(column)", at: Place(tensor: work.tensor.name))
    }
  }

  private func room(
    _ index: Int, _ encoding: Encoding, _ elements: Range<Int>, _ work: TensorWork
  ) throws(ConversionError) -> UnsafeMutableRawBufferPointer {
    guard let count = encoding.byteCount(elements: elements.count) else {
      throw ConversionError(
        .internal, "a tile of \(elements.count) elements does not fill blocks of \(encoding)",
        at: Place(tensor: work.tensor.name))
    }
    return buffers.buffer(index, byteCount: count)
  }
}
