internal import ByteIO

/// Lays a zip of stored members out, each aligned as torch does it.
struct ZipPlan {
  /// Where torch wants a member's data to begin.
  static let alignment: UInt64 = 64

  private(set) var segments: [PlannedFile.Segment] = []
  private(set) var extents: [PlannedFile.TensorExtent] = []
  private(set) var slots: [PlannedFile.Slot] = []
  private var directory: [UInt8] = []
  private var directoryChecksums: [(position: Int, extent: Int)] = []
  private var count = 0
  private var position: UInt64 = 0

  /// Adds a member whose bytes are known.
  mutating func add(_ name: String, _ bytes: [UInt8]) {
    header(name, UInt64(bytes.count), CRC32.of(bytes), extent: nil)
    segments.append(.init(offset: position, bytes: bytes))
    position += UInt64(bytes.count)
  }

  /// Adds a member that holds a tensor; its checksum comes after the run.
  mutating func add(_ name: String, tensor: Int, byteCount: Int) {
    header(name, UInt64(byteCount), 0, extent: extents.count)
    extents.append(.init(tensor: tensor, offset: position, byteCount: byteCount))
    position += UInt64(byteCount)
  }

  /// The file, with the central directory at its end.
  consuming func finish(_ fileName: String) -> PlannedFile {
    let start = position
    let size = UInt64(directory.count)
    for checksum in directoryChecksums {
      slots.append(
        .init(
          offset: start + UInt64(checksum.position), value: .crc32(extent: checksum.extent)))
    }
    let limit = UInt64(Zip.elsewhere)
    let wide = count >= 0xFFFF || start >= limit || size >= limit
    if wide {
      let end = start + size
      number(Zip.directoryEnd64)
      number(UInt64(Zip.directoryEnd64Size - 12))
      number(UInt16(45))
      number(UInt16(45))
      number(UInt32(0))
      number(UInt32(0))
      number(UInt64(count))
      number(UInt64(count))
      number(size)
      number(start)
      number(Zip.locator64)
      number(UInt32(0))
      number(end)
      number(UInt32(1))
    }
    let members = count >= 0xFFFF ? 0xFFFF : UInt16(count)
    number(Zip.directoryEnd)
    number(UInt16(0))
    number(UInt16(0))
    number(members)
    number(members)
    number(narrow(size))
    number(narrow(start))
    number(UInt16(0))
    segments.append(.init(offset: start, bytes: directory))
    return PlannedFile(
      name: fileName, size: start + UInt64(directory.count), segments: segments, extents: extents,
      slots: slots)
  }

  /// A local header, padded so that the data begins aligned, and the directory's entry.
  private mutating func header(_ name: String, _ size: UInt64, _ checksum: UInt32, extent: Int?) {
    let name = Array(name.utf8)
    let start = position
    let wideSize = size >= UInt64(Zip.elsewhere)
    let wideStart = start >= UInt64(Zip.elsewhere)
    var extra: [UInt8] = []
    if wideSize {
      Self.append(Zip.extra64, to: &extra)
      Self.append(UInt16(16), to: &extra)
      Self.append(size, to: &extra)
      Self.append(size, to: &extra)
    }
    let used = start + UInt64(Zip.localHeaderSize + name.count + extra.count + 4)
    let padding = (Self.alignment - used % Self.alignment) % Self.alignment
    Self.append(Zip.extraPadding, to: &extra)
    Self.append(UInt16(padding), to: &extra)
    extra += [UInt8](repeating: 0x5A, count: Int(padding))

    // Both headers share these fields, from "version needed" on.
    var shared: [UInt8] = []
    Self.append(UInt16(wideSize || wideStart ? 45 : 20), to: &shared)
    Self.append(Zip.utf8Flag, to: &shared)
    Self.append(UInt16(0), to: &shared)  // stored
    Self.append(UInt32(0), to: &shared)  // no time
    Self.append(checksum, to: &shared)
    Self.append(narrow(size), to: &shared)
    Self.append(narrow(size), to: &shared)
    Self.append(UInt16(name.count), to: &shared)

    var local: [UInt8] = []
    Self.append(Zip.localHeader, to: &local)
    local += shared
    Self.append(UInt16(extra.count), to: &local)
    local += name
    local += extra
    segments.append(.init(offset: start, bytes: local))
    position += UInt64(local.count)

    var wide: [UInt8] = []
    if wideSize {
      Self.append(size, to: &wide)
      Self.append(size, to: &wide)
    }
    if wideStart { Self.append(start, to: &wide) }
    if let extent {
      slots.append(.init(offset: start + 14, value: .crc32(extent: extent)))
      directoryChecksums.append((directory.count + 16, extent))
    }
    number(Zip.directoryEntry)
    number(UInt16(45))
    directory += shared
    number(UInt16(wide.isEmpty ? 0 : wide.count + 4))
    number(UInt16(0))  // comment
    number(UInt16(0))  // disk
    number(UInt16(0))  // internal attributes
    number(UInt32(0))  // external attributes
    number(narrow(start))
    directory += name
    if !wide.isEmpty {
      number(Zip.extra64)
      number(UInt16(wide.count))
      directory += wide
    }
    count += 1
  }

  private func narrow(_ value: UInt64) -> UInt32 {
    value >= UInt64(Zip.elsewhere) ? Zip.elsewhere : UInt32(value)
  }

  private mutating func number(_ value: some FixedWidthInteger) {
    Self.append(value, to: &directory)
  }

  /// Static, so that no copy of the plan shares the bytes while they grow.
  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
