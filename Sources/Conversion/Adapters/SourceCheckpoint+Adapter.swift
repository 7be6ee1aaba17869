internal import ByteIO
internal import Checkpoints
internal import Documents
internal import Failures
internal import Tensors

extension SourceCheckpoint {
  /// Whether it is what PEFT saves of an adapter.
  var isAdapter: Bool {
    if reader is TranslatedReader { return true }
    guard let file = reader.files.first else { return false }
    return Adapter.fileNames.contains(Paths.name(file)) && Adapter.isFolder(folder)
  }

  /// Says of an adapter that becomes a GGUF what is lost and what is changed.
  func markAdapter(_ mapping: inout TensorMapping) {
    guard let reader = reader as? TranslatedReader else { return }
    mapping.lost += reader.lost
    for index in mapping.items.indices {
      guard case .source(let map) = mapping.items[index].origin,
        map.tensors.contains(where: reader.changed.contains)
      else { continue }
      mapping.items[index].merge = TensorMapping.Merge(
        stored: mapping.items[index].encoding, isChanged: true)
    }
  }

  /// An adapter as the GGUF that it becomes; the same source for models and other formats.
  ///
  /// - Parameter request: loses the options that tell the base model, once they have.
  /// - Throws: `.options` also for types that are not for adapters.
  func translatingAdapter(
    _ request: inout ConversionRequest, _ destination: Destination, _ choice: TypeChoice
  ) throws(ConversionError) -> SourceCheckpoint {
    let isGGUF = reader.metadata[AdapterKey.type]?.string == AdapterKey.adapter
    if case .recipe = choice, isGGUF || isAdapter {
      throw ConversionError(
        .options,
        "recipes and block types are for weights; the matrices of an adapter take f32, f16 or bf16",
        at: Place(file: path))
    }
    if isGGUF, destination.format.dialect == .huggingface {
      return try returningAdapter(&request, destination)
    }
    guard isAdapter, destination.format.dialect == .gguf else {
      guard request.baseModel == nil else {
        throw ConversionError(
          .options, "--base names the base model of an adapter that becomes a GGUF")
      }
      return self
    }
    let adapter = try Adapter(peft: folder, reader, pool)
    var warnings: [String] = []
    let model = try AdapterBase(adapter: adapter, request: request, source: self).model(&warnings)
    let translation = try AdapterTranslation(
      adapter, model, isForced: request.forceLossyArchitecture)
    let name = Paths.name(Paths.resolved(folder) ?? folder)
    let keys = AdapterKeys(adapter: adapter, translation: translation, folderName: name).make()
    request.forgetBase()
    var copy = self
    copy.reader = try TranslatedReader(
      adapter, as: .gguf, translation.outputs, keys, warnings: warnings + translation.warnings,
      lost: translation.lost)
    return copy
  }

  /// A GGUF's adapter as the folder of PEFT that it becomes.
  private func returningAdapter(
    _ request: inout ConversionRequest, _ destination: Destination
  ) throws(ConversionError) -> SourceCheckpoint {
    guard destination.isFolder else {
      throw ConversionError(
        .options, "an adapter of PEFT is a folder: give -o a name without an ending",
        at: Place(file: destination.path))
    }
    let adapter = try Adapter(gguf: path, reader)
    var warnings: [String] = []
    let model = try AdapterBase(adapter: adapter, request: request, source: self).model(&warnings)
    let way = try AdapterReturn(adapter, model)
    request.forgetBase()
    let file = PlannedFile(
      name: Adapter.configurationName, bytes: way.configuration.bytes(.pretty(indent: 2)) + [10])
    var copy = self
    copy.reader = try TranslatedReader(
      adapter, as: .huggingface, way.outputs, ["format": .string("pt")], warnings: warnings,
      lost: way.lost,
      companions: [file])
    return copy
  }

  /// Files that belong beside the tensors of an adapter.
  var adapterFiles: [PlannedFile] { (reader as? TranslatedReader)?.companions ?? [] }
}

extension ConversionRequest {
  /// Drops the options that tell an adapter's base model, once they have.
  fileprivate mutating func forgetBase() {
    baseModel = nil
    configFile = nil
    architectureFile = nil
  }
}
