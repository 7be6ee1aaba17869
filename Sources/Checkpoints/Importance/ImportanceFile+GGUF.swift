internal import ByteIO
internal import Documents
internal import Failures
internal import Tensors

/// Keys and tensor names of importance files.
enum ImportanceKey {
  static let type = "general.type"
  static let typeValue = "imatrix"
  static let datasets = "imatrix.datasets"
  static let chunkCount = "imatrix.chunk_count"
  static let chunkSize = "imatrix.chunk_size"
  /// End of the name of an entry's sums.
  static let sums = ".in_sum2"
  /// End of the name of an entry's counts.
  static let counts = ".counts"
}

extension ImportanceFile {
  /// Reads the form that is a GGUF file.
  static func readGGUF(_ path: String, pool: FilePool) throws(CheckpointError) -> ImportanceFile {
    let reader = try GGUFFormat.open(path, pool: pool)
    do {
      return try readGGUF(reader, pool)
    } catch { throw error.within(Place(file: path)) }
  }

  private static func readGGUF(
    _ reader: any CheckpointReader, _ pool: FilePool
  ) throws(CheckpointError) -> ImportanceFile {
    var warnings = reader.warnings
    let isComplete = [ImportanceKey.datasets, ImportanceKey.chunkCount, ImportanceKey.chunkSize]
      .allSatisfy { reader.metadata[$0] != nil }
    switch reader.metadata[ImportanceKey.type] {
    case .string(ImportanceKey.typeValue): break
    case nil where isComplete:
      warnings.append(
        "\(reader.files.first ?? ""): the key '\(ImportanceKey.type)' is missing; judged by the "
          + "keys 'imatrix.*'")
    case let found:
      throw CheckpointError(
        .unrecognised,
        "not an importance file: expected the key '\(ImportanceKey.type)' to be "
          + "'\(ImportanceKey.typeValue)', found \(describe(found))")
    }
    let chunkCount = try number(ImportanceKey.chunkCount, reader.metadata)
    let chunkSize = try number(ImportanceKey.chunkSize, reader.metadata)
    guard let datasets = reader.metadata[ImportanceKey.datasets]?.strings else {
      throw wrong(ImportanceKey.datasets, "an array of strings", reader.metadata)
    }
    let (entries, others) = try entries(reader)
    if let first = others.first {
      warnings.append(
        "\(others.count) tensors are neither sums nor counts, such as "
          + "'\(ShardIndex.visible(first))'; they are not used")
    }
    return try ImportanceFile(
      format: .gguf, entries: entries, datasets: Array(datasets), chunkCount: chunkCount,
      chunkSize: chunkSize, files: reader.files, warnings: warnings, pool: pool)
  }

  private static func number(_ key: String, _ metadata: Metadata) throws(CheckpointError) -> Int {
    guard case .u32(let number)? = metadata[key] else { throw wrong(key, "a u32", metadata) }
    return Int(number)
  }

  private static func wrong(
    _ key: String, _ expected: String, _ metadata: Metadata
  ) -> CheckpointError {
    CheckpointError(
      .header, "key '\(key)' must be \(expected), found \(describe(metadata[key], value: false))")
  }

  private static func describe(_ value: MetadataValue?, value shown: Bool = true) -> String {
    guard let value else { return "none" }
    guard shown, let text = value.string else { return value.typeName }
    return "'\(ShardIndex.visible(text))'"
  }

  /// Pairs sums with counts, in the order of the sums.
  private static func entries(
    _ reader: any CheckpointReader
  ) throws(CheckpointError) -> (entries: [ImportanceEntry], others: [String]) {
    var sums: [(name: [UInt8], tensor: Int)] = []
    var counts: [[UInt8]: Int] = [:]
    var others: [String] = []
    for (index, tensor) in reader.tensors.enumerated() {
      if let name = stem(tensor.name, ImportanceKey.sums) {
        sums.append((name, index))
      } else if let name = stem(tensor.name, ImportanceKey.counts) {
        counts[name] = index
      } else {
        others.append(tensor.name)
      }
    }
    var entries: [ImportanceEntry] = []
    entries.reserveCapacity(sums.count)
    for (name, tensor) in sums {
      guard let partner = counts.removeValue(forKey: name) else {
        throw lonely(tensor, ImportanceKey.counts, name, reader)
      }
      entries.append(try entry(String(decoding: name, as: UTF8.self), tensor, partner, reader))
    }
    if let (name, tensor) = counts.min(by: { $0.value < $1.value }) {
      throw lonely(tensor, ImportanceKey.sums, name, reader)
    }
    guard !entries.isEmpty else {
      throw CheckpointError(
        .header, "no entries: expected tensors '*\(ImportanceKey.sums)', found none")
    }
    return (entries, others)
  }

  private static func lonely(
    _ tensor: Int, _ ending: String, _ name: [UInt8], _ reader: any CheckpointReader
  ) -> CheckpointError {
    let wanted = String(decoding: name, as: UTF8.self) + ending
    return CheckpointError(
      .tensor, "expected a tensor '\(ShardIndex.visible(wanted))' beside it, found none",
      at: place(tensor, reader))
  }

  private static func place(_ tensor: Int, _ reader: any CheckpointReader) -> Place {
    let spec = reader.tensors[tensor]
    return Place(
      file: reader.files[spec.fileIndex], byteOffset: spec.fileOffset,
      tensor: ShardIndex.visible(spec.name))
  }

  /// The name without its ending, nil if it has another.
  private static func stem(_ name: String, _ ending: String) -> [UInt8]? {
    let bytes = Array(name.utf8)
    guard bytes.count >= ending.utf8.count,
      bytes.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    else { return nil }
    return Array(bytes.dropLast(ending.utf8.count))
  }

  private static func entry(
    _ name: String, _ sums: Int, _ counts: Int, _ reader: any CheckpointReader
  ) throws(CheckpointError) -> ImportanceEntry {
    for tensor in [sums, counts] {
      let encoding = reader.tensors[tensor].encoding
      guard encoding == Encoding(.f32) else {
        throw CheckpointError(
          .tensor, "expected f32, found \(encoding)", at: place(tensor, reader))
      }
    }
    let shape = reader.tensors[sums].shape
    let values = shape.elementCount ?? Int.max
    let experts = reader.tensors[counts].shape.elementCount ?? Int.max
    try ImportanceEntry.check(
      name: name, values: values, counts: experts, at: place(sums, reader))
    // A flat list of sums is cut by the counts; one count may stand for several rows.
    let rows = shape.rows ?? Int.max
    guard experts == 1 || rows == 1 || rows == experts else {
      throw CheckpointError(
        .tensor,
        "sums of shape \(shape) do not fit \(experts) counts; expected \(experts) rows",
        at: place(sums, reader))
    }
    return ImportanceEntry(
      name: name, columns: values / experts, counts: try readCounts(counts, experts, reader),
      source: .tensor(reader, sums))
  }

  private static func readCounts(
    _ tensor: Int, _ count: Int, _ reader: any CheckpointReader
  ) throws(CheckpointError) -> [Int64] {
    let raw = ImportanceEntry(
      name: "", columns: count, counts: [1], source: .tensor(reader, tensor))
    var failure: CheckpointError?
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(CheckpointError) {
        try raw.read(from: 0, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initialized = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    var result: [Int64] = []
    result.reserveCapacity(count)
    for (expert, value) in values.enumerated() {
      guard value >= 0, let exact = Int64(exactly: value.rounded(.toNearestOrAwayFromZero)) else {
        var place = place(tensor, reader)
        place.byteOffset = place.byteOffset.map { $0 + UInt64(expert * 4) }
        throw CheckpointError(
          .value,
          "the count of expert \(expert) is \(value); expected a number from 0 up to 2^63",
          at: place)
      }
      result.append(exact)
    }
    return result
  }
}
