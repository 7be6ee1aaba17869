internal import ByteIO
internal import Failures

extension ErrorTable {
  /// The entries by their tensors' names.
  var byName: [String: Entry] {
    Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The table of a file that is there already, else a measured one, which is then written to it.
  ///
  /// - Returns: the table, and the file if it was read.
  /// - Throws: `.errorTable` for a file of another model.
  static func found(
    _ path: String?, _ subjects: [ErrorMeasurement.Subject], source: SourceCheckpoint,
    importance: PlannedImportance?, threads: Int
  ) throws(ConversionError) -> (table: ErrorTable, file: String?) {
    let hash = try hash(importance, of: subjects)
    let files = sizes(of: source)
    if let path, FileIdentity.of(path) != nil {
      let table = try ErrorTable(path: path)
      try table.check(against: subjects, files: files, importance: hash, path: path)
      return (table, path)
    }
    if let path { try WholeFile.check(path, replace: false) }
    let entries = try ErrorMeasurement(subjects, source: source, importance: importance)
      .run(threads: threads)
    let table = ErrorTable(
      files: files, importance: hash,
      sampleWeights: RowSample.weights(ofTensors: subjects.count), entries: entries)
    if let path { try WholeFile.write(table.json.bytes() + [10], to: path, replace: false) }
    return (table, nil)
  }
}
