internal import Architectures
internal import ByteIO
internal import Documents
internal import Failures
internal import Tensors

/// Finds the architecture of a source, and closes it over the source's header.
struct ArchitectureFinder {
  let request: ConversionRequest
  let source: SourceCheckpoint
  let dialect: Dialect

  /// Most bytes of an architecture file that are looked at; the language's own limit is lower.
  private static let architectureFileLimit = 1 << 20

  /// The model; nil where one file becomes one file and no architecture fits, which is then said.
  ///
  /// - Throws: `.architecture` if a folder is involved, or the user's own file does not fit.
  func model(
    _ header: ReaderHeader, isFolder: Bool, _ warnings: inout [String]
  ) throws(ConversionError) -> Model? {
    if let given = try givenArchitecture() { return try instantiate(given, header) }
    let architecture: Architecture
    let place = Place(file: source.path)
    do throws(ArchitectureError) {
      architecture = try Architectures.find(for: header)
    } catch {
      var message = error.message
      if dialect == .huggingface, header.config == nil {
        message = "there is no config.json beside the tensors; " + message
      }
      guard error.code == .unknownArchitecture, !isFolder else {
        throw ConversionError(.below, message, at: error.place.within(place), cause: error)
      }
      warnings.append("names are kept: \(message)")
      return nil
    }
    return try instantiate(architecture, header)
  }

  /// Reads what the user gave although names stay, so that a mistake in it does not go unseen.
  func checkUnused(_ warnings: inout [String]) throws(ConversionError) {
    if let path = request.architectureFile {
      _ = try file(path)
      warnings.append("names are kept: --architecture changes nothing")
    }
    if request.configFile != nil {
      _ = try config()
      warnings.append("names are kept: --config changes nothing")
    }
  }

  /// The description that the user gave.
  func givenArchitecture() throws(ConversionError) -> Architecture? {
    guard let path = request.architectureFile else { return nil }
    return try file(path)
  }

  private func instantiate(
    _ architecture: Architecture, _ header: ReaderHeader
  ) throws(ConversionError) -> Model {
    let listed = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
    // A GGUF that has lost the class's head is what is left: the family's first class.
    if dialect == .gguf, let name = listed.first(where: architecture.classes.contains),
      case .success(let model) = Result(
        catching: { () throws(ConversionError) in try instantiate(architecture, header, name) }),
      holdsEverything(model)
    {
      return model
    }
    return try instantiate(architecture, header, nil)
  }

  private func instantiate(
    _ architecture: Architecture, _ header: ReaderHeader, _ name: String?
  ) throws(ConversionError) -> Model {
    do throws(ArchitectureError) {
      return try architecture.instantiate(header, class: name)
    } catch {
      // The line of the description says which rule is broken; the checkpoint is what breaks it.
      guard error.place.file != nil, error.place.file != source.path else {
        throw ConversionError(.below, wrapping: error, at: Place(file: source.path))
      }
      throw ConversionError(
        .below, error.description, at: Place(file: source.path), cause: error)
    }
  }

  /// Whether the source has every tensor that the class needs: a GGUF has lost some heads.
  private func holdsEverything(_ model: Model) -> Bool {
    let held = Set(model.stored(in: dialect).flatMap { $0.layout.parts.map(\.tensor) })
    return Architecture.dialects.filter { $0 != dialect }.allSatisfy { target in
      model.stored(in: target).allSatisfy { stored in
        stored.derived != nil || stored.layout.parts.allSatisfy { held.contains($0.tensor) }
      }
    }
  }

  /// The configuration: the user's, the source's own, or the one that a GGUF carries.
  func config() throws(ConversionError) -> JSONValue? {
    guard let path = request.configFile else {
      guard dialect == .gguf,
        let text = source.reader.metadata[Lineage.configurationKey]?.string
      else { return source.config }
      return try passing(at: Place(file: source.path)) { () throws(DocumentError) in
        try JSONValue.parse(text)
      }
    }
    let bytes = try passing { () throws(ByteIOError) in
      try source.pool.file(path).readAll(limit: SourceCheckpoint.configurationLimit)
    }
    return try passing(at: Place(file: path)) { () throws(DocumentError) in
      try JSONValue.parse(bytes)
    }
  }

  func file(_ path: String) throws(ConversionError) -> Architecture {
    let bytes = try passing { () throws(ByteIOError) in
      try source.pool.file(path).readAll(limit: Self.architectureFileLimit)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConversionError(.options, "the file is not valid UTF-8", at: Place(file: path))
    }
    return try passing { () throws(ArchitectureError) in
      try Architectures.parse(file: path, text: text)
    }
  }
}
