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

  /// The model; nil for a single file whose names no architecture fits, which is then said.
  ///
  /// - Throws: `.architecture` for a folder, or an architecture file of the user's that does not fit.
  func model(_ warnings: inout [String]) throws(ConversionError) -> Model? {
    let header = ReaderHeader(dialect: dialect, config: try config(), reader: source.reader)
    if let path = request.architectureFile {
      return try instantiate(try file(path), header)
    }
    guard let architecture = known(header) else {
      let problem = unknown(header)
      guard source.isFolder || dialect == .gguf else {
        warnings.append("names are kept: \(problem)")
        return nil
      }
      throw ConversionError(.architecture, problem, at: Place(file: source.path))
    }
    return try instantiate(architecture, header)
  }

  private func instantiate(
    _ architecture: Architecture, _ header: ReaderHeader
  ) throws(ConversionError) -> Model {
    try passing(at: Place(file: source.path)) { () throws(ArchitectureError) in
      try architecture.instantiate(header)
    }
  }

  private func config() throws(ConversionError) -> JSONValue? {
    guard let path = request.configFile else { return source.config }
    let bytes = try passing { () throws(ByteIOError) in
      try source.pool.file(path).readAll(limit: SourceCheckpoint.configurationLimit)
    }
    return try passing(at: Place(file: path)) { () throws(DocumentError) in
      try JSONValue.parse(bytes)
    }
  }

  private func file(_ path: String) throws(ConversionError) -> Architecture {
    let bytes = try passing { () throws(ByteIOError) in
      try source.pool.file(path).readAll(limit: Architectures.maximumFileSize)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConversionError(.options, "the file is not valid UTF-8", at: Place(file: path))
    }
    return try passing { () throws(ArchitectureError) in
      try Architectures.parse(text, file: path)
    }
  }

  /// The classes or the architecture that the source names.
  private func names(_ header: ReaderHeader) -> [String] {
    if dialect == .gguf {
      return [header.metadata["general.architecture"]?.string].compactMap { $0 }
    }
    return header.config?["architectures"]?.array?.compactMap(\.string) ?? []
  }

  private func known(_ header: ReaderHeader) -> Architecture? {
    for name in names(header) {
      let found =
        dialect == .gguf ? Architectures.find(gguf: name) : Architectures.find(class: name)
      if let found { return found }
    }
    return nil
  }

  private func unknown(_ header: ReaderHeader) -> String {
    let names = names(header)
    let known = Architectures.all.map(\.name).joined(separator: " ")
    var text: String
    if names.isEmpty {
      text =
        dialect == .gguf
        ? "the GGUF has no general.architecture"
        : header.config == nil
          ? "there is no config.json beside the tensors" : "config.json names no class"
      text += "; known architectures: \(known)"
    } else {
      text = "the architecture '\(names.joined(separator: ", "))' is not known; known: \(known)"
    }
    if let nearest = Architectures.nearest(to: header) { text += "; \(nearest.description)" }
    return text
  }
}
