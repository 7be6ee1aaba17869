internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// A base model with adapters merged into it, tile by tile, as it is read.
///
/// Changed tensors appear as f32, in the base model's own layout: index maps and stages follow as for
/// any other tensor. A tensor that is only replaced appears as the adapter stores it.
struct MergedReader: CheckpointReader {
  private let merge: AdapterMerge
  private let base: any CheckpointReader
  private let factors: FactorCache
  let tensors: [TensorSpec]

  /// Elements that are merged at a time.
  private static let chunk = 1 << 16

  init(_ merge: AdapterMerge) {
    self.merge = merge
    base = merge.base
    factors = FactorCache(merge)
    var tensors = merge.base.tensors
    for (index, change) in merge.changes {
      let count = tensors[index].shape.elementCount ?? 0
      let encoding: Encoding
      if let replacement = change.replacement, change.updates.isEmpty {
        encoding = merge.adapters[replacement.adapter].reader.tensors[replacement.tensor].encoding
      } else {
        encoding = Encoding(.f32)
      }
      tensors[index].encoding = encoding
      tensors[index].byteCount = encoding.byteCount(elements: count) ?? 0
    }
    self.tensors = tensors
  }

  var format: any FileFormat.Type { base.format }
  var files: [String] { base.files }
  var dialect: Dialect? { base.dialect }
  var metadata: Metadata { base.metadata }
  var containerFacts: [(name: String, value: String)] { base.containerFacts }
  var warnings: [String] { base.warnings + merge.warnings }

  /// Bytes that factors and scratch take at most, beside the buffers of tiles.
  func memory(threads: Int) -> Int {
    let columns =
      merge.changes.filter { $0.value.updates.contains { $0.pair.magnitude != nil } }
      .map { tensors[$0.key].shape.columns }.max() ?? 0
    // The numbers, and the bytes they are made of.
    let scratch = 2 * 4 * max(Self.chunk, columns)
    return factors.byteLimit + max(1, threads) * scratch
  }

  func extent(ofTensor tensor: Int) -> FileExtent? {
    merge.changes[tensor] == nil ? base.extent(ofTensor: tensor) : nil
  }

  func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    guard let change = merge.changes[tensor] else {
      return try base.read(tensor: tensor, range: range, into: buffer)
    }
    var origin: (reader: any CheckpointReader, tensor: Int) = (base, tensor)
    if let replacement = change.replacement {
      origin = (merge.adapters[replacement.adapter].reader, replacement.tensor)
      if change.updates.isEmpty {
        return try origin.reader.read(tensor: origin.tensor, range: range, into: buffer)
      }
    }
    let spec = tensors[tensor]
    guard range.lowerBound >= 0, range.upperBound <= spec.byteCount, range.lowerBound % 4 == 0,
      range.count % 4 == 0, buffer.count == range.count
    else {
      throw CheckpointError(
        .tensor, "bytes \(range) are no whole numbers of \(spec.byteCount)",
        at: Place(tensor: spec.name))
    }
    let updates = try factors.updates(of: tensor, change)
    let elements = range.lowerBound / 4..<range.upperBound / 4
    let wholeRows = updates.contains { $0.magnitudes != nil }
    var scratch: [Float] = []
    var start = elements.lowerBound
    while start < elements.upperBound {
      let run = run(from: start, to: elements.upperBound, wholeRows ? spec.shape.columns : nil)
      if scratch.count < run.count { scratch = [Float](repeating: 0, count: run.count) }
      let end = min(elements.upperBound, run.upperBound)
      let result = scratch.withUnsafeMutableBufferPointer { scratch in
        Result { () throws(CheckpointError) in
          let values = UnsafeMutableBufferPointer(rebasing: scratch[..<run.count])
          try Numbers(reader: origin.reader).read(origin.tensor, run, into: values)
          for update in updates {
            update.add(to: values, first: run.lowerBound)
            if wholeRows {
              update.normalise(values, firstRow: run.lowerBound / max(1, spec.shape.columns))
            }
          }
          let wanted = values[start - run.lowerBound..<end - run.lowerBound]
          UnsafeMutableRawBufferPointer(
            rebasing: buffer[4 * (start - elements.lowerBound)..<4 * (end - elements.lowerBound)]
          ).copyMemory(from: UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: wanted)))
        }
      }
      try result.get()
      start = end
    }
  }

  /// The elements to work on next: a chunk, or as many whole rows as make one.
  private func run(from start: Int, to end: Int, _ columns: Int?) -> Range<Int> {
    guard let columns, columns > 0 else { return start..<min(end, start + Self.chunk) }
    let first = start / columns
    let last = min((end + columns - 1) / columns, first + max(1, Self.chunk / columns))
    return first * columns..<last * columns
  }
}
