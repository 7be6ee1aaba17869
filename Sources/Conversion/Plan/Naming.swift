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
  /// The source's header, if the model was closed over it.
  private let header: ReaderHeader?
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
    _ request: ConversionRequest, _ source: SourceCheckpoint, _ destination: Destination,
    _ choice: TypeChoice
  ) throws(ConversionError) {
    let sourceDialect = source.reader.dialect ?? source.reader.format.dialect ?? .huggingface
    let targetDialect = destination.format.dialect ?? sourceDialect
    self.sourceDialect = sourceDialect
    var warnings: [String] = []
    var losses: [String] = []
    var model: Model?
    var header: ReaderHeader?
    let finder = ArchitectureFinder(request: request, source: source, dialect: sourceDialect)
    if Self.translates(request, source, destination) {
      let found = ReaderHeader(
        dialect: sourceDialect, config: try finder.config(), reader: source.reader,
        keepsPackings: sourceDialect == .huggingface || choice.keepsPackings && !request.dequantizes
      )
      model = try finder.model(
        found, isFolder: source.isFolder || destination.isFolder, &warnings)
      header = found
    } else {
      try finder.checkUnused(&warnings)
    }
    storedConfig = sourceDialect == .gguf ? header?.config : nil
    self.header = model == nil ? nil : header
    if let model {
      if targetDialect == .gguf, model.architecture.gguf.isEmpty {
        throw ConversionError(
          .architecture,
          "GGUF has no architecture for '\(model.architecture.name)' (\(model.className))",
          at: Place(file: source.path))
      }
      let limits = model.limits(for: targetDialect)
      let lossy = limits.filter(\.isLossy).map(\.message)
      guard lossy.isEmpty || request.forceLossyArchitecture else {
        throw ConversionError(
          .policy,
          "\(targetDialect) cannot express this model: " + lossy.joined(separator: "; ")
            + "; --force-lossy-architecture goes on and writes the loss down",
          at: Place(file: source.path))
      }
      losses = limits.map(\.message)
      warnings += lossy.map { "\(targetDialect) cannot express it: \($0)" }
      warnings += limits.filter { !$0.isLossy }.map(\.message)
      if sourceDialect == .gguf, targetDialect == .huggingface, storedConfig == nil,
        !model.assumedPaths.isEmpty
      {
        warnings.append(
          "the GGUF does not say "
            + model.assumedPaths.map { "\($0.path) (\($0.value) is taken)" }
            .joined(separator: ", ") + "; --config gives what the model has")
      }
      if request.configFile != nil, let storedConfig {
        let wrong = model.contradictions(in: storedConfig)
        if !wrong.isEmpty {
          warnings.append(
            "--config contradicts the GGUF, which is right: "
              + wrong.map { "\($0.path) is \($0.own.text()), not \($0.said.text())" }
              .joined(separator: ", "))
        }
      }
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

  /// Whether names are translated, and with them layouts.
  static func translates(
    _ request: ConversionRequest, _ source: SourceCheckpoint, _ destination: Destination
  ) -> Bool {
    let sourceDialect = source.reader.dialect ?? source.reader.format.dialect ?? .huggingface
    return sourceDialect != destination.format.dialect ?? sourceDialect && !request.keepsNames
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
    guard let model, let header else { return TensorMapping.unchanged(reader) }
    let prefix = reader.metadata[Lineage.prefixKey]?.string
    return try ModelMapping(model: model, header: header, target: targetDialect, prefix: prefix)
      .make()
  }
}

/// A reader's header as architectures look at it.
struct ReaderHeader: CheckpointHeader {
  let dialect: Dialect
  let config: JSONValue?
  let reader: any CheckpointReader
  let tensors: [TensorSpec]
  /// Whether tensors that a description keeps in their encoding will stay in it.
  let keepsPackings: Bool
  private let index: [String: Int]

  init(
    dialect: Dialect, config: JSONValue?, reader: any CheckpointReader, keepsPackings: Bool
  ) {
    self.dialect = dialect
    self.config = config
    self.reader = reader
    self.keepsPackings = keepsPackings
    tensors = reader.tensors
    var index: [String: Int] = [:]
    index.reserveCapacity(tensors.count)
    // Of two tensors of a name the first one counts.
    for number in tensors.indices.reversed() { index[tensors[number].name] = number }
    self.index = index
  }

  /// The position of a tensor among the reader's.
  func position(of tensor: String) -> Int? { index[tensor] }

  var metadata: Metadata { reader.metadata }
  var tensorNames: [String] { tensors.map(\.name) }
  func shape(of tensor: String) -> Shape? { index[tensor].map { tensors[$0].shape } }

  func encoding(of tensor: String) -> Encoding? {
    keepsPackings ? index[tensor].map { tensors[$0].encoding } : nil
  }

  /// Most bytes of a table that is read while planning.
  private static let tableLimit = 1 << 20

  func values(of tensor: String) -> [Float]? {
    guard let number = index[tensor] else { return nil }
    let spec = tensors[number]
    guard spec.encoding == Encoding(.f32), spec.byteCount <= Self.tableLimit else { return nil }
    var values = [Float](repeating: 0, count: spec.byteCount / 4)
    let isRead = values.withUnsafeMutableBytes { buffer in
      (try? reader.read(tensor: number, range: 0..<spec.byteCount, into: buffer)) != nil
    }
    return isRead ? values : nil
  }
}
