internal import Documents
public import Failures
internal import Tensors

extension Safetensors {
  /// The dtype words from first to last in a file: the reference implementation's order, in which
  /// alignment falls.
  private static let fileOrder: [String] = [
    "U64", "I64", "F64", "C64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "F8_E5M2FNUZ",
    "F8_E4M3FNUZ", "F8_E8M0", "F8_E4M3", "F8_E5M2", "I8", "U8", "F6_E3M2", "F6_E2M3", "F4", "BOOL",
  ]

  /// A tensor of the request with what is known of it.
  private struct Item {
    var index: Int
    var name: String
    var word: String
    var rank: Int
    var shape: Shape
    var byteCount: UInt64
  }

  /// Lays a checkpoint out as the reference implementation does, in shards as `save_pretrained`
  /// does; the order of the request does not matter.
  ///
  /// Tensors of an alias group are each stored: the format knows no sharing.
  public static func layOut(_ request: WriteRequest) throws(CheckpointError) -> [PlannedFile] {
    let items = try items(request)
    let metadata = try metadata(request.metadata)
    let shards = ShardPlan.split(
      sizes: items.map(\.byteCount), maxShardBytes: request.maxShardBytes)
    var files: [PlannedFile] = []
    var shardOf: [(tensor: String, shard: String)] = []
    for (number, members) in shards.enumerated() {
      let name = ShardPlan.fileName(request.fileName, index: number, count: shards.count)
      files.append(try layOut(members.map { items[$0] }, metadata, name))
      if shards.count > 1 { shardOf += members.map { (items[$0].name, name) } }
    }
    if shards.count > 1 {
      let sum = items.reduce(UInt64(0)) { $0 &+ $1.byteCount }
      let elements = items.reduce(UInt64(0)) { $0 &+ UInt64($1.shape.elementCount ?? 0) }
      files.append(
        PlannedFile(
          name: request.fileName + ".index.json",
          bytes: ShardIndex.bytes(
            shardOf: shardOf, totalSize: sum, totalParameters: elements)))
    }
    return files
  }

  /// The request's tensors, checked, in the order in which they are spread over shards.
  private static func items(_ request: WriteRequest) throws(CheckpointError) -> [Item] {
    let ranks = Dictionary(uniqueKeysWithValues: fileOrder.enumerated().map { ($1, $0) })
    var names = Set<String>()
    var items: [Item] = []
    items.reserveCapacity(request.tensors.count)
    names.reserveCapacity(request.tensors.count)
    var total: UInt64 = 0
    for (index, tensor) in request.tensors.enumerated() {
      let place = Place(tensor: tensor.name)
      guard tensor.name != metadataKey else {
        throw CheckpointError(
          .cannotHold, "safetensors reserves the name '\(metadataKey)'", at: place)
      }
      guard names.insert(tensor.name).inserted else {
        throw CheckpointError(.duplicate, "two tensors of this name", at: place)
      }
      guard let word = word(tensor.encoding) else {
        throw CheckpointError(
          .cannotHold,
          "safetensors cannot hold \(tensor.encoding); it can hold \(words)", at: place)
      }
      guard tensor.shape.rank <= maxRank else {
        throw CheckpointError(
          .cannotHold, "\(tensor.shape.rank) axes exceed the limit of \(maxRank)", at: place)
      }
      guard let count = tensor.encoding.byteCount(tensor.shape) else {
        throw CheckpointError(
          .cannotHold,
          "\(tensor.encoding) \(tensor.shape) does not take a whole number of bytes below 2^63",
          at: place)
      }
      let (sum, overflow) = total.addingReportingOverflow(UInt64(count))
      guard !overflow, sum <= UInt64(Int64.max) / 2 else {
        throw CheckpointError(.cannotHold, "the tensors' sizes exceed 62 bits", at: place)
      }
      total = sum
      items.append(
        Item(
          index: index, name: tensor.name, word: word, rank: ranks[word] ?? fileOrder.count,
          shape: tensor.shape, byteCount: UInt64(count)))
    }
    return sorted(items) { NaturalOrder.precedes($0.name, $1.name) }
  }

  /// Items in order, moved once: sorting positions is cheaper than moving items about.
  private static func sorted(
    _ items: [Item], by precedes: (borrowing Item, borrowing Item) -> Bool
  ) -> [Item] {
    // Through a buffer a comparison reads the items where they lie, without copies.
    items.withUnsafeBufferPointer { buffer in
      buffer.indices.sorted { precedes(buffer[$0], buffer[$1]) }.map { buffer[$0] }
    }
  }

  private static func metadata(
    _ metadata: Metadata
  ) throws(CheckpointError) -> [(key: String, value: String)] {
    var result: [(key: String, value: String)] = []
    for (key, value) in metadata {
      guard let text = value.string else {
        throw CheckpointError(
          .cannotHold,
          "safetensors holds only strings as metadata; '\(key)' is \(value.typeName)")
      }
      result.append((key, text))
    }
    return result
  }

  /// One file of these tensors.
  private static func layOut(
    _ unordered: [Item], _ metadata: [(key: String, value: String)], _ name: String
  ) throws(CheckpointError) -> PlannedFile {
    let items = sorted(unordered) { a, b in
      a.rank != b.rank ? a.rank < b.rank : ByteOrder.precedes(a.name, b.name)
    }
    var writer = JSONWriter()
    writer.beginObject()
    if !metadata.isEmpty {
      writer.key(metadataKey)
      writer.beginObject()
      for (key, value) in metadata {
        writer.key(key)
        writer.string(value)
      }
      writer.endObject()
    }
    var position: UInt64 = 0
    for item in items {
      writer.key(item.name)
      writer.beginObject()
      writer.key("dtype")
      writer.string(item.word)
      writer.key("shape")
      writer.beginArray()
      for axis in item.shape.axes { writer.int(axis) }
      writer.endArray()
      writer.key("data_offsets")
      writer.beginArray()
      writer.int(position)
      position += item.byteCount
      writer.int(position)
      writer.endArray()
      writer.endObject()
    }
    writer.endObject()
    var header = writer.takeBytes()
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    guard header.count <= maxHeaderByteCount else {
      throw CheckpointError(
        .cannotHold,
        "the header of '\(name)' takes \(header.count) bytes, the format allows "
          + "\(maxHeaderByteCount); more shards are needed")
    }
    let length = UInt64(header.count)
    let start = 8 + length
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) }
    var offset = start
    var extents: [PlannedFile.TensorExtent] = []
    extents.reserveCapacity(items.count)
    for item in items {
      extents.append(.init(tensor: item.index, offset: offset, byteCount: Int(item.byteCount)))
      offset += item.byteCount
    }
    return PlannedFile(
      name: name, size: offset, segments: [.init(offset: 0, bytes: prefix + header)],
      extents: extents)
  }
}
