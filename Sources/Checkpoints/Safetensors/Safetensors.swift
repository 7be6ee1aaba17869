public import ByteIO
public import Failures
public import Tensors

/// The safetensors format.
///
///     +--------+-------------------------------+------------------------------------------+
///     | n: u64 | n bytes of JSON, '{' first,   | tensors, without holes or overlap,       |
///     | little | may end in spaces             | offsets count from here                  |
///     +--------+-------------------------------+------------------------------------------+
///     {"__metadata__": {"format": "pt"},
///      "name": {"dtype": "BF16", "shape": [4096, 128], "data_offsets": [0, 1048576]}}
///
/// Shapes count elements, offsets bytes; the elements of types below 8 bits must fill whole bytes.
public enum Safetensors: FileFormat {
  /// `safetensors`.
  public static let id = "safetensors"
  /// One line for `lathe formats`.
  public static let summary = "safetensors files, alone or in shards with an index"
  /// `.safetensors`.
  public static let extensions = ["safetensors"]
  /// The index that Transformers writes.
  public static let indexName: String? = "model.safetensors.index.json"
  /// The one file of an unsharded folder.
  public static let folderName: String? = "model.safetensors"
  /// `__metadata__` holds texts.
  public static let headerValues = HeaderValues.texts
  /// The dtype words.
  public static let idSpace = IDSpace.safetensors
  /// The names are those of Transformers' modules.
  public static let dialect: Dialect? = .huggingface

  /// Most bytes of a header, a rule of the format.
  public static let maxHeaderByteCount = 100_000_000
  /// Most axes of a tensor; the format sets no bound.
  public static let maxRank = 64
  /// Key of the header's texts, and thus no tensor's name.
  static let metadataKey = "__metadata__"
  /// How the name of an index ends.
  static let indexEnding = ".safetensors.index.json"

  /// Known by its ending, or by a plausible length with '{' after it.
  public static func recognises(path: String, head: [UInt8]) -> Bool {
    if path.hasSuffix(".safetensors") || path.hasSuffix(indexEnding) { return true }
    guard head.count >= 10, head[8] == UInt8(ascii: "{") else { return false }
    let length = littleEndian(head[..<8])
    let next = head[9]
    return length >= 2 && length <= UInt64(maxHeaderByteCount)
      && (next == UInt8(ascii: "\"") || next == UInt8(ascii: "}") || next <= 0x20)
  }

  /// Opens a file, or the shards of an index.
  public static func open(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> any CheckpointReader {
    guard path.hasSuffix(".index.json") else { return try SafetensorsReader(path, pool: pool) }
    return try ShardedReader.open(indexPath: path, format: Self.self, pool: pool) {
      (shard: String) throws(CheckpointError) -> any CheckpointReader in
      try SafetensorsReader(shard, pool: pool, isAlone: false)
    }
  }

  /// The header of one file, to be rewritten.
  public static func headerEditor(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> (any HeaderEditor)? { try SafetensorsHeaderEditor(path, pool: pool) }

  /// Scalar types that have a dtype word.
  public static func canHold(_ encoding: Encoding) -> Bool { word(encoding) != nil }

  /// The dtype word of an encoding.
  static func word(_ encoding: Encoding) -> String? {
    guard case .word(let word)? = encoding.scalarType?.ids[idSpace] else { return nil }
    return word
  }

  /// All dtype words, for messages.
  static var words: String {
    ScalarType.all.compactMap { word(Encoding($0)) }.joined(separator: " ")
  }

  /// The number of eight bytes.
  static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
