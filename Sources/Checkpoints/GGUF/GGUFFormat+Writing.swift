public import Failures
internal import Documents
internal import OrderedCollections
internal import Tensors

extension GGUFFormat {
  /// Lays a checkpoint out as one file or, beyond the request's limits, as a split.
  ///
  /// Keys and tensors keep the request's order. The first shard has all keys; every shard has its
  /// own `split.*` keys, which the request's are replaced by or, in a single file, dropped.
  ///
  /// - Throws: `.cannotHold` for names, ranks, types and keys that GGUF has no room for,
  ///   `.duplicate` for two tensors of a name.
  public static func layOut(
    _ request: WriteRequest
  ) throws(CheckpointError) -> [PlannedFile] {
    let alignment: UInt64
    do throws(GGUFAlignment.Refusal) {
      alignment = try GGUFAlignment.of(request.metadata)
    } catch { throw CheckpointError(.cannotHold, error.message) }
    for (key, value) in request.metadata { try check(key, value) }
    let entries = try entries(request.tensors, alignment)
    let shards = shards(entries, request)
    var keys = request.metadata
    for key in GGUFKey.split { keys[key] = nil }
    guard shards.count > 1 else {
      return [file(request.fileName, keys, entries, request.tensors, alignment)]
    }
    guard shards.count <= GGUFLimits.shards, let total = Int32(exactly: entries.count) else {
      throw CheckpointError(
        .cannotHold,
        "\(shards.count) shards of \(entries.count) tensors; a split has at most "
          + "\(GGUFLimits.shards) shards and \(Int32.max) tensors")
    }
    let stem =
      request.fileName.hasSuffix(".gguf")
      ? String(request.fileName.dropLast(5)) : request.fileName
    return shards.enumerated().map { index, shard in
      var shardKeys = keys
      if index > 0 { shardKeys = keys.filter { $0.key == GGUFKey.alignment } }
      shardKeys[GGUFKey.splitNumber] = .u16(UInt16(index))
      shardKeys[GGUFKey.splitTensorCount] = .i32(total)
      shardKeys[GGUFKey.splitCount] = .u16(UInt16(shards.count))
      let name = GGUFShardName(prefix: stem, number: index + 1, count: shards.count).path
      return file(name, shardKeys, shard, request.tensors, alignment)
    }
  }

  /// What the header says of a tensor.
  private struct Entry {
    /// Index of the tensor in the request.
    let index: Int
    let type: UInt32
    let byteCount: Int
    /// Bytes with the padding that follows.
    let paddedCount: UInt64
  }

  static func check(_ key: String, _ value: MetadataValue) throws(CheckpointError) {
    guard !key.isEmpty, key.utf8.count <= GGUFLimits.keyBytes else {
      throw CheckpointError(
        .cannotHold,
        "a key of GGUF has 1 to \(GGUFLimits.keyBytes) bytes, found \(key.utf8.count)")
    }
    if case .array(let list) = value, depth(list) > GGUFLimits.nesting {
      throw CheckpointError(
        .cannotHold, "key '\(key)' nests arrays deeper than \(GGUFLimits.nesting) levels")
    }
  }

  private static func depth(_ list: MetadataArray) -> Int {
    guard case .arrays(let lists) = list else { return 1 }
    return 1 + (lists.map(depth).max() ?? 0)
  }

  private static func entries(
    _ tensors: [WriteRequest.Tensor], _ alignment: UInt64
  ) throws(CheckpointError) -> [Entry] {
    var result: [Entry] = []
    result.reserveCapacity(tensors.count)
    var names = Set<String>(minimumCapacity: tensors.count)
    var types: [Encoding: UInt32] = [:]
    var total: UInt64 = 0
    for (index, tensor) in tensors.enumerated() {
      var place: Place { Place(tensor: tensor.name) }
      guard tensor.name.utf8.count <= GGUFLimits.nameBytes else {
        throw CheckpointError(
          .cannotHold,
          "a tensor's name in GGUF has at most \(GGUFLimits.nameBytes) bytes, found "
            + "\(tensor.name.utf8.count)", at: place)
      }
      guard names.insert(tensor.name).inserted else {
        throw CheckpointError(.duplicate, "two tensors have the same name", at: place)
      }
      guard tensor.shape.rank <= Int(GGUFLimits.axes) else {
        throw CheckpointError(
          .cannotHold,
          "a tensor in GGUF has at most \(GGUFLimits.axes) axes, found \(tensor.shape)", at: place)
      }
      guard let type = types[tensor.encoding] ?? typeNumber(of: tensor.encoding) else {
        throw CheckpointError(
          .cannotHold, "GGUF has no type for \(tensor.encoding)", at: place)
      }
      types[tensor.encoding] = type
      guard tensor.shape.columns % tensor.encoding.blockElements == 0 else {
        throw CheckpointError(
          .cannotHold,
          "a row of shape \(tensor.shape) does not fill whole blocks of "
            + "\(tensor.encoding.blockElements) elements of \(tensor.encoding)", at: place)
      }
      guard let byteCount = tensor.encoding.byteCount(tensor.shape) else {
        throw CheckpointError(
          .cannotHold, "shape \(tensor.shape) of \(tensor.encoding) is too large", at: place)
      }
      let padded = GGUFHeader.padded(UInt64(byteCount), alignment)
      let (sum, overflow) = total.addingReportingOverflow(padded)
      guard !overflow, sum <= UInt64(Int64.max) else {
        throw CheckpointError(
          .cannotHold, "the tensors up to this one exceed 63 bits of size", at: place)
      }
      total = sum
      result.append(
        Entry(index: index, type: type, byteCount: byteCount, paddedCount: padded))
    }
    return result
  }

  /// Cuts the tensors into shards as llama-gguf-split does: a shard ends before the tensor that
  /// would exceed a limit, padding counted; one that exceeds it alone has a shard of its own.
  ///
  /// Shards that the request names tensor by tensor are taken instead, in order of their numbers.
  private static func shards(_ entries: [Entry], _ request: WriteRequest) -> [[Entry]] {
    if let shards = request.shards, shards.count == entries.count {
      let named = Dictionary(grouping: entries) { shards[$0.index] }
      return named.keys.sorted().compactMap { named[$0] }
    }
    let mostBytes = request.maxShardBytes ?? UInt64.max
    let mostTensors = request.maxShardTensors ?? Int.max
    var result: [[Entry]] = []
    var current: [Entry] = []
    var bytes: UInt64 = 0
    for entry in entries {
      let isFull = bytes + entry.paddedCount > mostBytes || current.count >= mostTensors
      if !current.isEmpty, isFull {
        result.append(current)
        current = []
        bytes = 0
      }
      current.append(entry)
      bytes += entry.paddedCount
    }
    return result + [current]
  }

  private static func file(
    _ name: String, _ metadata: Metadata, _ entries: [Entry], _ tensors: [WriteRequest.Tensor],
    _ alignment: UInt64
  ) -> PlannedFile {
    var header = GGUFSerializer()
    header.raw(magic)
    header.integer(UInt32(3))
    header.integer(UInt64(entries.count))
    header.integer(UInt64(metadata.count))
    for (key, value) in metadata { header.keyAndValue(key, value) }
    var offset: UInt64 = 0
    var offsets: [UInt64] = []
    offsets.reserveCapacity(entries.count)
    for entry in entries {
      let tensor = tensors[entry.index]
      header.string(tensor.name)
      header.integer(UInt32(tensor.shape.rank))
      for axis in tensor.shape.axes.reversed() { header.integer(UInt64(axis)) }
      header.integer(entry.type)
      header.integer(offset)
      offsets.append(offset)
      offset += entry.paddedCount
    }
    let start = GGUFHeader.padded(UInt64(header.bytes.count), alignment)
    return PlannedFile(
      name: name, size: start + offset,
      segments: [.init(offset: 0, bytes: header.bytes)],
      extents: zip(entries, offsets).map { entry, offset in
        .init(tensor: entry.index, offset: start + offset, byteCount: entry.byteCount)
      })
  }
}
