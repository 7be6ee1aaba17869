internal import ByteIO
internal import Failures

/// torch's layout before 1.6: five pickles (magic number, protocol version, system information,
/// the object, the storages' keys), then each storage as a count of elements and its data.
enum TorchLegacy {
  private static let magic: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]
  private static let protocolVersion = 1001

  static func open(_ file: RandomAccessFile) throws(CheckpointError) -> TorchArchive {
    let place = Place(file: file.path, byteOffset: 0)
    var header = Unpickler(PickleSource(file, from: 0, to: file.size))
    guard case .long(let number) = try header.run(), number == magic else {
      throw CheckpointError(
        .unrecognised,
        "a pickle without torch's magic number: expected a file that torch.save wrote", at: place)
    }
    let version = try header.run()
    guard version.integer == protocolVersion else {
      throw CheckpointError(
        .unsupported,
        "a legacy file of another version than \(protocolVersion), the only supported one",
        at: header.at)
    }
    let information = try header.run()
    try checkByteOrder(information, header)

    var unpickler = Unpickler(
      PickleSource(file, from: header.source.offset, to: file.size))
    let root = try unpickler.run()
    let version2 = unpickler.protocolVersion
    let heap = unpickler.heap
    let keysPlace = unpickler.source.place
    let keys = try unpickler.run()
    guard let list = unpickler.heap.sequence(keys) else {
      throw CheckpointError(
        .header, "expected the list of the storages' keys, found \(keys.kind)", at: keysPlace)
    }
    let offsets = try storageOffsets(Array(list), &unpickler, heap, keysPlace)
    return TorchArchive(
      heap: heap, root: root, storageOffsets: offsets,
      facts: [
        ("layout", "legacy"), ("version", String(protocolVersion)), ("byteorder", "little"),
        ("pickle protocol", String(version2)),
      ], warnings: [])
  }

  private static func checkByteOrder(
    _ information: PickleValue, _ unpickler: Unpickler
  ) throws(CheckpointError) {
    guard let dict = unpickler.heap.dict(information) else {
      throw CheckpointError(
        .header, "expected a dict of system information, found \(information.kind)",
        at: unpickler.at)
    }
    for index in stride(from: 0, to: dict.items.count - 1, by: 2)
    where dict.items[index].text == "little_endian" {
      guard case .bool(true) = dict.items[index + 1] else {
        throw CheckpointError(
          .unsupported, "the byte order is big-endian; supported is little-endian",
          at: unpickler.at)
      }
    }
  }

  /// Walks over the counts behind the pickles; the data is not read.
  private static func storageOffsets(
    _ keys: [PickleValue], _ unpickler: inout Unpickler, _ heap: PickleHeap, _ place: Place
  ) throws(CheckpointError) -> [UInt64] {
    guard keys.count == heap.storages.count else {
      throw CheckpointError(
        .header, "\(keys.count) storages are stored, the object names \(heap.storages.count)",
        at: place)
    }
    var offsets = [UInt64?](repeating: nil, count: heap.storages.count)
    let file = unpickler.source.file
    var position = unpickler.source.offset
    for key in keys {
      let text = key.text ?? key.integer.map(String.init) ?? ""
      guard let index = unpickler.storageByKey[Array(text.utf8)] else {
        throw CheckpointError(
          .header, "the storage '\(text)' is stored, but the object does not name it", at: place)
      }
      guard offsets[index] == nil else {
        throw CheckpointError(.duplicate, "the storage '\(text)' is stored twice", at: place)
      }
      let storage = heap.storages[index]
      let here = Place(file: file.path, byteOffset: position)
      let bytes: [UInt8]
      do { bytes = try file.read(count: 8, at: position) } catch {
        throw CheckpointError(.io, wrapping: error)
      }
      let count = LittleEndianBytes(bytes).u64(0) ?? 0
      guard count == UInt64(storage.elementCount) else {
        throw CheckpointError(
          .layout,
          "storage '\(text)' has \(count) elements here, the object names \(storage.elementCount)",
          at: here)
      }
      position += 8
      guard file.size - position >= UInt64(storage.byteCount) else {
        throw CheckpointError(
          .truncated,
          "storage '\(text)' needs \(storage.byteCount) bytes, the file ends after "
            + "\(file.size - position)",
          at: here)
      }
      offsets[index] = position
      position += UInt64(storage.byteCount)
    }
    guard position == file.size else {
      throw CheckpointError(
        .layout, "\(file.size - position) bytes behind the last storage belong to nothing",
        at: Place(file: file.path, byteOffset: position))
    }
    return offsets.compactMap { $0 }
  }
}
