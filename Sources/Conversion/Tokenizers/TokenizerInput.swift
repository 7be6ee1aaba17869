internal import ByteIO
internal import Checkpoints
internal import Documents
public import Failures
public import Tokenizers

/// A tokenizer to be looked at, run or converted: a folder, one of its files, or a GGUF.
public struct TokenizerInput: Sendable {
  /// The path as the user gave it.
  public let path: String
  /// What it holds: `tokenizer.json`, `tiktoken`, `gguf tokenizer keys` and so on.
  public let kind: DocumentKind
  /// Where the small files lie.
  let folder: String
  let content: DocumentContent

  /// Opens a tokenizer; what it is follows from its content.
  ///
  /// - Parameters:
  ///   - pattern: the expression that a file of ranks splits text by, or a known tokenizer's name.
  ///   - specialTokens: path of a JSON map of special tokens to ids, for a file of ranks.
  /// - Throws: `.source` if nothing is there, `.options` if what is given has no use.
  public init(
    _ path: String, pattern: String? = nil, specialTokens: String? = nil
  ) throws(ConversionError) {
    guard let identity = FileIdentity.of(path) else {
      throw ConversionError(.source, "no such file or folder", at: Place(file: path))
    }
    self.path = path
    let pool = FilePool()
    if let metadata = try Self.keys(path, identity, pool) {
      kind = .tokenizerKeys
      folder = identity.isFolder ? path : Paths.parent(path)
      content = .keys(metadata)
    } else {
      let folder = identity.isFolder ? path : Paths.parent(path)
      let files = try TokenizerFiles.read(
        folder, file: identity.isFolder ? nil : Paths.name(path), pool: pool,
        config: try TokenizerFiles.document("config.json", in: folder, pool: pool),
        generationConfig: try TokenizerFiles.document(
          "generation_config.json", in: folder, pool: pool),
        options: try TokenizerFiles.options(pattern, specialTokens, pool))
      self.folder = folder
      kind = try TokenizerFiles.kind(of: files, in: folder)
      content = .tokenizer(files)
    }
    if pattern != nil || specialTokens != nil, kind != .ranks {
      throw ConversionError(
        .options,
        "a pattern and special tokens are given for files of ranks; this is a tokenizer of the kind "
          + "\(kind), which has its own", at: Place(file: path))
    }
  }

  /// The keys of a GGUF; nil if the path leads to none.
  private static func keys(
    _ path: String, _ identity: FileIdentity, _ pool: FilePool
  ) throws(ConversionError) -> Metadata? {
    var file = path
    if identity.isFolder {
      let names = try passing { () throws(ByteIOError) in try Paths.names(in: path) }
      let ggufs = names.filter { Paths.ending($0) == "gguf" }
      // A folder's tokenizer files say more than a GGUF beside them.
      guard !ggufs.isEmpty, !names.contains(where: TokenizerSource.holdsTokenizer)
      else { return nil }
      file = try SourceCheckpoint.entry(ofFolder: path)
    }
    let head = try passing { () throws(ByteIOError) in
      let file = try pool.file(file)
      return try file.read(count: Int(min(64, file.size)), at: 0)
    }
    guard GGUFFormat.recognises(path: file, head: head) else { return nil }
    return try SourceCheckpoint(file, pool: pool).reader.metadata
  }

  /// How it encodes unless something else is asked for: a GGUF that carries the tokenizer that it was
  /// made of as that one, a bare one as llama.cpp, which its keys were made for.
  public var usualDialect: GGUFDialect {
    guard case .keys(let metadata) = content, metadata[Lineage.tokenizerKey] == nil else {
      return .original
    }
    return .llamaCpp
  }

  /// The tokenizer as a value, which encodes as the engine of its kind does.
  ///
  /// - Parameter dialect: of a GGUF, whether it encodes as the tokenizer that the keys were made of,
  ///   or as llama.cpp does.
  /// - Throws: also `.options` for llama.cpp's way with something else than a GGUF.
  public func definition(
    as dialect: GGUFDialect = .original
  ) throws(ConversionError) -> TokenizerDefinition {
    switch content {
    case .keys(let metadata):
      return try passing(at: Place(file: path)) { () throws(TokenizerError) in
        try TokenizerDefinition(fromGGUF: metadata, dialect: dialect)
      }
    case .tokenizer(let files):
      guard dialect == .original else {
        throw ConversionError(
          .options,
          "llama.cpp's way is that of a GGUF; this is a tokenizer of the kind \(kind)",
          at: Place(file: path))
      }
      return try Self.define(files, in: folder)
    default: throw ConversionError(.internal, "a tokenizer is files or keys")
    }
  }

  /// The tokenizer, ready to run.
  ///
  /// - Throws: also if a part of it is read and written, but not applied.
  public func tokenizer(
    as dialect: GGUFDialect = .original
  ) throws(ConversionError) -> Tokenizer {
    let definition = try definition(as: dialect)
    do throws(TokenizerError) {
      return try Tokenizer(definition)
    } catch {
      var error = error
      error.place.file = path
      throw ConversionError(.below, wrapping: error)
    }
  }

  /// The definition of files.
  static func define(
    _ files: TokenizerSource, in folder: String
  ) throws(ConversionError) -> TokenizerDefinition {
    do throws(TokenizerError) {
      return try TokenizerFormats.define(files)
    } catch {
      throw TokenizerFiles.located(error, files, in: folder)
    }
  }

  /// Runs the route to another kind.
  func run(
    to target: DocumentKind, embedsTokenizer: Bool = true
  ) throws(ConversionError) -> (content: DocumentContent, route: DocumentRoute) {
    var request = ConversionRequest(source: path, destination: "")
    request.embedTokenizer = embedsTokenizer
    let context = DocumentContext(
      path: path, folder: folder, source: nil, model: nil, request: request, storedConfig: nil,
      vocabularyRows: rows)
    return try DocumentRouter().run(from: kind, to: target, content, in: context)
  }

  /// Rows of the embedding that config.json states.
  private var rows: Int? {
    guard case .tokenizer(let files) = content else { return nil }
    return files.config?["vocab_size"]?.int
  }
}
