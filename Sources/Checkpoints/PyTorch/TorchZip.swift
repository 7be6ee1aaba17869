internal import ByteIO
internal import Failures

/// torch's zip layout: `ROOT/data.pkl`, `ROOT/data/KEY` for each storage, and a few small members.
enum TorchZip {
  /// Newest value of the `version` member that torch knows.
  private static let maxVersion = 10

  static func open(_ file: RandomAccessFile) throws(CheckpointError) -> TorchArchive {
    let place = Place(file: file.path)
    let directory = try ZipDirectory(file)
    let root = try rootFolder(directory, place)
    if directory.member(root + "/constants.pkl") != nil {
      throw CheckpointError(
        .unsupported,
        "a TorchScript archive is a program; supported are checkpoints that torch.save wrote of a "
          + "dict of tensors",
        at: place)
    }
    var facts = [("layout", "zip"), ("root folder", root)]
    for name in ["version", ".format_version", ".storage_alignment", "byteorder"] {
      guard let text = try smallMember(root + "/" + name, directory, file) else { continue }
      facts.append((name, text))
      switch name {
      case "byteorder" where text != "little":
        throw CheckpointError(
          .unsupported, "the byte order is '\(text)'; supported is little", at: place)
      case "version" where !(1...maxVersion).contains(Int(text) ?? 0):
        throw CheckpointError(
          .unsupported, "version '\(text)' of the layout; supported are 1 to \(maxVersion)",
          at: place)
      default: break
      }
    }
    guard let member = directory.member(root + "/data.pkl") else {
      throw CheckpointError(.header, "the zip has no member '\(root)/data.pkl'", at: place)
    }
    let start = try directory.dataOffset(of: member, in: file)
    var unpickler = Unpickler(PickleSource(file, from: start, to: start + member.size))
    let value = try unpickler.run()
    facts.append(("pickle protocol", String(unpickler.protocolVersion)))
    var warnings: [String] = []
    let offsets = try storageOffsets(unpickler.heap, directory, root, file, &warnings)
    return TorchArchive(
      heap: unpickler.heap, root: value, storageOffsets: offsets, facts: facts, warnings: warnings)
  }

  /// The folder of the one `data.pkl`.
  private static func rootFolder(
    _ directory: ZipDirectory, _ place: Place
  ) throws(CheckpointError) -> String {
    let suffix = Array("/data.pkl".utf8)
    let roots = directory.members.filter { member in
      member.name.count > suffix.count && member.name.suffix(suffix.count).elementsEqual(suffix)
        && !member.name.dropLast(suffix.count).contains(0x2F)
    }
    guard let root = roots.first else {
      throw CheckpointError(
        .header, "the zip has no member 'ROOT/data.pkl': not a checkpoint that torch.save wrote",
        at: place)
    }
    guard roots.count == 1 else {
      throw CheckpointError(
        .duplicate,
        "the zip has \(roots.count) pickles: '\(roots[0].text)' and '\(roots[1].text)'", at: place)
    }
    guard
      let text = String(validating: root.name.dropLast(suffix.count), as: UTF8.self)
    else {
      throw CheckpointError(.header, "the root folder's name is not valid UTF-8", at: place)
    }
    return text
  }

  /// The text of a small member, without the line feed at its end.
  private static func smallMember(
    _ name: String, _ directory: ZipDirectory, _ file: RandomAccessFile
  ) throws(CheckpointError) -> String? {
    guard let member = directory.member(name) else { return nil }
    let start = try directory.dataOffset(of: member, in: file)
    guard member.size <= 64 else {
      throw CheckpointError(
        .limit, "the member '\(name)' has \(member.size) bytes; expected at most 64",
        at: Place(file: file.path, byteOffset: start))
    }
    do {
      var bytes = try file.read(count: Int(member.size), at: start)
      if bytes.last == 0x0A { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    } catch { throw CheckpointError(.io, wrapping: error) }
  }

  /// Finds each storage's member and compares its size.
  private static func storageOffsets(
    _ heap: PickleHeap, _ directory: ZipDirectory, _ root: String, _ file: RandomAccessFile,
    _ warnings: inout [String]
  ) throws(CheckpointError) -> [UInt64] {
    var longer: [String] = []
    var offsets: [UInt64] = []
    offsets.reserveCapacity(heap.storages.count)
    for storage in heap.storages {
      guard let member = directory.member("\(root)/data/\(storage.key)") else {
        throw CheckpointError(
          .layout,
          "the zip has no member '\(root)/data/\(storage.key)' for a storage of the pickle",
          at: Place(file: file.path))
      }
      let start = try directory.dataOffset(of: member, in: file)
      guard member.size >= UInt64(storage.byteCount) else {
        throw CheckpointError(
          .layout,
          "storage '\(storage.key)' of \(storage.elementCount) elements needs "
            + "\(storage.byteCount) bytes, its member has \(member.size)",
          at: Place(file: file.path, byteOffset: start))
      }
      if member.size > UInt64(storage.byteCount) { longer.append(storage.key) }
      offsets.append(start)
    }
    if let first = longer.first {
      warnings.append(
        "\(longer.count) storages, the first of them '\(first)', use less than their member holds")
    }
    return offsets
  }
}
