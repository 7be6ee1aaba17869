internal import Architectures
internal import ByteIO
internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// The model that an adapter belongs to: its names and shapes, of a checkpoint or a configuration.
struct AdapterBase {
  let adapter: Adapter
  let request: ConversionRequest
  /// The adapter's folder, opened.
  let source: SourceCheckpoint

  /// The model.
  ///
  /// - Throws: `.architecture` saying what was looked for if nothing tells the base model.
  func model(_ warnings: inout [String]) throws(ConversionError) -> Model {
    if let path = request.baseModel { return try model(at: path, &warnings) }
    if let path = request.configFile { return try model(config: try document(path), path) }
    if let config = source.config {
      return try model(config: config, Paths.join(source.folder, "config.json"))
    }
    let named = adapter.baseModel ?? ""
    if !named.isEmpty, FileIdentity.of(Paths.join(named, "config.json")) != nil {
      return try model(at: named, &warnings)
    }
    throw ConversionError(
      .architecture,
      "the base model's configuration is needed to name and order the tensors: --base names its "
        + "folder (config.json is enough), --config its config.json; the adapter names "
        + (named.isEmpty ? "no base model" : "'\(named)', which is no folder here"),
      at: Place(file: adapter.path))
  }

  /// The model of a checkpoint, or of a folder that has but a configuration.
  private func model(
    at path: String, _ warnings: inout [String]
  ) throws(ConversionError) -> Model {
    guard let identity = FileIdentity.of(path) else {
      throw ConversionError(.source, "no such file or folder", at: Place(file: path))
    }
    if identity.isFolder, try !holdsCheckpoint(path) {
      let file = request.configFile ?? Paths.join(path, "config.json")
      return try model(config: try document(file), file)
    }
    let base = try SourceCheckpoint(path, pool: source.pool).withPackings()
    let dialect = base.reader.dialect ?? base.reader.format.dialect ?? .huggingface
    let finder = ArchitectureFinder(request: request, source: base, dialect: dialect)
    let header = ReaderHeader(
      dialect: dialect, config: try finder.config(), reader: base.reader, keepsPackings: true)
    guard let model = try finder.model(header, isFolder: true, &warnings) else {
      throw ConversionError(
        .architecture, "no architecture fits the base model", at: Place(file: path))
    }
    return model
  }

  private func holdsCheckpoint(_ folder: String) throws(ConversionError) -> Bool {
    let endings = Set(FileFormats.all.flatMap { $0.extensions })
    return try passing { () throws(ByteIOError) in
      try Paths.names(in: folder).contains { endings.contains(Paths.ending($0)) }
    }
  }

  private func model(config: JSONValue, _ path: String) throws(ConversionError) -> Model {
    let place = Place(file: path)
    let finder = ArchitectureFinder(request: request, source: source, dialect: .huggingface)
    let own: Architecture? =
      if let file = request.architectureFile { try finder.file(file) } else { nil }
    return try passing(at: place) { () throws(ArchitectureError) in
      let bare = PlainHeader(dialect: .huggingface, config: config, tensors: [:])
      let architecture = if let own { own } else { try Architectures.find(for: bare) }
      return try architecture.instantiate(try architecture.header(of: config))
    }
  }

  private func document(_ path: String) throws(ConversionError) -> JSONValue {
    let bytes = try passing { () throws(ByteIOError) in
      try source.pool.file(path).readAll(limit: SourceCheckpoint.configurationLimit)
    }
    return try passing(at: Place(file: path)) { () throws(DocumentError) in
      try JSONValue.parse(bytes)
    }
  }
}
