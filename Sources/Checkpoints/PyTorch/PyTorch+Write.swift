public import Failures
internal import Tensors

extension PyTorch {
  /// Folder of the members, as in files that torch writes to a stream.
  private static let root = "archive"

  /// Lays a zip out: `data.pkl`, then each storage once; metadata has no place in it.
  public static func layOut(_ request: WriteRequest) throws(CheckpointError) -> [PlannedFile] {
    try check(request)
    return [plan(request, Array(request.tensors.indices), fileName: request.fileName)]
  }

  /// Refuses what a torch file cannot hold.
  private static func check(_ request: WriteRequest) throws(CheckpointError) {
    var names: Set<String> = []
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
      guard tensor.shape.axes.allSatisfy({ $0 >= 0 }), tensor.shape.rank <= PickleLimits.rank,
        tensor.encoding.byteCount(tensor.shape) != nil
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
    }
  }

  /// One zip with these tensors of the request; aliases of one type and size share a storage.
  static func plan(_ request: WriteRequest, _ chosen: [Int], fileName: String) -> PlannedFile {
    struct Alias: Hashable {
      let group: Int
      let encoding: Encoding
      let byteCount: Int
    }
    var pickle = PickleWriter()
    var owners: [(tensor: Int, byteCount: Int)] = []
    var keys: [Alias: Int] = [:]
    for index in chosen {
      let tensor = request.tensors[index]
      guard let type = tensor.encoding.scalarType,
        let byteCount = tensor.encoding.byteCount(tensor.shape)
      else { continue }
      var key = owners.count
      if let group = tensor.aliasGroup {
        let alias = Alias(group: group, encoding: tensor.encoding, byteCount: byteCount)
        key = keys[alias] ?? key
        keys[alias] = key
      }
      if key == owners.count { owners.append((index, byteCount)) }
      pickle.add(name: tensor.name, type: type, shape: tensor.shape, storageKey: String(key))
    }
    var zip = ZipPlan()
    zip.add("\(root)/data.pkl", pickle.finish())
    zip.add("\(root)/.format_version", Array("1".utf8))
    zip.add("\(root)/.storage_alignment", Array("\(ZipPlan.alignment)".utf8))
    zip.add("\(root)/byteorder", Array("little".utf8))
    for (key, owner) in owners.enumerated() {
      zip.add("\(root)/data/\(key)", tensor: owner.tensor, byteCount: owner.byteCount)
    }
    zip.add("\(root)/version", Array("3\n".utf8))
    return zip.finish(fileName)
  }
}
