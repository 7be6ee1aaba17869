internal import ByteIO
internal import Failures

/// A torch file whose pickle was read: the values, and where each storage's data begins.
struct TorchArchive: Sendable {
  /// What the pickle's values refer to.
  let heap: PickleHeap
  /// The saved object.
  let root: PickleValue
  /// Position of each storage's data.
  let storageOffsets: [UInt64]
  /// Facts for `inspect`.
  let facts: [(name: String, value: String)]
  /// What is odd.
  let warnings: [String]

  /// Reads a file of any of torch's layouts, judged by its first bytes.
  static func open(_ file: RandomAccessFile) throws(CheckpointError) -> TorchArchive {
    let head: [UInt8]
    do { head = try file.read(count: Int(min(file.size, 512)), at: 0) } catch {
      throw CheckpointError(.io, wrapping: error)
    }
    let place = Place(file: file.path, byteOffset: 0)
    if head.starts(with: TorchSignature.zip) || head.starts(with: TorchSignature.emptyZip) {
      return try TorchZip.open(file)
    }
    if TorchSignature.isTar(head) {
      throw CheckpointError(
        .unsupported,
        "the tar layout of torch before 0.1.10 is not supported; supported are the zip layout and "
          + "the legacy layout: load it with torch and save it again",
        at: place)
    }
    if TorchSignature.isPickle(head) { return try TorchLegacy.open(file) }
    throw CheckpointError(
      .unrecognised,
      head.isEmpty
        ? "the file is empty"
        : "neither a zip nor a pickle: expected a file that torch.save wrote", at: place)
  }
}

/// First bytes of torch's layouts.
enum TorchSignature {
  /// A local header.
  static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
  /// The end record of a zip without members.
  static let emptyZip: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
  /// A pickle of protocol 2 with the number 0x1950a86a20f9469cfc6c.
  static let legacy: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]
  /// Members of the tar layout, one of which comes first.
  private static let tarMembers = ["sys_info", "pickle", "tensors", "storages"]

  /// Whether the bytes begin a pickle of protocol 2 to 5.
  static func isPickle(_ head: [UInt8]) -> Bool {
    head.count >= 2 && head[0] == 0x80 && (2...5).contains(head[1])
  }

  /// Whether the bytes begin a tar file, or one of torch's oldest layout.
  static func isTar(_ head: [UInt8]) -> Bool {
    let name = head.prefix(while: { $0 != 0 })
    if head.count > name.count, tarMembers.contains(where: { name.elementsEqual($0.utf8) }) {
      return true
    }
    return head.count >= 262 && head[257..<262].elementsEqual("ustar".utf8)
  }
}
