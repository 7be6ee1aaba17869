internal import Architectures
internal import ByteIO
internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

/// Whose names the output bears, and the model that translates them if they change.
struct Naming {
  let sourceDialect: Dialect
  let targetDialect: Dialect
  /// The model that maps names and layouts; nil if names are kept.
  let model: Model?
  /// The original config.json of a GGUF: the user's, or the one the file carries.
  let storedConfig: JSONValue?
  /// What the user should know.
  let warnings: [String]
  /// What the target cannot express although the user goes on.
  let losses: [String]

  /// Decides from the source's headers.
  ///
  /// - Throws: `.architecture` if a folder needs a translation and no architecture fits, `.policy`
  ///   if the target cannot express the model.
  init(
    _ request: ConversionRequest, _ source: SourceCheckpoint, _ destination: Destination
  ) throws(ConversionError) {
    let sourceDialect = source.reader.dialect ?? source.reader.format.dialect ?? .huggingface
    let targetDialect = destination.format.dialect ?? sourceDialect
    self.sourceDialect = sourceDialect
    var warnings: [String] = []
    var losses: [String] = []
    var model: Model?
    var storedConfig: JSONValue?
    let finder = ArchitectureFinder(request: request, source: source, dialect: sourceDialect)
    if sourceDialect != targetDialect, !request.keepsNames {
      model = try finder.model(isFolder: source.isFolder || destination.isFolder, &warnings)
      storedConfig = sourceDialect == .gguf ? try finder.config() : nil
    } else {
      try finder.checkUnused(&warnings)
    }
    self.storedConfig = storedConfig
    if let model {
      let limits = model.limits(for: targetDialect)
      let lossy = limits.filter(\.isLossy).map(\.message)
      guard lossy.isEmpty || request.forceLossyArchitecture else {
        throw ConversionError(
          .policy,
          "\(targetDialect) cannot express this model: " + lossy.joined(separator: "; ")
            + "; --force-lossy-architecture goes on and writes the loss down",
          at: Place(file: source.path))
      }
      losses = lossy
      warnings += lossy.map { "\(targetDialect) cannot express it: \($0)" }
      warnings += limits.filter { !$0.isLossy }.map(\.message)
      if !model.unknownConfigKeys.isEmpty {
        warnings.append(
          "config.json has keys that nothing describes: "
            + model.unknownConfigKeys.joined(separator: " "))
      }
    }
    self.model = model
    self.targetDialect = model == nil ? sourceDialect : targetDialect
    self.warnings = warnings
    self.losses = losses
  }

  /// The architecture and class, for plans.
  var text: String? { model.map { "\($0.architecture.name) (\($0.className))" } }

  /// Rows of the token embedding.
  var vocabularyRows: Int? { model?.tensor("embedding")?.shape.axes.first }

  /// The prefix of the source's names; nil if the architecture has none.
  var sourcePrefix: String? {
    guard let model, sourceDialect == .huggingface else { return nil }
    let prefixes = model.architecture.prefixes
    let prefixed = model.stored(in: .huggingface).first { stored in
      guard let first = prefixes.first, let part = stored.layout.parts.first else { return false }
      let row = model.architecture.rows[model.tensors[part.tensor].row]
      return row.names[.huggingface]?.text.hasPrefix(first) ?? false
    }
    guard let prefixed else { return nil }
    return prefixes.filter(prefixed.name.hasPrefix).max { $0.utf8.count < $1.utf8.count }
  }

  /// How the source's tensors become the output's.
  func mapping(_ reader: any CheckpointReader) throws(ConversionError) -> TensorMapping {
    guard let model else { return TensorMapping.unchanged(reader) }
    let prefix = reader.metadata[Lineage.prefixKey]?.string
    return try ModelMapping(model: model, reader: reader, target: targetDialect, prefix: prefix)
      .make()
  }
}

/// A reader's header as architectures look at it.
struct ReaderHeader: CheckpointHeader {
  let dialect: Dialect
  let config: JSONValue?
  let reader: any CheckpointReader
  private let index: [String: Int]

  init(dialect: Dialect, config: JSONValue?, reader: any CheckpointReader) {
    self.dialect = dialect
    self.config = config
    self.reader = reader
    index = Self.index(of: reader)
  }

  /// The positions of a reader's tensors by name; of two of a name, the first one's.
  static func index(of reader: any CheckpointReader) -> [String: Int] {
    let tensors = reader.tensors
    var index: [String: Int] = [:]
    index.reserveCapacity(tensors.count)
    for (number, tensor) in tensors.enumerated().reversed() { index[tensor.name] = number }
    return index
  }

  var metadata: Metadata { reader.metadata }
  var tensorNames: [String] { reader.tensors.map(\.name) }
  func shape(of tensor: String) -> Shape? { index[tensor].map { reader.tensors[$0].shape } }

  /// Most bytes of a table that is read while planning.
  private static let tableLimit = 1 << 20

  func values(of tensor: String) -> [Float]? {
    guard let number = index[tensor] else { return nil }
    let spec = reader.tensors[number]
    guard spec.encoding == Encoding(.f32), spec.byteCount <= Self.tableLimit else { return nil }
    var values = [Float](repeating: 0, count: spec.byteCount / 4)
    let isRead = values.withUnsafeMutableBytes { buffer in
      (try? reader.read(tensor: number, range: 0..<spec.byteCount, into: buffer)) != nil
    }
    return isRead ? values : nil
  }
}
