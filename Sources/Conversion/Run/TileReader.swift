internal import ByteIO
internal import Checkpoints
internal import Failures
internal import Tensors

/// Brings the source bytes of a tile together, in the output's row order.
struct TileReader {
  let reader: any CheckpointReader

  /// Most bytes that are read around scattered rows, as a multiple of what is needed.
  static let spanFactor = 2

  static func spanBytes(for work: TensorWork) -> Int {
    spanFactor * (work.route.origin.byteCount(elements: work.grid.elementsPerTile) ?? 0)
  }

  /// Fills `target` with the elements of a tile, in the source's encoding.
  func read(
    _ elements: Range<Int>, of work: TensorWork, map: SourceMap, buffers: TileBuffers, span: Int,
    into target: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    let encoding = work.route.origin
    guard let rows = map.rows else {
      guard let source = map.tensors.first,
        let first = encoding.byteCount(elements: elements.lowerBound)
      else { throw ConversionError(.internal, "a tile that does not begin with a block") }
      return try fill(target, source, first, work)
    }
    let columns = work.tensor.shape.rank <= 1 ? 1 : work.tensor.shape.columns
    guard let rowBytes = encoding.byteCount(elements: columns), columns > 0 else {
      throw ConversionError(
        .cannotHold, "rows of \(columns) \(encoding) do not fill whole bytes: they cannot be moved",
        at: Place(tensor: work.tensor.name))
    }
    var row = elements.lowerBound / columns
    let end = elements.upperBound / columns
    let first = row
    while row < end {
      let step = try gather(
        row..<end, first: first, rows: rows, map: map, rowBytes: rowBytes, work: work,
        buffers: buffers, span: span, into: target)
      row += step
    }
  }

  /// Gathers as many rows from the front of `range` as one read of at most the span's room serves.
  private func gather(
    _ range: Range<Int>, first: Int, rows: any RowMap, map: SourceMap, rowBytes: Int,
    work: TensorWork, buffers: TileBuffers, span: Int,
    into target: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) -> Int {
    let origin = rows.origin(ofStored: range.lowerBound)
    var low = origin.row
    var high = origin.row
    var count = 1
    let room = max(1, Self.spanBytes(for: work) / rowBytes)
    while range.lowerBound + count < range.upperBound {
      let next = rows.origin(ofStored: range.lowerBound + count)
      guard next.part == origin.part else { break }
      let newLow = min(low, next.row)
      let newHigh = max(high, next.row)
      guard newHigh - newLow < room else { break }
      low = newLow
      high = newHigh
      count += 1
    }
    let isRun = high - low + 1 == count && isAscending(range.lowerBound, count, rows)
    let source = map.tensors[origin.part]
    let place = (range.lowerBound - first) * rowBytes
    if isRun {
      let slice = UnsafeMutableRawBufferPointer(rebasing: target[place..<place + count * rowBytes])
      try fill(slice, source, low * rowBytes, work)
      return count
    }
    let scratch = buffers.buffer(span, byteCount: (high - low + 1) * rowBytes)
    try fill(scratch, source, low * rowBytes, work)
    guard let from = scratch.baseAddress, let to = target.baseAddress else { return count }
    for index in 0..<count {
      let row = rows.origin(ofStored: range.lowerBound + index).row - low
      (to + place + index * rowBytes).copyMemory(from: from + row * rowBytes, byteCount: rowBytes)
    }
    return count
  }

  private func isAscending(_ first: Int, _ count: Int, _ rows: any RowMap) -> Bool {
    let start = rows.origin(ofStored: first).row
    return (0..<count).allSatisfy { rows.origin(ofStored: first + $0).row == start + $0 }
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ source: Int, _ offset: Int, _ work: TensorWork
  ) throws(ConversionError) {
    try passing(at: Place(tensor: work.tensor.name)) { () throws(CheckpointError) in
      try reader.read(tensor: source, range: offset..<offset + buffer.count, into: buffer)
    }
  }
}
