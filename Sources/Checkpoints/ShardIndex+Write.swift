internal import Documents
internal import OrderedCollections

extension ShardIndex {
  /// The bytes of an index file as Transformers' `save_pretrained` writes it: indented by two, keys
  /// sorted, a line break at the end.
  ///
  /// - Parameters:
  ///   - shardOf: file name of each tensor's shard.
  ///   - totalSize: bytes of all tensors, those that share data counted once.
  ///   - totalParameters: elements of all tensors, counted the same way.
  public static func bytes(
    shardOf: [(tensor: String, shard: String)], totalSize: UInt64, totalParameters: UInt64?
  ) -> [UInt8] {
    var writer = JSONWriter(.pretty())
    writer.beginObject()
    writer.key("metadata")
    writer.beginObject()
    if let totalParameters {
      writer.key("total_parameters")
      writer.int(totalParameters)
    }
    writer.key("total_size")
    writer.int(totalSize)
    writer.endObject()
    writer.key("weight_map")
    writer.beginObject()
    let sorted = shardOf.sorted { ByteOrder.precedes($0.tensor, $1.tensor) }
    for entry in sorted {
      writer.key(entry.tensor)
      writer.string(entry.shard)
    }
    writer.endObject()
    writer.endObject()
    return writer.takeBytes() + [UInt8(ascii: "\n")]
  }
}
