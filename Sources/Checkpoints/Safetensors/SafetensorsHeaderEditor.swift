internal import ByteIO
internal import Documents
internal import Failures
internal import OrderedCollections

/// The header of one safetensors file, which spaces at its end may lengthen.
///
/// The entries of the tensors are kept as they are written; `__metadata__` stays where it stood, and
/// stands first if there was none.
struct SafetensorsHeaderEditor: HeaderEditor {
  let path: String
  let metadata: Metadata
  let headerByteCount: UInt64
  private(set) var reserve: UInt64 = 0
  let isFirst = true
  /// The tensors' members as they are written, with their names.
  private let members: [ArraySlice<UInt8>]
  /// Which member the texts stand before.
  private let place: Int

  init(_ path: String, pool: FilePool) throws(CheckpointError) {
    do throws(CheckpointError) {
      let (bytes, fileSize) = try SafetensorsReader.readHeader(path, pool: pool)
      let header = try SafetensorsHeader(
        bytes, dataByteCount: fileSize - 8 - UInt64(bytes.count))
      metadata = header.metadata
      headerByteCount = 8 + UInt64(bytes.count)
      (members, place) = try Self.members(of: bytes)
    } catch { throw error.within(Place(file: path)) }
    self.path = path
    let least = 8 + UInt64(text(Self.texts(metadata) ?? []).count)
    reserve = headerByteCount - min(least, headerByteCount)
  }

  private static func members(
    of bytes: [UInt8]
  ) throws(CheckpointError) -> ([ArraySlice<UInt8>], place: Int) {
    var members: [ArraySlice<UInt8>] = []
    var place = 0
    do throws(DocumentError) {
      var reader = JSONReader(bytes, fileOffset: 8)
      try reader.beginObject()
      while let (name, begin) = try nextMember(&reader, bytes) {
        let value = try reader.rawValueRange()
        if name == Safetensors.metadataKey {
          place = members.count
        } else {
          members.append(bytes[begin..<value.upperBound])
        }
      }
    } catch { throw CheckpointError(.header, wrapping: error) }
    return (members, place)
  }

  /// The next member's name, and where it begins.
  private static func nextMember(
    _ reader: inout JSONReader, _ bytes: [UInt8]
  ) throws(DocumentError) -> (String, Int)? {
    var begin = reader.position
    guard let name = try reader.nextKey() else { return nil }
    while begin < bytes.count, bytes[begin] != UInt8(ascii: "\"") { begin += 1 }
    return (name, begin)
  }

  private static func texts(_ metadata: Metadata) -> [(key: String, value: String)]? {
    var result: [(key: String, value: String)] = []
    for (key, value) in metadata {
      guard let text = value.string else { return nil }
      result.append((key, text))
    }
    return result
  }

  /// The document, padded to a multiple of eight as the reference implementation does.
  private func text(_ texts: [(key: String, value: String)]) -> [UInt8] {
    var parts = members.map(Array.init)
    if !texts.isEmpty {
      var writer = JSONWriter()
      writer.beginObject()
      for (key, value) in texts {
        writer.key(key)
        writer.string(value)
      }
      writer.endObject()
      let name = Array("\"\(Safetensors.metadataKey)\":".utf8)
      parts.insert(name + writer.takeBytes(), at: place)
    }
    return [UInt8(ascii: "{")] + parts.joined(separator: [UInt8(ascii: ",")])
      + [UInt8(ascii: "}")]
  }

  func header(_ metadata: Metadata, _ room: HeaderRoom) throws(CheckpointError) -> [UInt8] {
    guard let texts = Self.texts(metadata) else {
      let other = metadata.first { $0.value.string == nil }
      throw CheckpointError(
        .cannotHold,
        "safetensors holds only strings as metadata; '\(other?.key ?? "")' is "
          + "\(other?.value.typeName ?? "")", at: Place(file: path))
    }
    let json = text(texts)
    let least = UInt64(8 + json.count)
    let end: UInt64
    switch room {
    case .least: end = least + (8 - least % 8) % 8
    case .reserve(let count):
      let (sum, overflow) = least.addingReportingOverflow(min(count, UInt64(Int32.max)))
      end = overflow ? .max : HeaderRoom.aligned(sum, to: headerByteCount)
    case .unchanged:
      guard least <= headerByteCount else {
        throw CheckpointError(
          .noRoom,
          "the new header takes \(least) bytes, \(least - headerByteCount) more than there is room for",
          at: Place(file: path))
      }
      end = headerByteCount
    }
    guard end - 8 <= UInt64(Safetensors.maxHeaderByteCount) else {
      throw CheckpointError(
        .cannotHold,
        "a header of \(end - 8) bytes exceeds the format's \(Safetensors.maxHeaderByteCount)",
        at: Place(file: path))
    }
    let length = end - 8
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) }
    return prefix + json + [UInt8](repeating: UInt8(ascii: " "), count: Int(end - least))
  }
}
