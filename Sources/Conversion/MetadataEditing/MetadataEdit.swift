internal import ByteIO
internal import Checkpoints
public import Documents
public import Failures

/// A change of the keys of a checkpoint's header: planned when it is made, done by `write` or
/// `writeInPlace`.
///
/// The keys of a split GGUF stand in its first file; those of safetensors shards stand in each, as
/// Transformers writes them. Tensors' data are not looked at.
public struct MetadataEdit: Sendable {
  /// A key that changes.
  public struct Difference: Sendable {
    /// The key.
    public let key: String
    /// Its value before; nil if it is new.
    public let before: MetadataValue?
    /// Its value then; nil if it is removed.
    public let after: MetadataValue?
  }

  /// A file whose header changes.
  struct Target: Sendable {
    let editor: any HeaderEditor
    let metadata: Metadata
  }

  /// The checkpoint.
  public let source: SourceCheckpoint
  /// What changes, in the order of the keys; of several files in the first one.
  public let differences: [Difference]
  /// What the user should know.
  public let warnings: [String]
  let targets: [Target]

  /// Plans the changes of a checkpoint: a file, folder, index file or any file of a split.
  ///
  /// - Throws: `.options` for a format without keys, `.key` for keys to be removed that are not there,
  ///   `.policy` for changes that need to be forced.
  public init(_ path: String, _ changes: MetadataChanges) throws(ConversionError) {
    let source = try SourceCheckpoint(path)
    let format = source.reader.format
    var targets: [Target] = []
    var warnings: [String] = []
    var unmatched: [[String]] = []
    for file in source.reader.files {
      let found = try passing { () throws(CheckpointError) in
        try format.headerEditor(file, pool: source.pool)
      }
      guard let editor = found else {
        let able = FileFormats.all.filter { $0.headerValues != .none }.map { $0.id }
        throw ConversionError(
          .options,
          "\(format.id) files have no keys; those of \(able.joined(separator: " and ")) can be set",
          at: Place(file: file))
      }
      if format.headerValues == .typed, !editor.isFirst || !targets.isEmpty { continue }
      do throws(ConversionError) {
        let result = try changes.apply(to: editor.metadata, format.headerValues)
        for warning in result.warnings where !warnings.contains(warning) {
          warnings.append(warning)
        }
        unmatched.append(result.unmatched)
        targets.append(Target(editor: editor, metadata: result.metadata))
      } catch { throw error.within(Place(file: file)) }
    }
    for pattern in unmatched.first ?? [] where unmatched.allSatisfy({ $0.contains(pattern) }) {
      throw KeyChoice.missing(pattern, source.reader.metadata).within(Place(file: path))
    }
    self.source = source
    self.targets = targets
    differences = targets.first.map { Self.differences($0.editor.metadata, $0.metadata) } ?? []
    self.warnings = warnings + Self.vocabularyWarning(source, targets)
  }

  private static func differences(_ before: Metadata, _ after: Metadata) -> [Difference] {
    var result: [Difference] = []
    for (key, value) in after where !(before[key].map { same($0, value) } ?? false) {
      result.append(Difference(key: key, before: before[key], after: value))
    }
    for (key, value) in before where after[key] == nil {
      result.append(Difference(key: key, before: value, after: nil))
    }
    return result
  }

  /// Whether two values are the same bytes: NaN equals itself, equivalent spellings do not.
  private static func same(_ a: MetadataValue, _ b: MetadataValue) -> Bool {
    switch (a, b) {
    case (.f32(let a), .f32(let b)): a.bitPattern == b.bitPattern
    case (.f64(let a), .f64(let b)): a.bitPattern == b.bitPattern
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    default: a == b
    }
  }

  /// llama.cpp refuses a file with another number of tokens than rows of the embedding.
  private static func vocabularyWarning(_ source: SourceCheckpoint, _ targets: [Target]) -> [String]
  {
    guard let target = targets.first, source.reader.format.dialect == .gguf,
      let count = target.metadata[KnownKeys.tokens]?.array?.count,
      count != target.editor.metadata[KnownKeys.tokens]?.array?.count,
      let rows = source.reader.tensors.first(where: { $0.name == "token_embd.weight" })?.shape.axes
        .first, rows != count
    else { return [] }
    return [
      "there are \(count) tokens for the \(rows) rows of token_embd.weight; llama.cpp refuses that"
    ]
  }

  /// Whether nothing changes.
  public var isEmpty: Bool { differences.isEmpty }

  // MARK: In place

  /// Changes the file where it is, if its header has room for that.
  ///
  /// - Throws: `.policy` for a checkpoint whose keys stand in several files; CheckpointError `.noRoom`
  ///   with the number of bytes that are missing.
  public func writeInPlace() throws(ConversionError) {
    let (target, header) = try inPlace()
    try passing { () throws(ByteIOError) in
      let edit = try InPlaceEdit(target.editor.path, start: header)
      // The header was made from what was read before.
      try source.pool.checkUnchanged()
      try edit.apply()
    }
  }

  /// - Throws: what `writeInPlace` throws before it touches anything.
  public func checkInPlace() throws(ConversionError) { _ = try inPlace() }

  private func inPlace() throws(ConversionError) -> (Target, [UInt8]) {
    guard let target = targets.first, targets.count == 1 else {
      throw ConversionError(
        .policy,
        "the keys stand in each of \(targets.count) files, and --in-place changes one; "
          + "-o writes a new folder", at: Place(file: source.path))
    }
    let header: [UInt8]
    do throws(CheckpointError) {
      header = try target.editor.header(target.metadata, .unchanged)
    } catch {
      guard error.code == .noRoom else { throw ConversionError(.below, wrapping: error) }
      let hint = "; -o writes a new file, and --reserve BYTES leaves room in it for later changes"
      throw ConversionError(
        .below, wrapping: CheckpointError(.noRoom, error.message + hint, at: error.place))
    }
    return (target, header)
  }
}
