public import ByteIO
public import Documents
public import Failures
public import OrderedCollections

/// The index file of a sharded checkpoint: which tensor lies in which file.
///
/// `model.safetensors.index.json` and `pytorch_model.bin.index.json` share this form:
/// `{"metadata": {"total_size": ...}, "weight_map": {tensor: file}}`. Nothing is believed that
/// metadata say about sizes.
public struct ShardIndex: Hashable, Sendable {
  /// Most bytes of an index file.
  public static let maxByteCount = 256 << 20
  /// Most shards.
  public static let maxShardCount = 100_000

  /// Paths of the shards, in the order of their names (which is that of their numbers).
  public let shards: [String]
  /// For each tensor, in the index's order, the shard that holds it.
  public let weightMap: OrderedDictionary<String, Int>
  /// What stands under `metadata`.
  public let metadata: JSONValue?

  /// Reads an index file and checks all names in it; shards themselves are not looked at.
  ///
  /// - Throws: `.index` for anything that breaks the form above, `.limit` for its caps.
  public static func read(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> ShardIndex {
    let bytes: [UInt8]
    do {
      bytes = try pool.file(path).readAll(limit: maxByteCount)
    } catch {
      throw CheckpointError(.io, wrapping: error)
    }
    do {
      return try parse(bytes, path: path)
    } catch {
      throw error.within(Place(file: path))
    }
  }

  /// Parses the bytes of the index file at `path`.
  static func parse(_ bytes: [UInt8], path: String) throws(CheckpointError) -> ShardIndex {
    var metadata: JSONValue?
    var map: OrderedDictionary<String, String>?
    do throws(DocumentError) {
      var reader = JSONReader(bytes, options: .init(refusesDuplicateKeys: true))
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "metadata": metadata = try reader.readValue()
        case "weight_map": map = try readMap(&reader)
        default: break
        }
      }
      try reader.finish()
    } catch {
      throw CheckpointError(
        .index, "not an index of shards: \(error.message)", at: error.place, cause: error)
    }
    guard let map else {
      throw CheckpointError(.index, "expected a key 'weight_map', found none")
    }
    guard !map.isEmpty else {
      throw CheckpointError(.index, "'weight_map' lists no tensors")
    }
    for (tensor, name) in map {
      if let defect = defect(ofShardName: name) {
        throw CheckpointError(
          .index,
          "the shard's name '\(visible(name))' \(defect); expected a file name within the index's folder",
          at: Place(tensor: visible(tensor)))
      }
    }
    let names = Set(map.values).sorted(by: ByteOrder.precedes)
    guard names.count <= maxShardCount else {
      throw CheckpointError(.limit, "\(names.count) shards exceed the limit of \(maxShardCount)")
    }
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let folder = folder(of: path)
    return ShardIndex(
      shards: names.map { folder + $0 }, weightMap: map.mapValues { numbers[$0] ?? 0 },
      metadata: metadata)
  }

  private static func readMap(
    _ reader: inout JSONReader
  ) throws(DocumentError) -> OrderedDictionary<String, String> {
    guard try reader.peekKind() == .object else {
      throw reader.failure(
        .type, "expected 'weight_map' to be an object, found \(try reader.peekKind().phrase)")
    }
    var map = OrderedDictionary<String, String>()
    try reader.beginObject()
    while let tensor = try reader.nextKey() {
      guard try reader.peekKind() == .string else {
        throw reader.failure(
          .type,
          "expected the shard's name of '\(visible(tensor))' to be a string, "
            + "found \(try reader.peekKind().phrase)")
      }
      guard map.updateValue(try reader.readString(), forKey: tensor) == nil else {
        throw reader.failure(
          .duplicateKey,
          "two tensors '\(visible(tensor))' differ only in their Unicode normalisation")
      }
    }
    return map
  }

  /// Why a name may not be used, nil if it names a file within the folder.
  static func defect(ofShardName name: String) -> String? {
    if name.isEmpty { return "is empty" }
    let bytes = Array(name.utf8)
    if bytes.contains(0) { return "holds a NUL" }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "holds a control character" }
    if bytes.contains(UInt8(ascii: "\\")) { return "holds a backslash" }
    if bytes.first == UInt8(ascii: "/") { return "is an absolute path" }
    if bytes.count >= 2, bytes[1] == UInt8(ascii: ":") { return "begins with a drive letter" }
    for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if part.elementsEqual("..".utf8) { return "leaves the folder" }
      if part.isEmpty || part.elementsEqual(".".utf8) { return "has an empty part" }
    }
    return nil
  }

  /// The folder of a path with its slash, empty for a bare name.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(path[...slash])
  }

  /// A name from a file as a message may show it: control characters replaced, cut after 200.
  static func visible(_ name: String) -> String {
    var result = ""
    for (index, scalar) in name.unicodeScalars.enumerated() {
      if index == 200 { return result + "..." }
      if scalar.value < 0x20 || scalar.value == 0x7F {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
