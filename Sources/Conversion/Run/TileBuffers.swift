internal import Tensors

/// The buffers of one thread, made once and reused for every tile.
///
/// One buffer per encoding on the way of a tensor, and some to gather scattered rows from.
final class TileBuffers {
  private var buffers: [UnsafeMutableRawBufferPointer] = []

  init() {}

  deinit { for buffer in buffers { buffer.deallocate() } }

  /// A buffer of exactly that size; each index has its own memory, which grows as needed.
  func buffer(_ index: Int, byteCount: Int) -> UnsafeMutableRawBufferPointer {
    while buffers.count <= index {
      buffers.append(UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }
    if buffers[index].count < byteCount {
      buffers[index].deallocate()
      buffers[index] = .allocate(byteCount: byteCount, alignment: 64)
    }
    return UnsafeMutableRawBufferPointer(rebasing: buffers[index][..<byteCount])
  }

  /// Bytes that a thread's buffers take for that tensor.
  static func byteCount(for work: TensorWork) -> Int {
    let elements = work.grid.elementsPerTile
    let sum = work.encodings.dropFirst(work.decodingLinks).reduce(0) {
      $0 + ($1.byteCount(elements: elements) ?? 0)
    }
    if let view = work.view { return sum + RowsReader.scratchBytes(for: work, view: view) }
    guard case .source(let map) = work.tensor.origin, map.chain?.keepsRows == false else {
      return sum
    }
    return sum + TileReader.spanBytes(for: work)
  }
}
