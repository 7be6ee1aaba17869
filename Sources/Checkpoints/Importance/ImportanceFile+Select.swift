public import Failures

extension ImportanceFile {
  /// The file without the entries that are not wanted, as `--include-weights` and
  /// `--exclude-weights` say it.
  ///
  /// - Parameters:
  ///   - include: parts of names, compared byte by byte; only entries with one of them stay.
  ///   - exclude: parts of names; entries with one of them go.
  /// - Throws: `.choice` if both are given, or a part occurs in no name.
  public func filtered(
    include: [String] = [], exclude: [String] = []
  ) throws(CheckpointError) -> ImportanceFile {
    guard include.isEmpty || exclude.isEmpty else {
      throw CheckpointError(
        .choice, "entries are either included or excluded by parts of their names, not both",
        at: place)
    }
    let parts = (include.isEmpty ? exclude : include).map { Array($0.utf8) }
    guard !parts.isEmpty else { return self }
    var isUsed = [Bool](repeating: false, count: parts.count)
    var kept: [ImportanceEntry] = []
    for entry in entries {
      let name = Array(entry.name.utf8)
      var isHit = false
      for (number, part) in parts.enumerated() where Self.holds(name, part) {
        isHit = true
        isUsed[number] = true
      }
      if isHit != include.isEmpty { kept.append(entry) }
    }
    if let unused = isUsed.firstIndex(of: false) {
      let part = String(decoding: parts[unused], as: UTF8.self)
      throw CheckpointError(
        .choice, "no entry's name contains '\(ShardIndex.visible(part))'", at: place)
    }
    return try with(kept)
  }

  /// The file with other names.
  ///
  /// - Parameter newName: the new name of an entry, nil to drop it.
  /// - Throws: `.duplicate` if two entries get the same name.
  public func renamed(_ newName: (String) -> String?) throws(CheckpointError) -> ImportanceFile {
    try with(entries.compactMap { entry in newName(entry.name).map { entry.named($0) } })
  }

  private static func holds(_ name: [UInt8], _ part: [UInt8]) -> Bool {
    guard part.count <= name.count else { return false }
    return (0...name.count - part.count).contains { name[$0...].starts(with: part) }
  }
}
