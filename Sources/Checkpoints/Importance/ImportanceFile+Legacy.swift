internal import ByteIO
internal import Documents
internal import Failures

extension ImportanceFile {
  /// Reads the form without a magic: the whole chain of lengths is followed, values are not read.
  static func readLegacy(_ path: String, pool: FilePool) throws(CheckpointError) -> ImportanceFile {
    let file: RandomAccessFile
    do throws(ByteIOError) {
      file = try pool.file(path)
    } catch { throw CheckpointError(.io, wrapping: error) }
    var reader = LegacyImportanceReader(file: file, pool: pool)
    try reader.readAll()
    return try ImportanceFile(
      format: .legacy, entries: reader.entries, datasets: reader.datasets,
      chunkCount: reader.chunkCount, chunkSize: nil, files: [path], pool: pool)
  }
}

/// Follows the chain of lengths of a legacy importance file.
struct LegacyImportanceReader {
  private let file: RandomAccessFile
  private let pool: FilePool
  private(set) var entries: [ImportanceEntry] = []
  private(set) var datasets: [String] = []
  private(set) var chunkCount: Int?
  private var position: UInt64 = 0
  /// Whether enough was right for the file to be of this form, and broken, when something is not.
  private var isRecognised = false

  /// Fewest bytes of an entry: length, one byte of name, calls, number of values, one value.
  private static let leastEntryBytes: UInt64 = 4 + 1 + 4 + 4 + 4

  init(file: RandomAccessFile, pool: FilePool) {
    self.file = file
    self.pool = pool
  }

  private var remaining: UInt64 { file.size - position }

  mutating func readAll() throws(CheckpointError) {
    let count = try number("the number of entries")
    guard count >= 1 else {
      throw failure(.header, "\(count) entries; expected at least one", at: 0)
    }
    guard UInt64(count) <= remaining / Self.leastEntryBytes else {
      throw failure(
        .truncated,
        "\(count) entries take at least \(UInt64(count) * Self.leastEntryBytes) bytes, but "
          + "\(remaining) remain in the file", at: 0)
    }
    var names = Set<[UInt8]>()
    for index in 0..<count {
      let begin = position
      let entry = try readEntry("entry \(index + 1) of \(count)")
      guard names.insert(Array(entry.name.utf8)).inserted else {
        throw failure(
          .duplicate, "two entries have the same name", at: begin, tensor: entry.name)
      }
      entries.append(entry)
    }
    try readTail()
  }

  private mutating func readEntry(_ what: String) throws(CheckpointError) -> ImportanceEntry {
    let begin = position
    let name = try text("the name of \(what)", 1...ImportanceLimits.nameBytes)
    guard !name.utf8.contains(0) else {
      throw failure(.header, "the name of \(what) holds a NUL", at: begin)
    }
    isRecognised = true
    let calls = try number("the number of calls of \(what)", tensor: name)
    guard calls >= 0 else {
      throw failure(
        .header, "\(calls) calls; expected a number from 0 up", at: position - 4, tensor: name)
    }
    let values = try number("the number of values of \(what)", tensor: name)
    try ImportanceEntry.check(
      name: name, values: Int(values), counts: 1,
      at: Place(file: file.path, byteOffset: position - 4))
    let byteCount = UInt64(values) * 4
    guard byteCount <= remaining else {
      throw failure(
        .truncated,
        "\(values) values take \(byteCount) bytes, but \(remaining) remain in the file",
        at: position, tensor: name)
    }
    // Values that no call scaled are used as they are: those of one call.
    let entry = ImportanceEntry(
      name: name, columns: Int(values), counts: [max(1, Int64(calls))],
      source: .file(pool, path: file.path, offset: position))
    position += byteCount
    return entry
  }

  /// The number of chunks and the data set's name, which the oldest files lack.
  private mutating func readTail() throws(CheckpointError) {
    guard remaining > 0 else { return }
    let chunks = try number("the number of chunks")
    guard chunks >= 0 else {
      throw failure(.header, "\(chunks) chunks; expected a number from 0 up", at: position - 4)
    }
    chunkCount = Int(chunks)
    guard remaining > 0 else { return }
    let name = try text("the name of the data set", 0...ImportanceLimits.datasetBytes)
    if !name.isEmpty { datasets = [name] }
    guard remaining == 0 else {
      throw failure(.layout, "\(remaining) bytes follow the end", at: position)
    }
  }

  private mutating func number(
    _ what: String, tensor: String? = nil
  ) throws(CheckpointError) -> Int32 {
    guard remaining >= 4 else {
      throw failure(
        .truncated, "\(what) takes 4 bytes, but \(remaining) remain in the file", at: position,
        tensor: tensor)
    }
    let bytes = try read(4)
    return Int32(bitPattern: bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
  }

  private mutating func text(
    _ what: String, _ lengths: ClosedRange<Int>
  ) throws(CheckpointError) -> String {
    let begin = position
    let length = Int(try number("the length of \(what)"))
    guard length >= 0, length >= lengths.lowerBound else {
      throw failure(
        .header, "\(what) has \(length) bytes; expected at least \(lengths.lowerBound)", at: begin)
    }
    guard length <= lengths.upperBound else {
      throw failure(
        .limit, "\(what) has \(length) bytes; at most \(lengths.upperBound) are supported",
        at: begin)
    }
    guard UInt64(length) <= remaining else {
      throw failure(
        .truncated, "\(what) takes \(length) bytes, but \(remaining) remain in the file",
        at: begin)
    }
    guard let text = UTF8Check.string(try read(length)[...]) else {
      throw failure(.header, "\(what) is not valid UTF-8", at: begin + 4)
    }
    return text
  }

  private mutating func read(_ count: Int) throws(CheckpointError) -> [UInt8] {
    do throws(ByteIOError) {
      let bytes = try file.read(count: count, at: position)
      position += UInt64(count)
      return bytes
    } catch { throw CheckpointError(.io, wrapping: error) }
  }

  private func failure(
    _ code: CheckpointError.Code, _ message: String, at offset: UInt64, tensor: String? = nil
  ) -> CheckpointError {
    let place = Place(
      file: file.path, byteOffset: offset, tensor: tensor.map(ShardIndex.visible))
    if isRecognised { return CheckpointError(code, message, at: place) }
    return CheckpointError(
      .unrecognised,
      "not an importance file, neither GGUF nor the legacy form (.dat): \(message)", at: place)
  }
}
