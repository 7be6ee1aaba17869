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
  func model(isFolder: Bool, _ warnings: inout [String]) throws(ConversionError) -> Model? {
    let header = ReaderHeader(dialect: dialect, config: try config(), reader: source.reader)
    if let path = request.architectureFile {
      return try instantiate(try file(path), header)
    }
    let architecture: Architecture
    do throws(ArchitectureError) {
      architecture = try Architectures.find(for: header)
    } catch {
      guard error.code == .unknownArchitecture, !isFolder else {
        throw ConversionError(.below, wrapping: error, at: Place(file: source.path))
      }
      warnings.append("names are kept: \(error.message)")
      return nil
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
