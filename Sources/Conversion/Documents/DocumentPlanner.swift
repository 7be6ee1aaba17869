internal import Architectures
internal import ByteIO
internal import Checkpoints
internal import Documents
internal import Failures
internal import Quantization
internal import Tensors

/// Plans configuration, tokenizer and header keys.
struct DocumentPlanner {
  let request: ConversionRequest
  let source: SourceCheckpoint
  let destination: Destination
  let naming: Naming
  let choice: TypeChoice
  /// The output's tensors.
  let tensors: [WriteRequest.Tensor]
  /// The output's classes, in the order of the tensors.
  let classes: [Fidelity]
  /// How the output's tensors were stored before the target's conventions.
  let sourceEncodings: [SourceEncodings.Tensor]
  let importance: PlannedImportance?
  let pruning: LayerPruning?
  let merge: AdapterMerge?

  func make() throws(ConversionError) -> PlannedDocuments {
    var result = PlannedDocuments()
    let isGGUF = destination.format.dialect == .gguf
    if naming.model != nil {
      if isGGUF { try addModelKeys(&result) } else { try addModelFiles(&result) }
    } else {
      try keep(&result)
      result.files += source.adapterFiles
    }
    try checkRankOptions(result)
    pruning?.apply(to: &result.metadata)
    if isGGUF { addImportance(&result.metadata) }
    try addLineage(&result)
    try override(&result.metadata)
    return result
  }

  /// - Throws: `.options` if what a file of ranks does not say is given, and none is read.
  private func checkRankOptions(_ result: PlannedDocuments) throws(ConversionError) {
    guard request.pattern != nil || request.specialTokensFile != nil,
      !result.routes.contains(where: { $0.origin == DocumentKind.ranks.name })
    else { return }
    throw ConversionError(
      .options,
      "a pattern and special tokens are given for a file of ranks (tiktoken); this conversion reads "
        + "none", at: Place(file: source.path))
  }

  private var context: DocumentContext { Self.context(request, source, naming) }

  private static func context(
    _ request: ConversionRequest, _ source: SourceCheckpoint, _ naming: Naming
  ) -> DocumentContext {
    DocumentContext(
      path: source.path, folder: source.folder, source: source, model: naming.model,
      request: request, storedConfig: naming.storedConfig,
      vocabularyRows: naming.vocabularyRows)
  }

  /// The keys of the source's model as a GGUF has them: its own, or those of its configuration.
  static func modelKeys(
    request: ConversionRequest, source: SourceCheckpoint, naming: Naming
  ) throws(ConversionError) -> Metadata {
    guard let model = naming.model, naming.sourceDialect != .gguf else {
      return source.reader.metadata
    }
    let made = try DocumentRouter().run(
      from: .configuration, to: .modelKeys, in: context(request, source, naming))
    guard case .keys(var keys) = made.content else {
      throw ConversionError(.internal, "\(made.route.target) are keys")
    }
    keys[GGUFKey.architecture] = .string(model.architecture.gguf)
    return keys
  }

  // MARK: Hugging Face -> GGUF

  private func addModelKeys(_ result: inout PlannedDocuments) throws(ConversionError) {
    let name = Paths.name(Paths.resolved(source.folder) ?? source.folder)
    let card = ModelCard.of(source)
    let general = GeneralKeys(
      architecture: naming.model?.architecture.gguf ?? "", folderName: name,
      config: source.config, generationConfig: source.generationConfig, tensors: tensors,
      fileType: fileTypeNumber, card: card)
    result.metadata = general.head()
    addRoute(of: card, parameters: general.parameters, to: &result)
    let router = DocumentRouter()
    try add(router.run(from: .configuration, to: .modelKeys, in: context), to: &result)
    if try source.companion("modules.json") != nil {
      try add(router.run(from: .sentenceModules, to: .poolingKey, in: context), to: &result)
    }
    for (key, value) in general.tail() { result.metadata[key] = value }
    var files = try TokenizerFiles.read(source, request)
    files.takesListedTokens = naming.model?.architecture.takesListedTokens ?? false
    let kind = try TokenizerFiles.kind(of: files, in: source.folder)
    try add(
      router.run(from: kind, to: .tokenizerKeys, .tokenizer(files), in: context), to: &result)
    addOrigin(&result)
  }

  private func addRoute(
    of card: ModelCard, parameters: Int, to result: inout PlannedDocuments
  ) {
    let keys = CardKeys(card, parameters: parameters)
    result.warnings += keys.warnings
    guard !card.fields.isEmpty else { return }
    result.routes.append(
      DocumentRoute(
        origin: ModelCard.fileName, target: "gguf general keys", stages: ["model-card-to-keys"],
        notes: []))
  }

  /// What the way back needs and no other key tells.
  private func addOrigin(_ result: inout PlannedDocuments) {
    guard request.lineage == .written, let config = source.config else { return }
    result.metadata[Lineage.configurationKey] = .string(config.text())
    if let settings = source.generationConfig {
      result.metadata[Lineage.generationKey] = .string(settings.text())
    }
    if let prefix = naming.sourcePrefix { result.metadata[Lineage.prefixKey] = .string(prefix) }
  }

  private func add(
    _ made: (content: DocumentContent, route: DocumentRoute), to result: inout PlannedDocuments
  ) throws(ConversionError) {
    result.routes.append(made.route)
    switch made.content {
    case .keys(let keys):
      for (key, value) in keys { result.metadata[key] = value }
    case .files(let files, _):
      result.files += files.map { PlannedFile(name: $0.name, bytes: $0.bytes) }
    case .inSource, .tokenizer, .vocabulary, .configuration:
      throw ConversionError(.internal, "\(made.route.target) is neither keys nor files")
    }
  }

  /// The output's general.file_type, nil if no number stands for it.
  private var fileTypeNumber: UInt32? {
    if case .recipe(let recipe, _) = choice, let number = recipe.fileType {
      return UInt32(exactly: number)
    }
    let packing =
      naming.model == nil
      ? nil : tensors.lazy.compactMap { Packings.of($0.encoding)?.fileType }.first
    return (packing ?? fileType).flatMap(GGUFFileType.named)?.number
  }

  /// The type that was asked for, or what most of the output's weights are.
  private var fileType: String? {
    switch choice {
    case .encoding(let encoding): return encoding.name
    case .source, .recipe:
      var bytes: [Encoding: Int] = [:]
      for tensor in tensors where tensor.shape.rank > 1 && !isPart(tensor) {
        bytes[tensor.encoding, default: 0] += tensor.encoding.byteCount(tensor.shape) ?? 0
      }
      return bytes.max { ($0.value, $1.key.name) < ($1.value, $0.key.name) }?.key.name
    }
  }

  /// Whether a tensor is a part of a packing, by its type: weights are no bytes otherwise.
  private func isPart(_ tensor: WriteRequest.Tensor) -> Bool {
    naming.model != nil
      && Packings.all.contains { packing in
        packing.parts.contains {
          tensor.name.hasSuffix($0.suffix) && tensor.encoding == Encoding($0.type)
        }
      }
  }

  // MARK: GGUF -> Hugging Face

  private func addModelFiles(_ result: inout PlannedDocuments) throws(ConversionError) {
    if destination.format.headerValues == .texts { result.metadata["format"] = .string("pt") }
    guard destination.isFolder else { return }
    let router = DocumentRouter()
    let tokenizer = try router.run(
      from: .tokenizerKeys, to: .tokenizerFiles, .keys(source.reader.metadata), in: context)
    let model = try router.run(from: .modelKeys, to: .configuration, in: context)
    guard case .configuration(var config) = model.content,
      case .files(_, let additions) = tokenizer.content
    else { throw ConversionError(.internal, "a configuration and files were expected") }
    if naming.storedConfig == nil { for (key, value) in additions { config[key] = value } }
    // A configuration carried over may speak of blocks that were decoded.
    if !tensors.contains(where: isPart) { config["quantization_config"] = nil }
    if let word = Self.dtypeWord(of: fileType) {
      config[config["torch_dtype"] != nil ? "torch_dtype" : "dtype"] = .string(word)
    }
    result.routes.append(model.route)
    result.files.append(
      PlannedFile(name: "config.json", bytes: config.bytes(.pretty(indent: 2)) + [10]))
    if let settings = try generationConfiguration() { result.files.append(settings) }
    try add(tokenizer, to: &result)
    if let card = CardText.bytes(source.reader.metadata) {
      result.files.append(PlannedFile(name: ModelCard.fileName, bytes: card))
      result.routes.append(
        DocumentRoute(
          origin: "gguf general keys", target: ModelCard.fileName, stages: ["keys-to-model-card"],
          notes: []))
    }
  }

  /// The generation_config.json that a GGUF carries.
  private func generationConfiguration() throws(ConversionError) -> PlannedFile? {
    guard let text = source.reader.metadata[Lineage.generationKey]?.string else { return nil }
    let settings = try passing(at: Place(file: source.path)) { () throws(DocumentError) in
      try JSONValue.parse(text)
    }
    return PlannedFile(
      name: "generation_config.json", bytes: settings.bytes(.pretty(indent: 2)) + [10])
  }

  // MARK: Names stay

  private func keep(_ result: inout PlannedDocuments) throws(ConversionError) {
    let same = source.reader.format.id == destination.format.id
    if destination.format.dialect == .gguf {
      result.metadata = source.reader.metadata
      let isAdapter = result.metadata[AdapterKey.type]?.string == AdapterKey.adapter
      if source.reader.dialect == .gguf, choice.setsTypes, !isAdapter {
        result.metadata[GGUFKey.fileType] = .u32(fileTypeNumber ?? GGUFFileType.guessed)
        result.metadata[GGUFKey.quantizationVersion] = .u32(GeneralKeys.quantizationVersion)
      }
    } else if destination.format.headerValues == .texts {
      result.metadata = same ? source.reader.metadata : texts(&result)
      if source.reader.format.dialect == .huggingface, result.metadata["format"] == nil {
        result.metadata["format"] = .string("pt")
      }
    } else if !source.reader.metadata.isEmpty, !same {
      result.warnings.append(
        "\(destination.format.id) has no header keys: "
          + "\(ByteText.count(source.reader.metadata.count, "key")) of the source are left out")
    }
    if destination.isFolder, source.isFolder { try copyFiles(&result) }
  }

  /// The source's keys as texts; arrays are left out.
  private func texts(_ result: inout PlannedDocuments) -> Metadata {
    var keys: Metadata = [:]
    var dropped: [String] = []
    for (key, value) in source.reader.metadata {
      if let text = value.string {
        keys[key] = .string(text)
      } else if value.array != nil {
        dropped.append(key)
      } else {
        keys[key] = .string(value.json().text())
      }
    }
    if !dropped.isEmpty {
      result.warnings.append(
        "header lists that texts cannot hold: " + dropped.joined(separator: " "))
    }
    return keys
  }

  /// Most bytes of a small file that is carried over.
  private static let smallFile: UInt64 = 64 << 20

  /// Carries the small files of a folder over: configuration, tokenizer, model card.
  private func copyFiles(_ result: inout PlannedDocuments) throws(ConversionError) {
    let names = try passing { () throws(ByteIOError) in try Paths.names(in: source.folder) }
    let endings = Set(FileFormats.all.flatMap { $0.extensions })
    let indexes = FileFormats.all.compactMap { $0.indexName }
    var copied: [String] = []
    for name in names where !name.hasPrefix(".") && !indexes.contains(name) {
      guard let identity = FileIdentity.of(Paths.join(source.folder, name)), identity.isRegular,
        !endings.contains(Paths.ending(name))
      else { continue }
      guard identity.size <= Self.smallFile else {
        result.warnings.append("the file \(name) is too large to be carried over")
        continue
      }
      guard var bytes = try source.companion(name) else { continue }
      if name == "config.json", case .encoding(let encoding) = choice,
        let word = Self.dtypeWord(of: encoding.name), let config = source.config
      {
        bytes = Self.configuration(config, dtype: word)
      }
      result.files.append(PlannedFile(name: name, bytes: bytes))
      copied.append(name)
    }
    if !copied.isEmpty {
      result.routes.append(
        DocumentRoute(
          origin: "small files", target: "small files", stages: [],
          notes: [copied.joined(separator: " ")]))
    }
  }

  /// What config.json calls a type: `bfloat16`.
  private static func dtypeWord(of name: String?) -> String? {
    guard let type = name.flatMap(ScalarType.named), case .word(let word)? = type.ids[.torchDType]
    else { return nil }
    return word
  }

  /// A configuration that says the output's type under the key it had.
  private static func configuration(_ config: JSONValue, dtype: String) -> [UInt8] {
    var config = config
    let key = config["torch_dtype"] != nil ? "torch_dtype" : "dtype"
    config[key] = .string(dtype)
    return config.bytes(.pretty(indent: 2)) + [10]
  }

  // MARK: Lineage

  private func addLineage(_ result: inout PlannedDocuments) throws(ConversionError) {
    if request.lineage == .kept { return }
    for key in result.metadata.keys where Lineage.isReplaced(key) { result.metadata[key] = nil }
    guard request.lineage == .written else { return }
    let lineage = Lineage(
      classes: classes, architecture: naming.model?.architecture, losses: naming.losses,
      merged: AdapterMerge.lineage(source.reader.metadata, merge))
    switch destination.format.headerValues {
    case .none: return
    case .texts: for (key, value) in lineage.texts() { result.metadata[key] = value }
    case .typed:
      let keys = lineage.keys().merging(SourceEncodings.keys(sourceEncodings)) { own, _ in own }
      for (key, value) in keys { result.metadata[key] = value }
    }
  }
}
