public import ByteIO
public import Documents
public import Failures
public import Tensors

/// A checkpoint in several files that an index ties together.
///
/// A tensor that the index lists must lie in the shard it names, and in no other. Tensors that it
/// does not list are kept, with a warning, as long as their names are unique.
public struct ShardedReader: CheckpointReader {
  /// The shards' format.
  public let format: any FileFormat.Type
  /// Whose names the tensors bear.
  public let dialect: Dialect?
  /// Paths of the shards' files.
  public let files: [String]
  /// The keys of all shards; of equal keys the first shard's.
  public let metadata: Metadata
  /// The shards' tensors, one shard after the other.
  public let tensors: [TensorSpec]
  /// Number of shards, the index's own metadata, and the first shard's facts.
  public let containerFacts: [(name: String, value: String)]
  /// The shards' warnings, and differences that are no errors.
  public let warnings: [String]
  /// The index.
  public let index: ShardIndex

  private let readers: [any CheckpointReader]
  /// For each shard, the number of tensors in those before it.
  private let firstTensor: [Int]

  /// Opens the shards that an index file lists.
  ///
  /// - Parameter open: opens one shard.
  /// - Throws: `.missingShard` if one is not there, `.index` if index and shards disagree.
  public static func open(
    indexPath: String, format: any FileFormat.Type, pool: FilePool,
    shard open: (String) throws(CheckpointError) -> any CheckpointReader
  ) throws(CheckpointError) -> ShardedReader {
    let index = try ShardIndex.read(indexPath, pool: pool)
    var readers: [any CheckpointReader] = []
    for path in index.shards {
      guard let identity = FileIdentity.of(path) else {
        throw CheckpointError(
          .missingShard, "the index names the shard '\(path)', but there is no such file",
          at: Place(file: indexPath))
      }
      guard identity.isRegular else {
        throw CheckpointError(
          .index,
          "the index names the shard '\(path)', which is \(identity.isFolder ? "a folder" : "no regular file")",
          at: Place(file: indexPath))
      }
      readers.append(try open(path))
    }
    return try ShardedReader(indexPath: indexPath, index: index, format: format, readers: readers)
  }

  /// Ties opened shards together.
  ///
  /// - Parameter readers: one for each of `index.shards`, in that order.
  init(
    indexPath: String, index: ShardIndex, format: any FileFormat.Type,
    readers: [any CheckpointReader]
  ) throws(CheckpointError) {
    var files: [String] = []
    var tensors: [TensorSpec] = []
    var firstTensor: [Int] = []
    var metadata = Metadata()
    var warnings: [String] = []
    tensors.reserveCapacity(index.weightMap.count)
    for reader in readers {
      firstTensor.append(tensors.count)
      for var tensor in reader.tensors {
        tensor.fileIndex += files.count
        tensors.append(tensor)
      }
      files += reader.files
      warnings += reader.warnings
      for (key, value) in reader.metadata {
        if let other = metadata[key] {
          if other != value {
            warnings.append("the shards differ in the metadata key '\(ShardIndex.visible(key))'")
          }
        } else {
          metadata[key] = value
        }
      }
    }
    do {
      warnings += try Self.check(index, tensors, firstTensor)
    } catch {
      throw error.within(Place(file: indexPath))
    }
    self.format = format
    self.dialect = format.dialect
    self.files = files
    self.metadata = metadata
    self.tensors = tensors
    self.index = index
    self.readers = readers
    self.firstTensor = firstTensor
    var facts: [(name: String, value: String)] = [("shards", String(readers.count))]
    for (key, value) in index.metadata?.object ?? [:] {
      facts.append(("index.\(key)", value.string ?? value.text()))
    }
    containerFacts = facts + (readers.first?.containerFacts ?? [])
    self.warnings = warnings
  }

  /// Compares the index with what the shards hold.
  private static func check(
    _ index: ShardIndex, _ tensors: [TensorSpec], _ firstTensor: [Int]
  ) throws(CheckpointError) -> [String] {
    /// The shard in which a listed tensor was found, by its position in the index.
    var foundIn = [Int?](repeating: nil, count: index.weightMap.count)
    var unlisted: [String: Int] = [:]
    var unlistedNames: [String] = []
    var isShared = false
    var total: UInt64 = 0
    var shard = 0
    for (number, tensor) in tensors.enumerated() {
      while shard + 1 < firstTensor.count, firstTensor[shard + 1] <= number { shard += 1 }
      isShared = isShared || tensor.sharedStorage != nil
      total = total.addingReportingOverflow(UInt64(max(0, tensor.byteCount))).partialValue
      let listed = index.weightMap.index(forKey: tensor.name)
      let earlier = listed.flatMap { foundIn[$0] } ?? unlisted[tensor.name]
      if let earlier {
        throw CheckpointError(
          .index,
          "the tensor lies in two shards, '\(index.shards[earlier])' and '\(index.shards[shard])'",
          at: Place(tensor: ShardIndex.visible(tensor.name)))
      }
      if let listed {
        foundIn[listed] = shard
      } else {
        unlisted[tensor.name] = shard
        unlistedNames.append(ShardIndex.visible(tensor.name))
      }
    }
    for (position, entry) in index.weightMap.elements.enumerated()
    where foundIn[position] != entry.value {
      let expected = index.shards[entry.value]
      let found = foundIn[position].map { "lies in '\(index.shards[$0])'" }
      throw CheckpointError(
        .index,
        "the index says that the tensor lies in '\(expected)', but it \(found ?? "is not there")",
        at: Place(tensor: ShardIndex.visible(entry.key)))
    }
    var warnings: [String] = []
    if let first = unlistedNames.first {
      warnings.append(
        "the index does not list \(unlistedNames.count) tensors of its shards, such as '\(first)'; "
          + "they are kept")
    }
    if let said = index.metadata?["total_size"], !isShared, said.double != Double(total) {
      warnings.append("the index says total_size \(said.text()), the tensors take \(total) bytes")
    }
    return warnings
  }

  /// Reads a part of a tensor's content.
  public func read(
    tensor: Int, range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    let (reader, local) = try locate(tensor)
    try reader.read(tensor: local, range: range, into: buffer)
  }

  /// Where the content lies in a shard.
  public func extent(ofTensor tensor: Int) -> FileExtent? {
    guard let (reader, local) = try? locate(tensor) else { return nil }
    return reader.extent(ofTensor: local)
  }

  /// The shard that holds a tensor, and the tensor's index in it.
  private func locate(
    _ tensor: Int
  ) throws(CheckpointError) -> (reader: any CheckpointReader, tensor: Int) {
    guard tensors.indices.contains(tensor) else {
      throw CheckpointError(.tensor, "there is no tensor \(tensor) among \(tensors.count)")
    }
    var low = 0
    var high = firstTensor.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstTensor[middle] <= tensor { low = middle } else { high = middle }
    }
    return (readers[low], tensor - firstTensor[low])
  }
}
