public import Architectures
internal import Documents
public import Failures
public import Tensors

/// How a source and a description of its family fit, for users who look for the reason of a refusal.
public struct ModelExplanation: Sendable {
  /// The source's path.
  public let path: String
  /// Tensors of the source.
  public let tensorCount: Int
  /// What was found; nil if no description knows any of the names.
  public let explanation: Explanation?
  /// What the source calls itself.
  public let stated: [String]
  /// Whose names it bears.
  public let dialect: Dialect

  /// Reads headers and configuration of a file or folder; no output is thought of.
  ///
  /// - Throws: what opening the source or reading the description throws.
  public init(_ request: ConversionRequest) throws(ConversionError) {
    let source = try SourceCheckpoint(request.source).withPackings()
    let dialect = source.reader.dialect ?? source.reader.format.dialect ?? .huggingface
    let finder = ArchitectureFinder(request: request, source: source, dialect: dialect)
    let header = ReaderHeader(
      dialect: dialect, config: try finder.config(), reader: source.reader, keepsPackings: true)
    let given = try finder.givenArchitecture()
    explanation = try passing(at: Place(file: source.path)) { () throws(ArchitectureError) in
      try Architectures.explain(header, by: given)
    }
    path = request.source
    tensorCount = header.tensors.count
    self.dialect = dialect
    if dialect == .gguf {
      stated = header.metadata["general.architecture"]?.string.map { [$0] } ?? []
    } else {
      stated = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
    }
  }
}
