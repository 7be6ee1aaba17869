internal import ByteIO
public import Failures

/// What an importance file says about one weight: how strongly each input column was used.
public struct ImportanceEntry: Sendable {
  /// Name of the weight.
  public let name: String
  /// Values of one expert; in files that have one count for a stack of matrices, of all of them.
  public let columns: Int
  /// How many rows of input each expert's sums were made of, none negative; one for a dense weight.
  ///
  /// Rows are tokens, in files of the legacy form chunks.
  public let counts: [Int64]
  let source: Source

  /// Where the sums are.
  enum Source: Sendable {
    case memory([Float])
    /// A tensor of a checkpoint.
    case tensor(any CheckpointReader, Int)
    /// Little-endian numbers in a file.
    case file(FilePool, path: String, offset: UInt64)
  }

  init(name: String, columns: Int, counts: [Int64], source: Source) {
    self.name = name
    self.columns = columns
    self.counts = counts
    self.source = source
  }

  /// An entry of statistics in memory.
  ///
  /// - Parameters:
  ///   - counts: rows of input that each expert saw; one number for a dense weight.
  ///   - sums: squares of the inputs, summed over the rows: `[experts, columns]`.
  /// - Throws: `.tensor` for numbers that do not fit together, `.limit` for too many, `.value` for
  ///   sums that are NaN, infinite or negative.
  public init(name: String, counts: [Int64], sums: [Float]) throws(CheckpointError) {
    try Self.check(name: name, values: sums.count, counts: counts.count)
    if let count = counts.first(where: { $0 < 0 }) {
      throw CheckpointError(
        .tensor, "a count of \(count); expected numbers from 0 up", at: Place(tensor: name))
    }
    self.init(
      name: name, columns: sums.count / counts.count, counts: counts, source: .memory(sums))
    try sums.withUnsafeBufferPointer { values throws(CheckpointError) in
      try refuseDefect(in: values, from: 0)
    }
  }

  /// Number of experts, 1 for a dense weight.
  public var experts: Int { counts.count }
  /// Number of values of all experts.
  public var valueCount: Int { columns * counts.count }

  /// The same entry under another name.
  func named(_ name: String) -> ImportanceEntry {
    ImportanceEntry(name: name, columns: columns, counts: counts, source: source)
  }

  /// Checks a name and numbers that a file gives, before anything is allocated for them.
  static func check(
    name: String, values: Int, counts: Int, at place: Place = .unknown
  ) throws(CheckpointError) {
    let place = Place(tensor: ShardIndex.visible(name)).within(place)
    guard !name.isEmpty, name.utf8.count <= ImportanceLimits.nameBytes, !name.utf8.contains(0)
    else {
      throw CheckpointError(
        .header,
        "the name of an entry has 1 to \(ImportanceLimits.nameBytes) bytes and no NUL, found "
          + "\(name.utf8.count)\(name.utf8.contains(0) ? " with a NUL" : "")", at: place)
    }
    guard values > 0, counts > 0 else {
      throw CheckpointError(
        .tensor, "\(values) values and \(counts) counts; expected at least one of each", at: place)
    }
    guard values <= ImportanceLimits.values, counts <= ImportanceLimits.experts else {
      throw CheckpointError(
        .limit,
        "\(values) values for \(counts) experts; at most \(ImportanceLimits.values) values and "
          + "\(ImportanceLimits.experts) experts are supported", at: place)
    }
    guard values % counts == 0 else {
      throw CheckpointError(
        .tensor, "\(values) values are not a multiple of the \(counts) counts", at: place)
    }
  }
}
