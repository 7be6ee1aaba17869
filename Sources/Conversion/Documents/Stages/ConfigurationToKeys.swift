internal import Architectures
internal import Failures

/// config.json, as the model read it -> the hyper-parameter keys of a GGUF.
struct ConfigurationToKeys: DocumentStage {
  let id = "configuration-to-keys"
  let source = DocumentKind.configuration
  let target = DocumentKind.modelKeys

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard let model = context.model else {
      throw ConversionError(.internal, "\(id) needs a model")
    }
    let keys = try passing(at: Place(file: context.path)) { () throws(ArchitectureError) in
      try model.ggufKeys()
    }
    return DocumentResult(content: .keys(keys))
  }
}
