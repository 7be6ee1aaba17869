internal import ByteIO
internal import Documents
internal import Failures
internal import OrderedCollections

/// The header of one GGUF file, which keeps its version and byte order.
///
/// The data begins at the first multiple of the alignment after the header. Room beyond that is filled
/// by a key of Lathe's own, which readers skip like every key they do not know.
struct GGUFHeaderEditor: HeaderEditor {
  let path: String
  let metadata: Metadata
  let headerByteCount: UInt64
  private(set) var reserve: UInt64 = 0
  let isFirst: Bool
  private let version: UInt32
  private let isBigEndian: Bool
  private let tensorCount: Int
  private let alignment: UInt64
  /// The descriptions of the tensors.
  private let descriptions: [UInt8]

  init(_ path: String, pool: FilePool) throws(CheckpointError) {
    let header = try GGUFHeader.read(path, pool: pool)
    self.path = path
    version = header.version
    isBigEndian = header.isBigEndian
    tensorCount = header.tensors.count
    alignment = header.alignment
    isFirst = (try GGUFSplitKeys(header, path: path)?.number ?? 0) == 0
    var keys = header.metadata
    keys[GGUFKey.reserve] = nil
    metadata = keys
    do throws(ByteIOError) {
      let file = try pool.file(path)
      // A file without data may end before its padding.
      headerByteCount = min(header.dataStart, file.size)
      descriptions = try file.read(
        count: Int(header.descriptions.upperBound - header.descriptions.lowerBound),
        at: header.descriptions.lowerBound)
    } catch { throw CheckpointError(.io, wrapping: error) }
    let least = UInt64(bytes(keys, filler: nil).count)
    reserve = headerByteCount - min(least, headerByteCount)
  }

  func header(_ metadata: Metadata, _ room: HeaderRoom) throws(CheckpointError) -> [UInt8] {
    do throws(CheckpointError) {
      return try checked(metadata, room)
    } catch { throw error.within(Place(file: path)) }
  }

  private func checked(
    _ metadata: Metadata, _ room: HeaderRoom
  ) throws(CheckpointError) -> [UInt8] {
    var keys = metadata
    keys[GGUFKey.reserve] = nil
    for (key, value) in keys { try GGUFFormat.check(key, value) }
    guard keys[GGUFKey.alignment] == self.metadata[GGUFKey.alignment] else {
      throw CheckpointError(
        .cannotHold, "'\(GGUFKey.alignment)' decides where tensors lie and cannot be changed alone")
    }
    let least = UInt64(bytes(keys, filler: nil).count)
    let end: UInt64
    switch room {
    case .least:
      let isPadded = headerByteCount % alignment == 0
      end = isPadded ? GGUFHeader.padded(least, alignment) : least
    case .reserve(let count):
      let (sum, overflow) = least.addingReportingOverflow(count)
      guard !overflow, sum <= GGUFLimits.headerBytes else { throw tooLong(overflow ? .max : sum) }
      end = GGUFHeader.padded(HeaderRoom.aligned(sum, to: headerByteCount), alignment)
    case .unchanged:
      guard least <= headerByteCount else {
        throw CheckpointError(
          .noRoom,
          "the new header takes \(least) bytes, \(least - headerByteCount) more than there is room for"
        )
      }
      end = headerByteCount
    }
    guard end <= GGUFLimits.headerBytes else { throw tooLong(end) }
    var result = bytes(keys, filler: try filler(end - least))
    result += [UInt8](repeating: 0, count: Int(end) - result.count)
    return result
  }

  private func tooLong(_ count: UInt64) -> CheckpointError {
    CheckpointError(
      .cannotHold,
      "a header of \(count) bytes exceeds the limit of \(GGUFLimits.headerBytes)")
  }

  /// The value that fills room of so many bytes up to what the alignment pads; nil if that is all.
  private func filler(_ room: UInt64) throws(CheckpointError) -> MetadataValue? {
    guard room >= alignment else { return nil }
    let length: UInt64 = version == 1 ? 4 : 8
    let entry = length + UInt64(GGUFKey.reserve.utf8.count) + 4
    let list = entry + 4 + length
    if room >= list {
      return .array(.u8([UInt8](repeating: 0, count: Int(room - list))))
    }
    guard room > entry else {
      throw CheckpointError(
        .noRoom,
        "the new header is \(room) bytes shorter, which is more than the alignment of \(alignment) "
          + "fills and less than a key takes")
    }
    // A truth takes one byte; what is left is less than the alignment, unless that is tiny.
    guard room - entry - 1 < alignment else {
      throw CheckpointError(
        .noRoom,
        "the new header is \(room) bytes shorter, which no key fills up to the alignment of "
          + "\(alignment)")
    }
    return .bool(false)
  }

  /// The header without the padding at its end.
  private func bytes(_ keys: Metadata, filler: MetadataValue?) -> [UInt8] {
    var header = GGUFSerializer(isBigEndian: isBigEndian, hasNarrowCounts: version == 1)
    header.raw(GGUFFormat.magic)
    header.integer(version)
    header.count(tensorCount)
    header.count(keys.count + (filler == nil ? 0 : 1))
    for (key, value) in keys { header.keyAndValue(key, value) }
    if let filler { header.keyAndValue(GGUFKey.reserve, filler) }
    header.raw(descriptions)
    return header.bytes
  }
}
