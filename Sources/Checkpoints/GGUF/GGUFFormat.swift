public import ByteIO
public import Failures
public import Tensors

/// GGUF, the file format of llama.cpp: versions 1 to 3 are read, version 3 is written.
///
/// The bytes are described in `Formats/Specs/gguf.md`.
public enum GGUFFormat: FileFormat {
  /// `gguf`.
  public static let id = "gguf"
  /// One line for `lathe formats`.
  public static let summary = "GGUF of llama.cpp: versions 1-3 read, version 3 written, splits"
  /// `gguf`.
  public static let extensions = ["gguf"]
  /// Splits carry their own keys; there is no index file.
  public static let indexName: String? = nil
  /// A GGUF is a file, not a folder.
  public static let folderName: String? = nil
  /// Typed keys and values.
  public static let headerValues = HeaderValues.typed
  /// ggml's tensor type numbers.
  public static let idSpace = IDSpace.gguf
  /// llama.cpp's names.
  public static let dialect: Dialect? = .gguf

  static let magic: [UInt8] = [0x47, 0x47, 0x55, 0x46]

  /// Whether a file starts with `GGUF`, or is named so: then its defect is reported as one of GGUF.
  public static func recognises(path: String, head: [UInt8]) -> Bool {
    head.starts(with: magic) || path.lowercased().hasSuffix(".gguf")
  }

  /// Opens a file; any shard of a split opens the whole split.
  public static func open(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> any CheckpointReader {
    let header = try GGUFHeader.read(path, pool: pool)
    guard let split = try GGUFSplitKeys(header, path: path) else {
      return GGUFReader([(path, header)], metadata: header.metadata, pool: pool)
    }
    return try GGUFReader.openSplit(split, shard: header, path: path, pool: pool)
  }

  /// Opens one file alone, as it lies on the disk: a shard keeps its `split.*` keys and shows only
  /// the tensors it holds.
  public static func openPhysical(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> any CheckpointReader {
    let header = try GGUFHeader.read(path, pool: pool)
    return GGUFReader([(path, header)], metadata: header.metadata, pool: pool)
  }

  /// The header of one file, to be rewritten.
  public static func headerEditor(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> (any HeaderEditor)? { try GGUFHeaderEditor(path, pool: pool) }

  /// Whether ggml has a number for that type.
  public static func canHold(_ encoding: Encoding) -> Bool { typeNumber(of: encoding) != nil }
}
