internal import ByteIO
internal import Documents
internal import Failures
internal import Tensors

/// An opened torch file: its pickle was read, its storages are read when asked for.
struct PyTorchReader: CheckpointReader {
  let files: [String]
  let tensors: [TensorSpec]
  let containerFacts: [(name: String, value: String)]
  let warnings: [String]
  var format: any FileFormat.Type { PyTorch.self }
  var dialect: Dialect? { PyTorch.dialect }
  var metadata: Metadata { [:] }
  private let pool: FilePool
  private let views: [View]

  /// How a tensor's elements lie in the file.
  private struct View: Sendable {
    let elements: StridedView
    /// Position of the storage's first element.
    let origin: UInt64
  }

  /// Opens a single file.
  init(_ path: String, pool: FilePool) throws(CheckpointError) {
    let file: RandomAccessFile
    do { file = try pool.file(path) } catch { throw CheckpointError(.io, wrapping: error) }
    let archive = try TorchArchive.open(file)
    let heap = archive.heap
    let state = try StateDict(archive.root, heap, at: Place(file: path))
    // With the file's name in it, a storage's name is unique among shards.
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var users = [Int](repeating: 0, count: heap.storages.count)
    for entry in state.entries { users[heap.tensors[entry.tensor].storage] += 1 }
    var tensors: [TensorSpec] = []
    var views: [View] = []
    tensors.reserveCapacity(state.entries.count)
    views.reserveCapacity(state.entries.count)
    for entry in state.entries {
      let tensor = heap.tensors[entry.tensor]
      let origin = archive.storageOffsets[tensor.storage]
      let elements = StridedView(
        offset: tensor.offset, sizes: tensor.sizes, strides: tensor.strides,
        elementBytes: tensor.type.bits / 8)
      views.append(View(elements: elements, origin: origin))
      let first = elements.isContiguous ? tensor.offset * elements.elementBytes : 0
      tensors.append(
        TensorSpec(
          name: entry.name, encoding: Encoding(tensor.type), shape: Shape(tensor.sizes),
          byteCount: tensor.byteCount, fileOffset: origin + UInt64(first),
          sharedStorage: users[tensor.storage] > 1
            ? "\(name)/data/\(heap.storages[tensor.storage].key)" : nil))
    }
    self.files = [path]
    self.tensors = tensors
    self.views = views
    self.pool = pool
    containerFacts = archive.facts + (state.wrapper.map { [("tensors under", $0)] } ?? [])
    warnings = archive.warnings + state.warnings
  }

  func extent(ofTensor tensor: Int) -> FileExtent? {
    guard tensors.indices.contains(tensor),
      views[tensor].elements.isContiguous || tensors[tensor].byteCount == 0
    else { return nil }
    return FileExtent(
      path: files[0], offset: tensors[tensor].fileOffset, count: tensors[tensor].byteCount)
  }

  func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    guard tensors.indices.contains(tensor), range.lowerBound >= 0,
      range.upperBound <= tensors[tensor].byteCount, buffer.count == range.count
    else {
      throw CheckpointError(
        .tensor, "bytes \(range) of tensor \(tensor) do not exist or do not fill the buffer",
        at: Place(file: files[0]))
    }
    guard !range.isEmpty else { return }
    let file: RandomAccessFile
    do { file = try pool.file(files[0]) } catch { throw CheckpointError(.io, wrapping: error) }
    let place = Place(file: files[0], tensor: tensors[tensor].name)
    if let extent = extent(ofTensor: tensor) {
      do { try file.read(into: buffer, at: extent.offset + UInt64(range.lowerBound)) } catch {
        throw CheckpointError(.io, wrapping: error, at: place)
      }
      return
    }
    let view = views[tensor]
    let read: ElementReader = { (start, part) throws(CheckpointError) in
      do throws(ByteIOError) {
        try file.read(
          into: part, at: view.origin + UInt64(start) * UInt64(view.elements.elementBytes))
      } catch { throw CheckpointError(.io, wrapping: error, at: place) }
    }
    try gather(view.elements, range, into: buffer, read)
  }

  /// Gathers whole elements; those cut by the range's ends come through a small buffer.
  private func gather(
    _ view: StridedView, _ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer,
    _ read: ElementReader
  ) throws(CheckpointError) {
    let size = view.elementBytes
    var position = range.lowerBound
    while position < range.upperBound {
      let skipped = position % size
      let target = UnsafeMutableRawBufferPointer(
        rebasing: buffer[(position - range.lowerBound)...])
      if skipped == 0, target.count >= size {
        let whole = target.count - target.count % size
        try view.gather(
          from: position / size, into: UnsafeMutableRawBufferPointer(rebasing: target[..<whole]),
          read)
        position += whole
        continue
      }
      var element = [UInt8](repeating: 0, count: size)
      var failure: CheckpointError?
      element.withUnsafeMutableBytes { bytes in
        do throws(CheckpointError) {
          try view.gather(from: position / size, into: bytes, read)
        } catch { failure = error }
      }
      if let failure { throw failure }
      let part = min(size - skipped, target.count)
      target.copyBytes(from: element[skipped..<skipped + part])
      position += part
    }
  }
}
