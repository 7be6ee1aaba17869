public import ByteIO
public import Failures
public import Tensors

/// A file format of checkpoints: a folder of its own here and a line in
/// `FileFormat+Registry.swift`.
public protocol FileFormat: Sendable {
  /// Stable id, the word of `--to`: `safetensors`, `pytorch`, `gguf`.
  static var id: String { get }
  /// One line for `lathe formats`.
  static var summary: String { get }
  /// File name endings that mean this format in `-o DST`, without the dot.
  static var extensions: [String] { get }
  /// Name of the index file that lists shards, where the format has one.
  static var indexName: String? { get }
  /// Name of the one file of an unsharded checkpoint folder, where there is a customary one.
  static var folderName: String? { get }
  /// The namespace of its data type ids.
  static var idSpace: IDSpace { get }
  /// Whose names the format's tensors bear by convention.
  static var dialect: Dialect? { get }

  /// Whether a file is of this format, judged by its first bytes (up to 64) and its name.
  static func recognises(path: String, head: [UInt8]) -> Bool

  /// What its header can hold beside the tensors.
  static var headerValues: HeaderValues { get }

  /// Opens a file, the first file of a split, or an index file of this format; reads headers only.
  static func open(_ path: String, pool: FilePool) throws(CheckpointError) -> any CheckpointReader

  /// Opens one file alone, even if it is a shard; where shards are whole files, the same as `open`.
  static func openPhysical(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> any CheckpointReader

  /// The header of one file, to be rewritten; nil if the format has no keys.
  static func headerEditor(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> (any HeaderEditor)?

  /// Whether tensors of that encoding can be stored.
  static func canHold(_ encoding: Encoding) -> Bool

  /// Lays a checkpoint out: file names, sizes, headers and the place of every tensor.
  static func layOut(_ request: WriteRequest) throws(CheckpointError) -> [PlannedFile]
}

/// What a format's header can hold beside the tensors.
public enum HeaderValues: Hashable, Sendable {
  /// Nothing.
  case none
  /// Texts by key.
  case texts
  /// Typed values by key.
  case typed
}

extension FileFormat {
  /// The same as `open`.
  public static func openPhysical(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> any CheckpointReader { try open(path, pool: pool) }

  /// None: the format has no keys.
  public static func headerEditor(
    _ path: String, pool: FilePool
  ) throws(CheckpointError) -> (any HeaderEditor)? { nil }
}
