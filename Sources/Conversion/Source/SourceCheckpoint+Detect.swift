internal import ByteIO
internal import Checkpoints
internal import Failures

extension SourceCheckpoint {
  /// The file to open for a folder: an index, a whole file, or the first file of a split.
  ///
  /// Customary names come first, in the order of the registry: an index before a single file.
  /// Without one, the only checkpoint of the first format that has any.
  static func entry(ofFolder folder: String) throws(ConversionError) -> String {
    let names = try passing { () throws(ByteIOError) in try Paths.names(in: folder) }
    // Beside an adapter's tensors, trainers leave files of their own.
    if names.contains(Adapter.configurationName),
      let name = Adapter.fileNames.first(where: names.contains)
    {
      return Paths.join(folder, name)
    }
    for format in FileFormats.all {
      for name in [format.indexName, format.folderName] {
        if let name, names.contains(name) { return Paths.join(folder, name) }
      }
    }
    for format in FileFormats.all {
      let files = names.filter { format.extensions.contains(Paths.ending($0)) }
      if files.isEmpty { continue }
      let firsts = files.filter { !isLaterShard($0) }
      if firsts.count == 1, let first = firsts.first { return Paths.join(folder, first) }
      throw ConversionError(
        .source,
        "\(files.count) \(format.id) files and no index: expected one checkpoint, found "
          + files.prefix(5).joined(separator: " ") + (files.count > 5 ? " ..." : ""),
        at: Place(file: folder))
    }
    let wanted = FileFormats.all.flatMap { format in
      [format.indexName].compactMap { $0 } + format.extensions.map { "*.\($0)" }
    }
    throw ConversionError(
      .source, "no checkpoint in the folder; looked for " + wanted.joined(separator: " "),
      at: Place(file: folder))
  }

  /// The format of a file, by its first bytes and its name.
  static func format(
    of path: String, pool: FilePool
  ) throws(ConversionError) -> any FileFormat.Type {
    let head = try passing { () throws(ByteIOError) in try firstBytes(of: path, pool: pool) }
    for format in FileFormats.all where format.recognises(path: path, head: head) { return format }
    throw unrecognised(path)
  }

  private static func firstBytes(of path: String, pool: FilePool) throws(ByteIOError) -> [UInt8] {
    let file = try pool.file(path)
    return try file.read(count: Int(min(64, file.size)), at: 0)
  }

  private static func unrecognised(_ path: String) -> ConversionError {
    let known = FileFormats.all.map { $0.id }.joined(separator: " ")
    let cause = CheckpointError(
      .unrecognised, "no known format: neither its first bytes nor its name fit one of \(known)",
      at: Place(file: path))
    return ConversionError(.below, wrapping: cause)
  }

  /// Whether a name says that it is a shard after the first: `...-00002-of-00005.gguf`.
  static func isLaterShard(_ name: String) -> Bool {
    let parts = name.split(separator: "-")
    guard parts.count >= 3, parts[parts.count - 2] == "of",
      let number = Int(parts[parts.count - 3])
    else { return false }
    return number > 1
  }
}
