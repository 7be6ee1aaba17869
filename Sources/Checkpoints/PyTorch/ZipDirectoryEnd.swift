internal import ByteIO
internal import Failures

/// The records behind the central directory: where it is and how many members it has.
struct ZipDirectoryEnd {
  /// Number of members.
  let count: UInt64
  /// Bytes of the directory.
  let size: UInt64
  /// Position of the directory.
  let offset: UInt64

  /// Finds the end record in the last 64 KiB, and the Zip64 record if there is one.
  init(_ file: RandomAccessFile) throws(CheckpointError) {
    let window = Int(min(file.size, UInt64(Zip.directoryEndSize + 0xFFFF)))
    let windowStart = file.size - UInt64(window)
    let tail = LittleEndianBytes(try Self.read(file, window, windowStart))
    var found: Int?
    var position = window - Zip.directoryEndSize
    while position >= 0, found == nil {
      if tail.u32(position) == Zip.directoryEnd, let comment = tail.u16(position + 20),
        position + Zip.directoryEndSize + Int(comment) == window
      {
        found = position
      }
      position -= 1
    }
    guard let start = found, let disk = tail.u16(start + 4), let first = tail.u16(start + 6),
      let here16 = tail.u16(start + 8), let count16 = tail.u16(start + 10),
      let size32 = tail.u32(start + 12), let offset32 = tail.u32(start + 16)
    else {
      throw CheckpointError(
        .truncated, "the zip has no central directory at its end: the file is cut off or damaged",
        at: Place(file: file.path, byteOffset: file.size))
    }
    let endOffset = windowStart + UInt64(start)
    let place = Place(file: file.path, byteOffset: endOffset)
    guard disk == first || disk == 0xFFFF, here16 == count16 else {
      throw CheckpointError(.unsupported, "a zip of several disks is not supported", at: place)
    }
    var record = (
      count: UInt64(count16), size: UInt64(size32), offset: UInt64(offset32), end: endOffset
    )
    let saturated =
      count16 == 0xFFFF || size32 == Zip.elsewhere || offset32 == Zip.elsewhere
    if let wide = try Self.wide(file, endOffset, required: saturated) { record = wide }
    let limit = record.end
    guard record.offset <= limit, record.size <= limit - record.offset else {
      throw CheckpointError(
        .layout,
        "the central directory of \(record.size) bytes from byte \(record.offset) does not end "
          + "before its end record at \(limit)",
        at: place)
    }
    guard record.count <= UInt64(Zip.maxMembers), record.size <= UInt64(Zip.maxDirectoryBytes),
      record.count <= record.size / UInt64(Zip.directoryEntrySize)
    else {
      throw CheckpointError(
        .limit,
        "a central directory of \(record.count) members in \(record.size) bytes is not possible or "
          + "exceeds the limit of \(Zip.maxMembers) members",
        at: place)
    }
    count = record.count
    size = record.size
    offset = record.offset
  }

  /// The Zip64 end record, if a locator stands before the end record.
  private static func wide(
    _ file: RandomAccessFile, _ end: UInt64, required: Bool
  ) throws(CheckpointError) -> (count: UInt64, size: UInt64, offset: UInt64, end: UInt64)? {
    let place = Place(file: file.path, byteOffset: end)
    guard end >= UInt64(Zip.locator64Size) else {
      return try absent(required, place)
    }
    let locator = LittleEndianBytes(
      try read(file, Zip.locator64Size, end - UInt64(Zip.locator64Size)))
    guard locator.u32(0) == Zip.locator64, let start = locator.u64(8) else {
      return try absent(required, place)
    }
    let limit = end - UInt64(Zip.locator64Size)
    guard start <= limit, limit - start >= UInt64(Zip.directoryEnd64Size) else {
      throw CheckpointError(
        .layout, "the Zip64 end record at byte \(start) does not lie before its locator", at: place)
    }
    let record = LittleEndianBytes(try read(file, Zip.directoryEnd64Size, start))
    guard record.u32(0) == Zip.directoryEnd64, let here = record.u64(24),
      let count = record.u64(32), here == count, let size = record.u64(40),
      let offset = record.u64(48)
    else {
      throw CheckpointError(
        .header, "expected a Zip64 end record of one disk",
        at: Place(file: file.path, byteOffset: start))
    }
    return (count, size, offset, start)
  }

  private static func absent<T>(
    _ required: Bool, _ place: Place
  ) throws(CheckpointError) -> T? {
    guard !required else {
      throw CheckpointError(.header, "the zip lacks its Zip64 end record", at: place)
    }
    return nil
  }

  private static func read(
    _ file: RandomAccessFile, _ count: Int, _ offset: UInt64
  ) throws(CheckpointError) -> [UInt8] {
    do { return try file.read(count: count, at: offset) } catch {
      throw CheckpointError(.io, wrapping: error)
    }
  }
}
