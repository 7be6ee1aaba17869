public import ByteIO
public import Failures

/// An importance file ("imatrix"): how strongly a model's weights used each of their input columns.
///
/// Opening reads names, sizes and counts; the values of an entry are read when they are asked for.
public struct ImportanceFile: Sendable {
  /// The chunk size that the legacy form leaves open and llama-imatrix assumes, in tokens.
  public static let usualChunkSize = 512

  /// What the counts are: tokens in `.gguf`, chunks in `.legacy`.
  public let format: ImportanceFormat
  /// What is known about each weight, in the file's order.
  public let entries: [ImportanceEntry]
  /// The texts that the statistics were made of.
  public let datasets: [String]
  /// Chunks that were evaluated; nil where the file does not say.
  public let chunkCount: Int?
  /// Tokens of a chunk; nil in the legacy form.
  public let chunkSize: Int?
  /// Paths of the files it was read from.
  public let files: [String]
  /// What is odd about the file without being an error.
  public let warnings: [String]
  let pool: FilePool?
  /// Entries by the UTF-8 of their names.
  private let numbers: [[UInt8]: Int]

  init(
    format: ImportanceFormat, entries: [ImportanceEntry], datasets: [String], chunkCount: Int?,
    chunkSize: Int?, files: [String] = [], warnings: [String] = [], pool: FilePool? = nil
  ) throws(CheckpointError) {
    var numbers: [[UInt8]: Int] = [:]
    numbers.reserveCapacity(entries.count)
    for (number, entry) in entries.enumerated()
    where numbers.updateValue(number, forKey: Array(entry.name.utf8)) != nil {
      throw CheckpointError(
        .duplicate, "two entries have the same name",
        at: Place(file: files.first, tensor: ShardIndex.visible(entry.name)))
    }
    self.format = format
    self.entries = entries
    self.datasets = datasets
    self.chunkCount = chunkCount
    self.chunkSize = chunkSize
    self.files = files
    self.warnings = warnings
    self.pool = pool
    self.numbers = numbers
  }

  /// Statistics from memory, counted in tokens.
  ///
  /// - Throws: `.duplicate` for two entries of a name.
  public init(
    entries: [ImportanceEntry], datasets: [String], chunkCount: Int, chunkSize: Int
  ) throws(CheckpointError) {
    try self.init(
      format: .gguf, entries: entries, datasets: datasets, chunkCount: chunkCount,
      chunkSize: chunkSize)
  }

  /// Opens an importance file of either form.
  ///
  /// - Throws: `.unrecognised` for a file of neither form, `.header`, `.tensor`, `.truncated`,
  ///   `.duplicate`, `.layout` and `.limit` for one that breaks its form's rules.
  public static func open(
    _ path: String, pool: FilePool = FilePool()
  ) throws(CheckpointError) -> ImportanceFile {
    let head: [UInt8]
    do throws(ByteIOError) {
      let file = try pool.file(path)
      head = try file.read(count: Int(min(4, file.size)), at: 0)
    } catch { throw CheckpointError(.io, wrapping: error) }
    return head == GGUFFormat.magic
      ? try readGGUF(path, pool: pool) : try readLegacy(path, pool: pool)
  }

  /// The entry of that name, compared byte by byte.
  public func entry(named name: String) -> ImportanceEntry? {
    numbers[Array(name.utf8)].map { entries[$0] }
  }

  /// What each input column of a weight weighs, `[experts, columns]`; nil if there is no entry.
  ///
  /// See `ImportanceEntry.importance(_:)`, which reads parts too.
  public func importance(for name: String) throws(CheckpointError) -> [Float]? {
    guard let entry = entry(named: name) else { return nil }
    return try entry.importance()
  }

  /// The same file with other entries.
  func with(_ entries: [ImportanceEntry]) throws(CheckpointError) -> ImportanceFile {
    try ImportanceFile(
      format: format, entries: entries, datasets: datasets, chunkCount: chunkCount,
      chunkSize: chunkSize, files: files, warnings: warnings, pool: pool)
  }
}
