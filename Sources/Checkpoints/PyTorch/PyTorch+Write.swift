public import Failures
internal import Tensors

extension PyTorch {
  /// Folder of the members, as in files that torch writes to a stream.
  private static let root = "archive"

  /// Lays a zip out: `data.pkl`, then each storage once; metadata has no place in it.
  ///
  /// Several shards are followed by their index. Tensors of one alias group, type and size share a
  /// storage and so a shard, which counts it once.
  public static func layOut(_ request: WriteRequest) throws(CheckpointError) -> [PlannedFile] {
    let sizes = try check(request)
    let owners = storageOwners(request, sizes)
    let stored = owners.indices.filter { owners[$0] == $0 }
    let shards = ShardPlan.split(
      sizes: stored.map { UInt64(sizes[$0]) }, maxShardBytes: request.maxShardBytes)
    guard shards.count > 1 else { return [plan(request, owners, fileName: request.fileName)] }

    var shardOfOwner: [Int: Int] = [:]
    for (shard, members) in shards.enumerated() {
      for member in members { shardOfOwner[stored[member]] = shard }
    }
    var content = [[Int]](repeating: [], count: shards.count)
    var shardOf: [(tensor: String, shard: String)] = []
    for (index, owner) in owners.enumerated() {
      let shard = shardOfOwner[owner] ?? 0
      content[shard].append(index)
      shardOf.append(
        (request.tensors[index].name, shardName(request, shard, count: shards.count)))
    }
    var files = content.indices.map { shard in
      plan(
        request, owners, content[shard], fileName: shardName(request, shard, count: shards.count))
    }
    let bytes = ShardIndex.bytes(
      shardOf: shardOf, totalSize: stored.reduce(0) { $0 + UInt64(sizes[$1]) },
      totalParameters: stored.reduce(0) {
        $0 + UInt64(request.tensors[$1].shape.elementCount ?? 0)
      })
    files.append(PlannedFile(name: request.fileName + ".index.json", bytes: bytes))
    return files
  }

  private static func shardName(_ request: WriteRequest, _ shard: Int, count: Int) -> String {
    ShardPlan.fileName(request.fileName, index: shard, count: count)
  }

  /// Refuses what a torch file cannot hold; gives the tensors' bytes.
  private static func check(_ request: WriteRequest) throws(CheckpointError) -> [Int] {
    var names: Set<String> = []
    var sizes: [Int] = []
    var total: UInt64 = 0
    names.reserveCapacity(request.tensors.count)
    for tensor in request.tensors {
      let place = Place(tensor: tensor.name)
      guard canHold(tensor.encoding) else {
        throw CheckpointError(
          .cannotHold,
          "torch has no dtype for \(tensor.encoding); supported are "
            + ScalarType.all.filter { canHold(Encoding($0)) }.map(\.name).joined(separator: ", "),
          at: place)
      }
      guard tensor.shape.rank <= PickleLimits.rank,
        let byteCount = tensor.encoding.byteCount(tensor.shape),
        case (let sum, false) = total.addingReportingOverflow(UInt64(byteCount)),
        sum < UInt64(Int64.max) / 2
      else {
        throw CheckpointError(
          .cannotHold, "the shape \(tensor.shape) is not possible in a torch file", at: place)
      }
      guard tensor.name.utf8.count <= PickleLimits.nameBytes else {
        throw CheckpointError(
          .cannotHold, "the name has more than \(PickleLimits.nameBytes) bytes", at: place)
      }
      guard names.insert(tensor.name).inserted else {
        throw CheckpointError(.duplicate, "two tensors are named '\(tensor.name)'", at: place)
      }
      total = sum
      sizes.append(byteCount)
    }
    return sizes
  }

  /// For each tensor the first one whose storage it uses.
  private static func storageOwners(_ request: WriteRequest, _ sizes: [Int]) -> [Int] {
    struct Alias: Hashable {
      let group: Int
      let encoding: Encoding
      let byteCount: Int
    }
    var owners: [Alias: Int] = [:]
    return request.tensors.indices.map { index in
      let tensor = request.tensors[index]
      guard let group = tensor.aliasGroup else { return index }
      let alias = Alias(group: group, encoding: tensor.encoding, byteCount: sizes[index])
      if let owner = owners[alias] { return owner }
      owners[alias] = index
      return index
    }
  }

  /// One zip with these tensors of the request; all of them by default.
  private static func plan(
    _ request: WriteRequest, _ owners: [Int], _ chosen: [Int]? = nil, fileName: String
  ) -> PlannedFile {
    var pickle = PickleWriter()
    var stored: [Int] = []
    var keys: [Int: Int] = [:]
    for index in chosen ?? Array(request.tensors.indices) {
      let tensor = request.tensors[index]
      guard let type = tensor.encoding.scalarType else { continue }
      let key = keys[owners[index]] ?? stored.count
      if key == stored.count {
        keys[owners[index]] = key
        stored.append(owners[index])
      }
      pickle.add(name: tensor.name, type: type, shape: tensor.shape, storageKey: String(key))
    }
    var zip = ZipPlan()
    zip.add("\(root)/data.pkl", pickle.finish())
    zip.add("\(root)/.format_version", Array("1".utf8))
    zip.add("\(root)/.storage_alignment", Array("\(ZipPlan.alignment)".utf8))
    zip.add("\(root)/byteorder", Array("little".utf8))
    for (key, owner) in stored.enumerated() {
      let tensor = request.tensors[owner]
      zip.add(
        "\(root)/data/\(key)", tensor: owner,
        byteCount: tensor.encoding.byteCount(tensor.shape) ?? 0)
    }
    zip.add("\(root)/version", Array("3\n".utf8))
    return zip.finish(fileName)
  }
}
