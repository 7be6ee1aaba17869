internal import ByteIO
internal import Documents
internal import Failures
internal import OrderedCollections

extension GGUFReader {
  /// Opens all shards of the split that the shard at `path` belongs to.
  static func openSplit(
    _ split: GGUFSplitKeys, shard: GGUFHeader, path: String, pool: FilePool
  ) throws(CheckpointError) -> GGUFReader {
    guard let name = GGUFShardName(path: path), name.number == split.number + 1,
      name.count == split.count
    else {
      let expected = GGUFShardName(prefix: "NAME", number: split.number + 1, count: split.count)
      throw CheckpointError(
        .index,
        "shard \(split.number + 1) of \(split.count) must be named '\(expected.path)' for the "
          + "others to be found", at: Place(file: path))
    }
    var shards: [(path: String, header: GGUFHeader)] = []
    for number in 0..<split.count {
      let shardPath =
        GGUFShardName(prefix: name.prefix, number: number + 1, count: split.count).path
      if number == split.number {
        shards.append((shardPath, shard))
      } else {
        shards.append((shardPath, try header(of: number, in: split, at: shardPath, pool)))
      }
    }
    try check(shards, split)
    let (metadata, warnings) = merged(shards)
    return GGUFReader(shards, metadata: metadata, pool: pool, warnings: warnings)
  }

  private static func header(
    of number: Int, in split: GGUFSplitKeys, at path: String, _ pool: FilePool
  ) throws(CheckpointError) -> GGUFHeader {
    guard FileIdentity.of(path) != nil else {
      throw CheckpointError(
        .missingShard, "shard \(number + 1) of \(split.count) is missing", at: Place(file: path))
    }
    let header = try GGUFHeader.read(path, pool: pool)
    let keys = try GGUFSplitKeys(header, path: path)
    guard let keys, keys.number == number, keys.count == split.count,
      keys.tensorCount == split.tensorCount
    else {
      let found =
        keys.map { "shard \($0.number + 1) of \($0.count) with \($0.tensorCount) tensors" }
        ?? "a file that is no shard"
      throw CheckpointError(
        .index,
        "expected shard \(number + 1) of \(split.count) with \(split.tensorCount) tensors in all, "
          + "found \(found)", at: Place(file: path))
    }
    return header
  }

  private static func check(
    _ shards: [(path: String, header: GGUFHeader)], _ split: GGUFSplitKeys
  ) throws(CheckpointError) {
    let found = shards.reduce(0) { $0 + $1.header.tensors.count }
    guard found == split.tensorCount else {
      throw CheckpointError(
        .index,
        "key '\(GGUFKey.splitTensorCount)' says \(split.tensorCount) tensors, the \(shards.count) "
          + "shards hold \(found)", at: Place(file: shards.first?.path))
    }
    var names = Set<String>(minimumCapacity: found)
    for shard in shards {
      for tensor in shard.header.tensors where !names.insert(tensor.name).inserted {
        throw CheckpointError(
          .duplicate, "a tensor of that name stands in another shard too",
          at: Place(file: shard.path, tensor: tensor.name))
      }
    }
  }

  /// The first shard's metadata, then what later shards add; keys of the shards themselves left out.
  private static func merged(
    _ shards: [(path: String, header: GGUFHeader)]
  ) -> (Metadata, warnings: [String]) {
    var result = Metadata()
    var warnings: [String] = []
    for (index, shard) in shards.enumerated() {
      for (key, value) in shard.header.metadata where !GGUFKey.split.contains(key) {
        if index == 0 {
          result[key] = value
        } else if key != GGUFKey.alignment {
          if let first = result[key], first != value {
            warnings.append("\(shard.path): key '\(key)' differs from the first shard's, unused")
          } else {
            result[key] = value
          }
        }
      }
    }
    return (result, warnings)
  }
}
