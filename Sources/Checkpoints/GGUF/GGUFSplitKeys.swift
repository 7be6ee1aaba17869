internal import Documents
internal import Failures
internal import OrderedCollections

/// What a shard says about the split it belongs to.
struct GGUFSplitKeys: Equatable {
  /// Zero-based number of the shard.
  let number: Int
  /// Number of shards, at least 2.
  let count: Int
  /// Number of tensors in all shards.
  let tensorCount: Int

  /// The keys of a shard, nil for a file that is whole by itself.
  init?(_ header: GGUFHeader, path: String) throws(CheckpointError) {
    guard let value = header.metadata[GGUFKey.splitCount] else { return nil }
    guard case .u16(let count) = value else {
      throw Self.wrong(GGUFKey.splitCount, "a u16", value, path)
    }
    // a merged file states a count of 0
    guard count > 1 else { return nil }
    let numberValue = header.metadata[GGUFKey.splitNumber]
    guard case .u16(let number)? = numberValue, number < count else {
      throw Self.wrong(GGUFKey.splitNumber, "a u16 below the count of \(count)", numberValue, path)
    }
    let totalValue = header.metadata[GGUFKey.splitTensorCount]
    guard case .i32(let total)? = totalValue, total >= 0 else {
      throw Self.wrong(GGUFKey.splitTensorCount, "an i32 from 0 up", totalValue, path)
    }
    self.number = Int(number)
    self.count = Int(count)
    tensorCount = Int(total)
  }

  private static func wrong(
    _ key: String, _ expected: String, _ found: MetadataValue?, _ path: String
  ) -> CheckpointError {
    let type = found.map { "\(GGUFValueType($0))" } ?? "none"
    return CheckpointError(
      .index, "key '\(key)' of a shard must be \(expected), found \(type)",
      at: Place(file: path))
  }
}
