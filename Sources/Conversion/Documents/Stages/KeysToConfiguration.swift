internal import Architectures
internal import Documents

/// The hyper-parameter keys of a GGUF, as the model read them -> config.json.
struct KeysToConfiguration: DocumentStage {
  let id = "keys-to-configuration"
  let source = DocumentKind.modelKeys
  let target = DocumentKind.configuration

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard let model = context.model else {
      throw ConversionError(.internal, "\(id) needs a model")
    }
    var config = model.configuration(carryingOver: context.storedConfig)
    config["architectures"] = .array([.string(model.className)])
    return DocumentResult(content: .configuration(config))
  }
}
