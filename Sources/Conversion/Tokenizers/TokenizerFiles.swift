internal import ByteIO
internal import Documents
internal import Failures
internal import Tokenizers

/// The tokenizer files of a folder, as readers want them.
enum TokenizerFiles {
  /// Most bytes of a configuration file.
  private static let configurationLimit = SourceCheckpoint.configurationLimit

  /// Reads what there is.
  ///
  /// - Parameters:
  ///   - file: the name of the one file that is the tokenizer; nil for whatever the folder has.
  ///   - config: config.json, if it has been read already.
  static func read(
    _ folder: String, file: String? = nil, pool: FilePool, config: JSONValue?,
    generationConfig: JSONValue?, options: RankOptions
  ) throws(ConversionError) -> TokenizerSource {
    let listing = try passing { () throws(ByteIOError) in try Paths.names(in: folder) }
    var names = TokenizerSource.names(among: listing, file: file)
    let templates = Paths.join(folder, TokenizerSource.templateFolder)
    if FileIdentity.of(templates)?.isFolder == true {
      names += try passing { () throws(ByteIOError) in try Paths.names(in: templates) }
        .filter { $0.hasSuffix(".jinja") }.map { "\(TokenizerSource.templateFolder)/\($0)" }
    }
    var files: [String: [UInt8]] = [:]
    for name in names {
      let path = Paths.join(folder, name)
      guard let identity = FileIdentity.of(path), identity.isRegular else { continue }
      files[name] = try passing { () throws(ByteIOError) in
        try pool.file(path).readAll(limit: SourceCheckpoint.companionLimit)
      }
    }
    var source = TokenizerSource(
      files: files, config: config, generationConfig: generationConfig)
    source = file.map { source.byContent(of: $0) } ?? source.byContent()
    source.rankOptions = options
    return source
  }

  /// The files of a checkpoint's folder.
  static func read(
    _ source: SourceCheckpoint, _ request: ConversionRequest
  ) throws(ConversionError) -> TokenizerSource {
    try read(
      source.folder, pool: source.pool, config: source.config,
      generationConfig: source.generationConfig,
      options: options(request.pattern, request.specialTokensFile, source.pool))
  }

  /// What files of ranks do not say, as the user gives it.
  static func options(
    _ pattern: String?, _ specialTokens: String?, _ pool: FilePool
  ) throws(ConversionError) -> RankOptions {
    var options = RankOptions()
    options.pattern = pattern
    if let path = specialTokens {
      let bytes = try passing { () throws(ByteIOError) in
        try pool.file(path).readAll(limit: configurationLimit)
      }
      options.specialTokens = try passing { () throws(TokenizerError) in
        try RankVocabulary.specialTokens(json: bytes, file: path)
      }
    }
    return options
  }

  /// The kind of a folder's tokenizer.
  static func kind(
    of files: TokenizerSource, in folder: String
  ) throws(ConversionError) -> DocumentKind {
    do throws(TokenizerError) {
      return DocumentKind(try TokenizerFormats.recognise(in: files).id)
    } catch {
      throw located(error, files, in: folder)
    }
  }

  /// A small JSON file of a folder, nil if it is not there.
  static func document(
    _ name: String, in folder: String, pool: FilePool
  ) throws(ConversionError) -> JSONValue? {
    let path = Paths.join(folder, name)
    guard FileIdentity.of(path) != nil else { return nil }
    let bytes = try passing { () throws(ByteIOError) in
      try pool.file(path).readAll(limit: configurationLimit)
    }
    return try passing(at: Place(file: path)) { () throws(DocumentError) in
      try JSONValue.parse(bytes)
    }
  }

  /// The failure with the path of its file: tokenizers know only names.
  static func located(
    _ error: TokenizerError, _ files: TokenizerSource, in folder: String
  ) -> ConversionError {
    var error = error
    error.place.file = error.place.file.map { Paths.join(folder, files.origin(of: $0)) }
    return ConversionError(.below, wrapping: error, at: Place(file: folder))
  }
}
