internal import Documents
internal import Failures
internal import Tensors

/// An importance file to be written: every byte but the values is known, and where those go.
struct ImportanceLayout {
  /// How a value changes on the way.
  enum Change {
    case none
    case times(Float)
    /// (value / count) * calls, each step rounded; `calls` for an expert of count 0.
    case meanTimes(Float)
  }

  /// The place of an entry's values.
  struct Run {
    var entry: ImportanceEntry
    var offset: UInt64
    var change: Change
  }

  var size: UInt64 = 0
  var segments: [PlannedFile.Segment] = []
  var runs: [Run] = []
  /// What the form cannot hold.
  var notes: [String] = []

  /// Lays a file out in a form; entries are ordered by the bytes of their names.
  init(_ file: ImportanceFile, as format: ImportanceFormat) throws(CheckpointError) {
    guard !file.entries.isEmpty else {
      throw CheckpointError(
        .cannotHold, "no entries; an importance file has at least one", at: file.place)
    }
    let entries = file.entries.sorted { ByteOrder.precedes($0.name, $1.name) }
    switch format {
    case .gguf: try layOutGGUF(file, entries)
    case .legacy: try layOutLegacy(file, entries)
    }
  }
}

extension ImportanceFile {
  /// The first file it was read from.
  var place: Place { Place(file: files.first) }

  /// Tokens of a chunk, where nothing else is known the usual number.
  var knownChunkSize: Int { chunkSize.flatMap { $0 > 0 ? $0 : nil } ?? Self.usualChunkSize }

  /// Whole chunks in the greatest count.
  var knownChunkCount: Int {
    if let chunkCount { return chunkCount }
    let most = Int(entries.lazy.compactMap { $0.counts.max() }.max() ?? 0)
    return format == .legacy ? most : most / knownChunkSize
  }
}

extension ImportanceLayout {
  /// Most bytes of an entry's name in GGUF, whose tensors' names add an ending to it.
  private static var nameBytes: Int { GGUFLimits.nameBytes - ImportanceKey.sums.utf8.count }

  /// As llama-imatrix lays it out: keys and tensors in its order, lengths of 1 at the end of a shape
  /// left out.
  private mutating func layOutGGUF(
    _ file: ImportanceFile, _ entries: [ImportanceEntry]
  ) throws(CheckpointError) {
    let isLegacy = file.format == .legacy
    let chunkSize = isLegacy ? file.knownChunkSize : file.chunkSize ?? file.knownChunkSize
    var metadata = Metadata()
    metadata[ImportanceKey.type] = .string(ImportanceKey.typeValue)
    metadata[ImportanceKey.datasets] = .array(.strings(PackedStrings(file.datasets)))
    metadata[ImportanceKey.chunkCount] = .u32(
      try exactly(file.knownChunkCount, "number of chunks", file))
    metadata[ImportanceKey.chunkSize] = .u32(try exactly(chunkSize, "size of chunks", file))
    var tensors: [WriteRequest.Tensor] = []
    tensors.reserveCapacity(entries.count * 2)
    for entry in entries {
      guard entry.name.utf8.count <= Self.nameBytes else {
        throw CheckpointError(
          .cannotHold,
          "the name of an entry in GGUF has at most \(Self.nameBytes) bytes, found "
            + "\(entry.name.utf8.count)", at: Place(tensor: ShardIndex.visible(entry.name)))
      }
      let experts = entry.experts == 1 ? [] : [entry.experts]
      for (ending, columns) in [(ImportanceKey.sums, entry.columns), (ImportanceKey.counts, 1)] {
        tensors.append(
          .init(
            name: entry.name + ending, encoding: Encoding(.f32), shape: Shape(experts + [columns])))
      }
    }
    let planned = try GGUFFormat.layOut(
      WriteRequest(tensors: tensors, metadata: metadata, fileName: ""))
    guard let planned = planned.first else { return }
    size = planned.size
    segments = planned.segments
    for extent in planned.extents {
      let entry = entries[extent.tensor / 2]
      if extent.tensor % 2 == 0 {
        runs.append(
          Run(
            entry: entry, offset: extent.offset,
            change: isLegacy ? .times(Float(chunkSize)) : .none))
      } else {
        var counts = LittleEndianBuilder()
        for count in entry.counts {
          let (tokens, overflow) = count.multipliedReportingOverflow(
            by: isLegacy ? Int64(chunkSize) : 1)
          counts.append(Float(overflow ? Int64.max : tokens).bitPattern)
        }
        segments.append(.init(offset: extent.offset, bytes: counts.bytes))
      }
    }
    if isLegacy {
      notes.append(
        "the legacy form counts chunks; tokens are counted as \(chunkSize) for each of them")
    }
  }

  private func exactly<T: FixedWidthInteger>(
    _ number: Int, _ what: String, _ file: ImportanceFile
  ) throws(CheckpointError) -> T {
    guard let result = T(exactly: number) else {
      throw CheckpointError(
        .cannotHold, "a \(what) of \(number); the form holds at most \(T.max)", at: file.place)
    }
    return result
  }

  /// As llama-imatrix writes the older form: means times the number of chunks, rounded up.
  private mutating func layOutLegacy(
    _ file: ImportanceFile, _ entries: [ImportanceEntry]
  ) throws(CheckpointError) {
    let kept = entries.filter { $0.counts.contains { $0 > 0 } }
    guard !kept.isEmpty else {
      throw CheckpointError(
        .cannotHold,
        "all counts are 0: the legacy form has no place for entries without data", at: file.place)
    }
    noteLosses(file, kept, from: entries)
    var bytes = LittleEndianBuilder()
    bytes.append(try exactly(kept.count, "number of entries", file) as Int32)
    for entry in kept {
      let calls: Int32 = try calls(of: entry, file)
      bytes.append(Int32(truncatingIfNeeded: entry.name.utf8.count))
      bytes.append(entry.name)
      bytes.append(calls)
      bytes.append(Int32(truncatingIfNeeded: entry.valueCount))
      let begin = size + UInt64(bytes.bytes.count)
      runs.append(
        Run(
          entry: entry, offset: begin,
          change: file.format == .legacy ? .none : .meanTimes(Float(calls))))
      segments.append(.init(offset: size, bytes: bytes.bytes))
      size = begin + UInt64(entry.valueCount) * 4
      bytes = LittleEndianBuilder()
    }
    let dataset = file.datasets.last ?? ""
    guard dataset.utf8.count <= ImportanceLimits.datasetBytes else {
      throw CheckpointError(
        .cannotHold,
        "the name of the data set has \(dataset.utf8.count) bytes; at most "
          + "\(ImportanceLimits.datasetBytes) are supported", at: file.place)
    }
    bytes.append(try exactly(file.knownChunkCount, "number of chunks", file) as Int32)
    bytes.append(Int32(truncatingIfNeeded: dataset.utf8.count))
    bytes.append(dataset)
    segments.append(.init(offset: size, bytes: bytes.bytes))
    size += UInt64(bytes.bytes.count)
  }

  private func calls(
    of entry: ImportanceEntry, _ file: ImportanceFile
  ) throws(CheckpointError) -> Int32 {
    let most = entry.counts.max() ?? 0
    let chunk = file.format == .legacy ? 1 : Int64(file.knownChunkSize)
    let calls = most / chunk + (most % chunk == 0 ? 0 : 1)
    guard let result = Int32(exactly: calls) else {
      throw CheckpointError(
        .cannotHold, "\(calls) chunks; the legacy form holds at most \(Int32.max)",
        at: Place(tensor: entry.name))
    }
    return result
  }

  private mutating func noteLosses(
    _ file: ImportanceFile, _ kept: [ImportanceEntry], from entries: [ImportanceEntry]
  ) {
    let empty = entries.filter { !$0.counts.contains { $0 > 0 } }
    if let first = empty.first {
      notes.append(
        "\(empty.count) entries without data are left out, such as '\(first.name)': the legacy form "
          + "has no place for them")
    }
    let stacked = kept.filter { $0.experts > 1 }
    if let first = stacked.first {
      notes.append(
        "\(stacked.count) entries lose the counts of their experts, such as '\(first.name)'; the "
          + "greatest is kept")
    }
    let partial = stacked.filter { $0.counts.contains(0) }
    if let first = partial.first {
      notes.append(
        "\(partial.count) entries have experts without data, such as '\(first.name)'; their values "
          + "are written as 1")
    }
    if file.datasets.count > 1 {
      notes.append("of \(file.datasets.count) data sets the last is kept")
    }
  }
}

/// Numbers and texts as bytes.
private struct LittleEndianBuilder {
  private(set) var bytes: [UInt8] = []

  mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ number: T) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
