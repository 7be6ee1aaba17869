internal import ByteIO
internal import Checkpoints
internal import Failures
internal import Tensors

extension SourceCheckpoint {
  /// Whether it is what PEFT saves of an adapter.
  var isAdapter: Bool {
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
  func translatingAdapter(
    _ request: inout ConversionRequest, _ destination: Destination
  ) throws(ConversionError) -> SourceCheckpoint {
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
    request.baseModel = nil
    request.configFile = nil
    request.architectureFile = nil
    var copy = self
    copy.reader = try TranslatedReader(translation, keys)
    return copy
  }
}
