public import ByteIO
public import Checkpoints
public import Documents
public import Failures
internal import Tensors

/// An opened source: the reader of its tensors and the small files that lie beside them.
public struct SourceCheckpoint: Sendable {
  /// The path as the user gave it.
  public let path: String
  /// Whether that path is a folder.
  public let isFolder: Bool
  /// The folder in which configuration and tokenizer are looked for.
  public let folder: String
  /// The reader of the tensors.
  public internal(set) var reader: any CheckpointReader
  /// The pool that all reads go through.
  public let pool: FilePool
  /// The model's configuration, if the folder has a `config.json`.
  public let config: JSONValue?
  /// The generation settings, if the folder has them.
  public let generationConfig: JSONValue?

  /// Opens a file, an index file or a folder; reads headers and configuration only.
  ///
  /// - Parameter physical: opens that one file alone, even if it is a shard.
  /// - Throws: `.source` if nothing is there to be read, `.below` for a defect of the files.
  public init(
    _ path: String, pool: FilePool = FilePool(), physical: Bool = false
  ) throws(ConversionError) {
    guard let identity = FileIdentity.of(path) else {
      throw ConversionError(.source, "no such file or folder", at: Place(file: path))
    }
    self.path = path
    self.pool = pool
    isFolder = identity.isFolder
    folder = identity.isFolder ? path : Paths.parent(path)
    let entry = identity.isFolder ? try Self.entry(ofFolder: path) : path
    let format = try Self.format(of: entry, pool: pool)
    reader = try passing { () throws(CheckpointError) in
      physical
        ? try format.openPhysical(entry, pool: pool) : try format.open(entry, pool: pool)
    }
    let holdsOwnConfig = format.dialect == .gguf
    config = holdsOwnConfig ? nil : try Self.document("config.json", in: folder, pool: pool)
    generationConfig =
      holdsOwnConfig ? nil : try Self.document("generation_config.json", in: folder, pool: pool)
  }

  private init(_ other: SourceCheckpoint, reader: any CheckpointReader) {
    path = other.path
    pool = other.pool
    isFolder = other.isFolder
    folder = other.folder
    config = other.config
    generationConfig = other.generationConfig
    self.reader = reader
  }

  /// The same source with packings seen as the tensors that they mean.
  public func withPackings() -> SourceCheckpoint {
    PackedReader(reader).map { SourceCheckpoint(self, reader: $0) } ?? self
  }

  /// The bytes of a small file beside the tensors, nil if it is not there.
  public func companion(_ name: String) throws(ConversionError) -> [UInt8]? {
    try Self.bytes(name, in: folder, pool: pool)
  }

  /// A small JSON file beside the tensors, nil if it is not there.
  func document(_ name: String) throws(ConversionError) -> JSONValue? {
    try Self.document(name, in: folder, pool: pool)
  }

  /// Total size of the source's tensor files.
  public var byteCount: UInt64 {
    reader.files.reduce(0) { $0 &+ (FileIdentity.of($1)?.size ?? 0) }
  }

  /// Most bytes of a configuration file.
  static let configurationLimit = 64 << 20
  /// Most bytes of a tokenizer file.
  static let companionLimit = 1 << 30

  private static func document(
    _ name: String, in folder: String, pool: FilePool
  ) throws(ConversionError) -> JSONValue? {
    guard let bytes = try bytes(name, in: folder, pool: pool, limit: configurationLimit) else {
      return nil
    }
    return try passing(at: Place(file: Paths.join(folder, name))) { () throws(DocumentError) in
      try JSONValue.parse(bytes)
    }
  }

  private static func bytes(
    _ name: String, in folder: String, pool: FilePool, limit: Int = companionLimit
  ) throws(ConversionError) -> [UInt8]? {
    let path = Paths.join(folder, name)
    guard FileIdentity.of(path) != nil else { return nil }
    return try passing { () throws(ByteIOError) in try pool.file(path).readAll(limit: limit) }
  }
}

/// Runs `body` and passes its failure on as one of this module.
func passing<Domain: FailureDomain, Result>(
  at place: Place = .unknown, _ body: () throws(Failure<Domain>) -> Result
) throws(ConversionError) -> Result {
  do throws(Failure<Domain>) {
    return try body()
  } catch {
    throw ConversionError(.below, wrapping: error, at: place)
  }
}
