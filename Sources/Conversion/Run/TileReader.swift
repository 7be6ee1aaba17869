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
    if let view = work.view {
      return try read(elements, of: view, work, map, buffers, span, into: target)
    }
    let encoding = work.route.origin
    guard let chain = map.chain, !chain.keepsRows else {
      guard let source = map.tensors.first,
        let first = encoding.byteCount(elements: elements.lowerBound)
      else { throw ConversionError(.internal, "a tile that does not begin with a block") }
      return try fill(target, source, first, work)
    }
    guard let rowBytes = encoding.byteCount(elements: chain.columns), chain.columns > 0 else {
      throw ConversionError(
        .cannotHold,
        "rows of \(chain.columns) \(encoding) do not fill whole blocks: they cannot be moved",
        at: Place(tensor: work.tensor.name))
    }
    let first = elements.lowerBound / chain.columns
    let end = elements.upperBound / chain.columns
    var row = first
    while row < end {
      row += try gather(
        row..<end, first: first, chain, map, rowBytes: rowBytes, work: work, buffers: buffers,
        span: span, into: target)
    }
  }

  /// Fills `target` with rows of a view.
  private func read(
    _ elements: Range<Int>, of view: RowsView, _ work: TensorWork, _ map: SourceMap,
    _ buffers: TileBuffers, _ free: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    guard let start = target.baseAddress, view.columns > 0 else { return }
    let rows = RowsReader(
      work: work, map: map, reader: reader, buffers: buffers, firstBuffer: free)
    try rows.fill(
      view,
      Array(elements.lowerBound / view.columns..<elements.upperBound / view.columns)[...],
      0..<view.columns, into: start, stride: view.columns * RowsReader.elementBytes(work))
  }

  /// Gathers as many rows from the front of `range` as one read of at most the span's room serves.
  private func gather(
    _ range: Range<Int>, first: Int, _ chain: LayoutChain, _ map: SourceMap, rowBytes: Int,
    work: TensorWork, buffers: TileBuffers, span: Int,
    into target: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) -> Int {
    let origin = chain.origin(of: range.lowerBound)
    var low = origin.row
    var high = origin.row
    var places = [origin.row]
    var isAscending = true
    let room = max(1, Self.spanBytes(for: work) / rowBytes)
    while range.lowerBound + places.count < range.upperBound {
      let next = chain.origin(of: range.lowerBound + places.count)
      guard next.source == origin.source else { break }
      let newLow = min(low, next.row)
      let newHigh = max(high, next.row)
      guard newHigh - newLow < room else { break }
      isAscending = isAscending && next.row == origin.row + places.count
      low = newLow
      high = newHigh
      places.append(next.row)
    }
    let source = map.tensors[origin.source]
    let offset = (range.lowerBound - first) * rowBytes
    if isAscending {
      let end = offset + places.count * rowBytes
      try fill(
        UnsafeMutableRawBufferPointer(rebasing: target[offset..<end]), source, low * rowBytes, work)
      return places.count
    }
    let scratch = buffers.buffer(span, byteCount: (high - low + 1) * rowBytes)
    try fill(scratch, source, low * rowBytes, work)
    guard let from = scratch.baseAddress, let to = target.baseAddress else { return places.count }
    for (index, row) in places.enumerated() {
      (to + offset + index * rowBytes).copyMemory(
        from: from + (row - low) * rowBytes, byteCount: rowBytes)
    }
    return places.count
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ source: Int, _ offset: Int, _ work: TensorWork
  ) throws(ConversionError) {
    try passing(at: Place(tensor: work.tensor.name)) { () throws(CheckpointError) in
      try reader.read(tensor: source, range: offset..<offset + buffer.count, into: buffer)
    }
  }
}
