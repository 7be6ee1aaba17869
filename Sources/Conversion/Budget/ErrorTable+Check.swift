internal import ByteIO
internal import Checkpoints
internal import Crypto
internal import Failures
internal import Tensors

extension ErrorTable {
  /// Most differences that a message lists.
  private static let shortList = 4

  /// Checks that a table tells of these tensors.
  ///
  /// - Throws: `.errorTable` saying what differs.
  func check(
    against subjects: [ErrorMeasurement.Subject], files: [UInt64], importance: String?, path: String
  ) throws(ConversionError) {
    var problems: [String] = []
    let sample = RowSample.weights(ofTensors: subjects.count)
    if sampleWeights != sample {
      problems.append(
        "samples of \(sampleWeights) weights, this program takes \(sample)")
    }
    if self.files != files {
      problems.append(
        "the source's files have \(Self.list(files)) bytes, those of the table \(Self.list(self.files))"
      )
    }
    if self.importance != importance {
      problems.append(
        importance == nil
          ? "it was measured with importance, and there is none now"
          : self.importance == nil
            ? "it was measured without importance" : "it was measured with other importance")
    }
    problems += differences(subjects)
    guard !problems.isEmpty else { return }
    throw ConversionError(
      .errorTable,
      "the error table is not of this model: "
        + problems.prefix(Self.shortList).joined(separator: "; ")
        + (problems.count > Self.shortList ? "; and \(problems.count - Self.shortList) more" : "")
        + "; another name for --error-table measures anew", at: Place(file: path))
  }

  private func differences(_ subjects: [ErrorMeasurement.Subject]) -> [String] {
    let known = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var problems: [String] = []
    for subject in subjects {
      let item = subject.item
      guard let entry = known[item.name] else {
        problems.append("it lacks \(item.name)")
        continue
      }
      guard entry.shape == item.shape, entry.encoding == item.encoding else {
        problems.append(
          "\(item.name) is \(item.encoding) \(item.shape), in the table \(entry.encoding) "
            + "\(entry.shape)")
        continue
      }
      let missing = subject.types.filter {
        entry.errors[$0.name] == nil && entry.refused[$0.name] == nil
      }
      guard !missing.isEmpty else { continue }
      problems.append(
        "it lacks \(missing.map(\.name).joined(separator: " ")) of \(item.name)")
    }
    let wanted = Set(subjects.map(\.item.name))
    for entry in entries where !wanted.contains(entry.name) {
      problems.append("\(entry.name) is not among the tensors to be quantized")
    }
    return problems
  }

  private static func list(_ sizes: [UInt64]) -> String {
    sizes.prefix(shortList).map(String.init).joined(separator: " ")
      + (sizes.count > shortList ? " ..." : "")
  }

  /// Sizes of the files that a source consists of.
  static func sizes(of source: SourceCheckpoint) -> [UInt64] {
    source.reader.files.map { FileIdentity.of($0)?.size ?? 0 }
  }

  /// A hash of the entries of these tensors: names, counts and values; nil without a file.
  static func hash(
    _ importance: PlannedImportance?, of subjects: [ErrorMeasurement.Subject]
  ) throws(ConversionError) -> String? {
    guard let importance else { return nil }
    var hash = SHA256()
    func add(_ number: Int) {
      withUnsafeBytes(of: Int64(number).littleEndian) { hash.update(bufferPointer: $0) }
    }
    for subject in subjects {
      guard let entry = importance.file.entry(named: subject.item.name) else { continue }
      add(entry.name.utf8.count)
      hash.update(data: Array(entry.name.utf8))
      add(entry.columns)
      add(entry.experts)
      // Expert by expert: what a stack of many is made of need not be in memory at once.
      for expert in 0..<entry.experts {
        let values = try passing(at: Place(tensor: entry.name)) { () throws(CheckpointError) in
          try entry.importance(expert * entry.columns..<(expert + 1) * entry.columns)
        }
        values.withUnsafeBytes { hash.update(bufferPointer: $0) }
      }
    }
    return "sha256:"
      + hash.finalize().map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }
}
