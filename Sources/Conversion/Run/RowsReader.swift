internal import Checkpoints
internal import Failures
internal import Tensors

/// Reads rectangles of a view: some rows, a range of their columns.
///
/// Transposed matrices are read in panels of rows that fit a cache, and turned there: of a matrix
/// never more is held than the rectangle asked for and a panel. What is read beside that depends on
/// neither the matrix's size nor the tensor's.
struct RowsReader {
  let work: TensorWork
  let map: SourceMap
  let reader: any CheckpointReader
  let buffers: TileBuffers
  /// The first buffer that is free.
  let firstBuffer: Int

  /// Elements of a panel, where memory allows it.
  static let panelElements = 1 << 16
  /// Columns that a panel may span.
  static let spanColumns = 1 << 12
  /// Rows are read whole if no more than this many times what is wanted of them.
  private static let wholeRowFactor = 4
  /// Bytes up to which a row is read whole in any case.
  private static let shortRowBytes = 2048

  /// Bytes of scratch that a thread needs for that tensor.
  static func scratchBytes(for work: TensorWork, view: RowsView) -> Int {
    let element = elementBytes(work)
    let raw = 2 * work.panelElements * max(element, 4)
    return view.depth * work.panelElements * element + raw + (work.readsDecoded ? raw : 0)
  }

  static func elementBytes(_ work: TensorWork) -> Int {
    work.encodings[work.decodingLinks].blockBits / 8
  }

  private var elementBytes: Int { Self.elementBytes(work) }
  private var origin: Encoding { work.route.origin }

  /// Fills `target`, row `i` of the list at `i * stride` bytes.
  func fill(
    _ view: RowsView, _ rows: ArraySlice<Int>, _ columns: Range<Int>,
    into target: UnsafeMutableRawPointer, stride: Int
  ) throws(ConversionError) {
    switch view {
    case .stored(let source, let length):
      try fillStored(source, length, rows, columns, into: target, stride: stride)
    case .gathered(let bases, let chain):
      try fillGathered(bases, chain, rows, columns, into: target, stride: stride)
    case .reshaped(let base, let from, let to):
      try fillReshaped(base, from, to, rows, columns, into: target, stride: stride)
    case .transposed(let base, let height, let width, let level):
      try fillTransposed(
        base, height, width, level, rows, columns, into: target, stride: stride)
    }
  }

  private func fillGathered(
    _ bases: [RowsView], _ chain: LayoutChain, _ rows: ArraySlice<Int>, _ columns: Range<Int>,
    into target: UnsafeMutableRawPointer, stride: Int
  ) throws(ConversionError) {
    var start = rows.startIndex
    while start < rows.endIndex {
      let first = chain.origin(of: rows[start])
      var places = [first.row]
      while start + places.count < rows.endIndex {
        let next = chain.origin(of: rows[start + places.count])
        guard next.source == first.source else { break }
        places.append(next.row)
      }
      try fill(
        bases[first.source], places[...], columns,
        into: target + (start - rows.startIndex) * stride, stride: stride)
      start += places.count
    }
  }

  private func fillReshaped(
    _ base: RowsView, _ from: Int, _ to: Int, _ rows: ArraySlice<Int>, _ columns: Range<Int>,
    into target: UnsafeMutableRawPointer, stride: Int
  ) throws(ConversionError) {
    for (number, row) in rows.enumerated() {
      var element = row * to + columns.lowerBound
      let end = row * to + columns.upperBound
      var place = target + number * stride
      while element < end {
        let (baseRow, first) = element.quotientAndRemainder(dividingBy: from)
        let count = min(from - first, end - element)
        try fill(base, [baseRow], first..<first + count, into: place, stride: 0)
        element += count
        place += count * elementBytes
      }
    }
  }

  // MARK: Transposed

  private func fillTransposed(
    _ base: RowsView, _ height: Int, _ width: Int, _ level: Int, _ rows: ArraySlice<Int>,
    _ columns: Range<Int>, into target: UnsafeMutableRawPointer, stride: Int
  ) throws(ConversionError) {
    let widest = min(Self.spanColumns, work.panelElements)
    var start = rows.startIndex
    while start < rows.endIndex {
      let matrix = rows[start] / width
      var low = rows[start] % width
      var high = low
      var picked = [low]
      while start + picked.count < rows.endIndex {
        let (nextMatrix, column) = rows[start + picked.count].quotientAndRemainder(
          dividingBy: width)
        guard nextMatrix == matrix, max(high, column) - min(low, column) < widest else { break }
        low = min(low, column)
        high = max(high, column)
        picked.append(column)
      }
      for index in picked.indices { picked[index] -= low }
      let span = high - low + 1
      let panelRows = max(1, work.panelElements / span)
      let panel = buffers.buffer(
        firstBuffer + level, byteCount: min(panelRows, columns.count) * span * elementBytes)
      guard let scratch = panel.baseAddress else { return }
      var row = columns.lowerBound
      while row < columns.upperBound {
        let count = min(panelRows, columns.upperBound - row)
        let first = matrix * height + row
        try fill(
          base, Array(first..<first + count)[...], low..<high + 1, into: scratch,
          stride: span * elementBytes)
        try Panel(from: scratch, width: span, height: count, columns: picked).turn(
          elementBytes,
          into: target + (start - rows.startIndex) * stride
            + (row - columns.lowerBound) * elementBytes, stride: stride)
        row += count
      }
      start += picked.count
    }
  }

  // MARK: Stored

  private func fillStored(
    _ source: Int, _ length: Int, _ rows: ArraySlice<Int>, _ columns: Range<Int>,
    into target: UnsafeMutableRawPointer, stride: Int
  ) throws(ConversionError) {
    let wanted = columns.count * elementBytes
    let rowBytes = length * elementBytes
    let isShort = rowBytes <= Self.shortRowBytes || rowBytes <= Self.wholeRowFactor * wanted
    let together = isShort ? max(1, work.panelElements / max(1, length)) : 1
    var start = rows.startIndex
    while start < rows.endIndex {
      var count = 1
      while count < together, start + count < rows.endIndex,
        rows[start + count] == rows[start] + count
      { count += 1 }
      let place = target + (start - rows.startIndex) * stride
      let first = rows[start] * length
      if count == 1 || stride == rowBytes && wanted == rowBytes {
        try read(
          source, first + columns.lowerBound..<first + (count - 1) * length + columns.upperBound,
          into: place)
      } else {
        // Whole rows at a time, of which the wanted columns are taken.
        let bytes = buffers.buffer(
          firstBuffer + work.viewDepth, byteCount: count * rowBytes)
        guard let scratch = bytes.baseAddress else { return }
        try read(source, first..<first + count * length, into: scratch)
        for row in 0..<count {
          (place + row * stride).copyMemory(
            from: scratch + row * rowBytes + columns.lowerBound * elementBytes, byteCount: wanted)
        }
      }
      start += count
    }
  }

  /// Reads consecutive elements of a stored tensor, decoded if it is stored in blocks.
  private func read(
    _ source: Int, _ elements: Range<Int>, into target: UnsafeMutableRawPointer
  ) throws(ConversionError) {
    guard work.readsDecoded else {
      return try readBytes(
        source, elements.lowerBound * elementBytes,
        UnsafeMutableRawBufferPointer(start: target, count: elements.count * elementBytes))
    }
    let block = origin.blockElements * (origin.blockBits % 8 == 0 ? 1 : 8)
    var first = elements.lowerBound / block * block
    while first < elements.upperBound {
      let end = min(
        first + max(block, work.panelElements / block * block),
        (elements.upperBound + block - 1) / block * block)
      let part = elements.clamped(to: first..<end)
      try decode(source, first..<end) { values in
        (target + (part.lowerBound - elements.lowerBound) * elementBytes).copyMemory(
          from: values + (part.lowerBound - first) * elementBytes,
          byteCount: part.count * elementBytes)
      }
      first = end
    }
  }

  /// Reads whole blocks and sends them through the stages that decode them.
  private func decode(
    _ source: Int, _ elements: Range<Int>, _ body: (UnsafeMutableRawPointer) -> Void
  ) throws(ConversionError) {
    let total = reader.tensors[map.tensors[source]].shape.elementCount ?? 0
    let elements = elements.clamped(to: 0..<total)
    guard let offset = origin.byteCount(elements: elements.lowerBound),
      let count = origin.byteCount(elements: elements.count)
    else { throw ConversionError(.internal, "a read that does not begin with a block") }
    let encodings = work.encodings
    let free = firstBuffer + work.viewDepth + 1
    var current = buffers.buffer(free, byteCount: count)
    try readBytes(source, offset, current)
    for index in 0..<work.decodingLinks {
      let encoding = encodings[index + 1]
      guard let size = encoding.byteCount(elements: elements.count) else {
        throw ConversionError(.internal, "\(elements.count) elements are no blocks of \(encoding)")
      }
      let next = buffers.buffer(free + 1 + index, byteCount: size)
      let input = TileInput(
        tensor: work.tensor.name, encoding: encodings[index], firstElement: elements.lowerBound,
        elementCount: elements.count, columns: work.tensor.shape.columns,
        parts: [UnsafeRawBufferPointer(current)], saturate: false)
      var output = TileOutput(encoding: encoding, parts: [next])
      try work.stages[index].run(input, into: &output)
      current = next
    }
    if let base = current.baseAddress { body(base) }
  }

  private func readBytes(
    _ source: Int, _ offset: Int, _ buffer: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    try passing(at: Place(tensor: work.tensor.name)) { () throws(CheckpointError) in
      try reader.read(
        tensor: map.tensors[source], range: offset..<offset + buffer.count, into: buffer)
    }
  }
}
