internal import Checkpoints
internal import Documents
internal import Failures
internal import Quantization
internal import Tensors

/// A checkpoint whose packings are seen as what they mean: `X_blocks` and `X_scales` are one tensor `X`.
///
/// All other tensors stay as they are. A packing is known by its parts' names, types and shapes.
struct PackedReader: CheckpointReader {
  let base: any CheckpointReader
  let tensors: [TensorSpec]
  private let entries: [Entry]

  /// Where a tensor's bytes come from.
  private enum Entry: Sendable {
    case plain(Int)
    /// The parts' places in the base, in the packing's order.
    case packed(any Packing.Type, [Int])
  }

  var format: any FileFormat.Type { base.format }
  var files: [String] { base.files }
  var dialect: Dialect? { base.dialect }
  var metadata: Metadata { base.metadata }
  var containerFacts: [(name: String, value: String)] { base.containerFacts }
  var warnings: [String] { base.warnings }

  /// Blocks that are packed at a time.
  private static let stepBlocks = 4096

  /// The view of a checkpoint; nil if it holds no packing.
  init?(_ base: any CheckpointReader) {
    // Most checkpoints hold none: their names are looked at once.
    let suffixes = Packings.all.compactMap { $0.parts.first?.suffix }
    guard base.tensors.contains(where: { spec in suffixes.contains(where: spec.name.hasSuffix) })
    else { return nil }
    var places: [String: Int] = [:]
    for (index, spec) in base.tensors.enumerated() where places[spec.name] == nil {
      places[spec.name] = index
    }
    var wholes: [Int: (spec: TensorSpec, entry: Entry)] = [:]
    var hidden: Set<Int> = []
    for (index, spec) in base.tensors.enumerated() where places[spec.name] == index {
      for packing in Packings.all {
        guard let found = Self.whole(packing, beginningWith: spec, base.tensors, places) else {
          continue
        }
        wholes[index] = (found.spec, .packed(packing, found.parts))
        hidden.formUnion(found.parts)
      }
    }
    if wholes.isEmpty { return nil }
    var tensors: [TensorSpec] = []
    var entries: [Entry] = []
    for (index, spec) in base.tensors.enumerated() {
      if let whole = wholes[index] {
        tensors.append(whole.spec)
        entries.append(whole.entry)
      } else if !hidden.contains(index) {
        tensors.append(spec)
        entries.append(.plain(index))
      }
    }
    self.base = base
    self.tensors = tensors
    self.entries = entries
  }

  /// The tensor whose first part that is, with the places of all parts.
  private static func whole(
    _ packing: any Packing.Type, beginningWith spec: TensorSpec, _ tensors: [TensorSpec],
    _ places: [String: Int]
  ) -> (spec: TensorSpec, parts: [Int])? {
    guard let first = packing.parts.first, spec.name.hasSuffix(first.suffix),
      let shape = first.wholeShape(of: spec.shape),
      let byteCount = packing.encoding.byteCount(shape)
    else { return nil }
    let name = String(spec.name.dropLast(first.suffix.count))
    if places[name] != nil { return nil }
    var parts: [Int] = []
    for part in packing.parts {
      guard let index = places[name + part.suffix],
        tensors[index].encoding == Encoding(part.type),
        tensors[index].shape == part.storedShape(of: shape)
      else { return nil }
      parts.append(index)
    }
    let whole = TensorSpec(
      name: name, encoding: packing.encoding, shape: shape, byteCount: byteCount,
      fileIndex: spec.fileIndex, fileOffset: spec.fileOffset)
    return (whole, parts)
  }

  func extent(ofTensor tensor: Int) -> FileExtent? {
    guard entries.indices.contains(tensor) else { return nil }
    switch entries[tensor] {
    case .plain(let index): return base.extent(ofTensor: index)
    case .packed: return nil
    }
  }

  func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    guard entries.indices.contains(tensor), range.lowerBound >= 0,
      range.upperBound <= tensors[tensor].byteCount, buffer.count == range.count
    else {
      throw CheckpointError(
        .tensor, "bytes \(range) of tensor \(tensor) do not exist or do not fill the buffer")
    }
    switch entries[tensor] {
    case .plain(let index): try base.read(tensor: index, range: range, into: buffer)
    case .packed(let packing, let parts): try read(packing, parts, range, into: buffer)
    }
  }

  private func read(
    _ packing: any Packing.Type, _ places: [Int], _ range: Range<Int>,
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    let blockBytes = packing.encoding.blockBits / 8
    var position = range.lowerBound
    while position < range.upperBound {
      let first = position / blockBytes
      let end = min((range.upperBound + blockBytes - 1) / blockBytes, first + Self.stepBlocks)
      let count = end - first
      var parts: [[UInt8]] = []
      for (part, place) in zip(packing.parts, places) {
        var bytes = [UInt8](repeating: 0, count: count * part.blockBytes)
        let failure = bytes.withUnsafeMutableBytes { bytes -> CheckpointError? in
          do throws(CheckpointError) {
            try base.read(
              tensor: place, range: first * part.blockBytes..<end * part.blockBytes, into: bytes)
            return nil
          } catch { return error }
        }
        if let failure { throw failure }
        parts.append(bytes)
      }
      var blocks = [UInt8](repeating: 0, count: count * blockBytes)
      Self.withBytes(of: parts[...], []) { parts in
        blocks.withUnsafeMutableBytes { packing.pack(parts, into: $0, count: count) }
      }
      let stop = min(range.upperBound, end * blockBytes)
      UnsafeMutableRawBufferPointer(rebasing: buffer[(position - range.lowerBound)...]).copyBytes(
        from: blocks[position - first * blockBytes..<stop - first * blockBytes])
      position = stop
    }
  }

  /// Calls `body` with the bytes of each list; there are as many as a packing has parts.
  private static func withBytes(
    of lists: ArraySlice<[UInt8]>, _ open: [UnsafeRawBufferPointer],
    _ body: ([UnsafeRawBufferPointer]) -> Void
  ) {
    guard let list = lists.first else { return body(open) }
    list.withUnsafeBytes { withBytes(of: lists.dropFirst(), open + [$0], body) }
  }
}
