internal import ByteIO
internal import Failures

/// The central directory of a zip file: what its members are and where their data lies.
///
/// Names are only compared, never used as paths.
struct ZipDirectory: Sendable {
  /// The members, in the directory's order.
  let members: [ZipMember]
  /// Position of the directory: members' data ends before it.
  let offset: UInt64
  private let indexes: [[UInt8]: Int]

  /// The member of that name.
  func member(_ name: String) -> ZipMember? { indexes[Array(name.utf8)].map { members[$0] } }

  /// Reads the directory at the end of the file.
  init(_ file: RandomAccessFile) throws(CheckpointError) {
    let end = try ZipDirectoryEnd(file)
    offset = end.offset
    let bytes: [UInt8]
    do { bytes = try file.read(count: Int(end.size), at: end.offset) } catch {
      throw CheckpointError(.io, wrapping: error)
    }
    var members: [ZipMember] = []
    var indexes: [[UInt8]: Int] = [:]
    members.reserveCapacity(Int(end.count))
    indexes.reserveCapacity(Int(end.count))
    let numbers = LittleEndianBytes(bytes)
    var position = 0
    for _ in 0..<end.count {
      let place = Place(file: file.path, byteOffset: end.offset + UInt64(position))
      let (member, next) = try Self.entry(numbers, position, place)
      guard indexes.updateValue(members.count, forKey: member.name) == nil else {
        throw CheckpointError(.duplicate, "the zip has two members '\(member.text)'", at: place)
      }
      members.append(member)
      position = next
    }
    guard position == bytes.count else {
      throw CheckpointError(
        .header,
        "the central directory of \(end.count) members ends after \(position) bytes, not after "
          + "the \(bytes.count) it states",
        at: Place(file: file.path, byteOffset: end.offset))
    }
    self.members = members
    self.indexes = indexes
  }

  /// One entry, and the position after it.
  private static func entry(
    _ numbers: LittleEndianBytes, _ start: Int, _ place: Place
  ) throws(CheckpointError) -> (ZipMember, Int) {
    guard numbers.u32(start) == Zip.directoryEntry, let flags = numbers.u16(start + 8),
      let method = numbers.u16(start + 10), let checksum = numbers.u32(start + 16),
      let stored32 = numbers.u32(start + 20), let size32 = numbers.u32(start + 24),
      let nameLength = numbers.u16(start + 28), let extraLength = numbers.u16(start + 30),
      let commentLength = numbers.u16(start + 32), let disk = numbers.u16(start + 34),
      let offset32 = numbers.u32(start + 42)
    else {
      throw CheckpointError(.header, "expected an entry of the central directory", at: place)
    }
    let nameStart = start + Zip.directoryEntrySize
    let extraStart = nameStart + Int(nameLength)
    let next = extraStart + Int(extraLength) + Int(commentLength)
    guard next <= numbers.bytes.count, disk == 0 || disk == 0xFFFF else {
      throw CheckpointError(
        .header, "an entry of the central directory is cut off or on another disk", at: place)
    }
    var wide = try ZipExtra64(
      numbers, extraStart..<extraStart + Int(extraLength), place: place)
    let size = try wide.resolve(size32)
    let stored = try wide.resolve(stored32)
    let offset = try wide.resolve(offset32)
    return (
      ZipMember(
        name: Array(numbers.bytes[nameStart..<extraStart]), flags: flags, method: method,
        checksum: checksum, storedSize: stored, size: size, headerOffset: offset), next
    )
  }

  /// Where a member's data begins, after its local header was compared with the directory.
  func dataOffset(
    of member: ZipMember, in file: RandomAccessFile
  ) throws(CheckpointError) -> UInt64 {
    let place = Place(file: file.path, byteOffset: member.headerOffset)
    guard member.flags & Zip.encryptedFlag == 0 else {
      throw CheckpointError(.unsupported, "the member '\(member.text)' is encrypted", at: place)
    }
    guard member.method == 0 else {
      throw CheckpointError(
        .unsupported,
        "the member '\(member.text)' is compressed (method \(member.method)); torch writes and "
          + "maps stored members only: repack the file with 'zip -0'",
        at: place)
    }
    let fixed = UInt64(Zip.localHeaderSize + member.name.count)
    guard member.headerOffset <= offset, offset - member.headerOffset >= fixed else {
      throw CheckpointError(
        .layout, "the member '\(member.text)' begins behind the members' end at \(offset)",
        at: place)
    }
    let bytes: [UInt8]
    do { bytes = try file.read(count: Int(fixed), at: member.headerOffset) } catch {
      throw CheckpointError(.io, wrapping: error)
    }
    let header = LittleEndianBytes(bytes)
    guard header.u32(0) == Zip.localHeader, let extraLength = header.u16(28),
      bytes[Zip.localHeaderSize...].elementsEqual(member.name),
      header.u16(26) == UInt16(member.name.count)
    else {
      throw CheckpointError(
        .header, "expected the local header of the member '\(member.text)'", at: place)
    }
    let start = member.headerOffset + fixed + UInt64(extraLength)
    guard start <= offset, member.storedSize == member.size, member.size <= offset - start else {
      throw CheckpointError(
        .truncated,
        "the member '\(member.text)' of \(member.size) bytes from byte \(start) reaches beyond the "
          + "members' end at \(offset)",
        at: place)
    }
    try compare(header, with: member, Int(extraLength), file, place)
    return start
  }

  /// Refuses a local header whose method, sizes or checksum are not the directory's.
  private func compare(
    _ header: LittleEndianBytes, with member: ZipMember, _ extraLength: Int,
    _ file: RandomAccessFile, _ place: Place
  ) throws(CheckpointError) {
    guard let checksum = header.u32(14), let stored32 = header.u32(18), let size32 = header.u32(22)
    else { return }
    var sizes = (UInt64(stored32), UInt64(size32))
    if stored32 == Zip.elsewhere || size32 == Zip.elsewhere {
      let extra: [UInt8]
      do {
        extra = try file.read(
          count: extraLength,
          at: member.headerOffset + UInt64(Zip.localHeaderSize + member.name.count))
      } catch { throw CheckpointError(.io, wrapping: error) }
      var wide = try ZipExtra64(LittleEndianBytes(extra), 0..<extra.count, place: place)
      sizes.1 = try wide.resolve(size32)
      sizes.0 = try wide.resolve(stored32)
    }
    let deferred = member.flags & Zip.descriptorFlag != 0
    func agrees(_ local: UInt64, _ central: UInt64) -> Bool {
      local == central || (deferred && local == 0)
    }
    guard header.u16(8) == member.method, agrees(UInt64(checksum), UInt64(member.checksum)),
      agrees(sizes.0, member.storedSize), agrees(sizes.1, member.size)
    else {
      throw CheckpointError(
        .header,
        "the local header of the member '\(member.text)' (\(sizes.1) bytes) disagrees with the "
          + "central directory (\(member.size) bytes)",
        at: place)
    }
  }
}

/// The extra field in which numbers stand that 32 bits cannot hold.
struct ZipExtra64 {
  private var values: [UInt64] = []
  private let place: Place

  /// Looks for the field in a run of extra fields.
  init(
    _ numbers: LittleEndianBytes, _ range: Range<Int>, place: Place
  ) throws(CheckpointError) {
    self.place = place
    var position = range.lowerBound
    while range.upperBound - position >= 4 {
      guard let tag = numbers.u16(position), let length = numbers.u16(position + 2),
        Int(length) <= range.upperBound - position - 4
      else { return }
      if tag == Zip.extra64 {
        for index in 0..<Int(length) / 8 {
          if let value = numbers.u64(position + 4 + 8 * index) { values.insert(value, at: 0) }
        }
        return
      }
      position += 4 + Int(length)
    }
  }

  /// The number itself, or the field's next one if it stands there.
  mutating func resolve(_ value: UInt32) throws(CheckpointError) -> UInt64 {
    guard value == Zip.elsewhere else { return UInt64(value) }
    guard let wide = values.popLast() else {
      throw CheckpointError(
        .header, "a zip number of 64 bits is missing from its extra field", at: place)
    }
    return wide
  }
}
