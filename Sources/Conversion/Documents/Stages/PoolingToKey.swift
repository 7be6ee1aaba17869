internal import ByteIO
internal import Documents
internal import Failures

/// sentence-transformers' `modules.json` and the pooling's own config.json -> `<arch>.pooling_type`.
struct PoolingToKey: DocumentStage {
  let id = "pooling-to-key"
  let source = DocumentKind.sentenceModules
  let target = DocumentKind.poolingKey

  /// The flags of the pooling's configuration in the order of precedence, with the word of newer
  /// files and llama.cpp's number.
  static let modes: [(flag: String, word: String, number: UInt32)] = [
    ("pooling_mode_mean_tokens", "mean", 1), ("pooling_mode_cls_token", "cls", 2),
    ("pooling_mode_lasttoken", "lasttoken", 3),
  ]

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard let architecture = context.model?.architecture.gguf,
      let modules = try context.source?.document("modules.json"),
      let pooling = modules.array?.first(where: {
        $0["type"]?.string?.hasSuffix("Pooling") ?? false
      }),
      let folder = pooling["path"]?.string
    else { return DocumentResult(content: .keys([:])) }
    let name = Paths.join(folder, "config.json")
    guard !folder.hasPrefix("/"), !folder.split(separator: "/").contains(".."),
      let settings = try context.source?.document(name)
    else {
      throw ConversionError(
        .source, "modules.json names the pooling '\(folder)', whose config.json is not there",
        at: Place(file: context.folder))
    }
    let mode =
      Self.modes.first { settings[$0.flag]?.bool == true }
      ?? Self.modes.first { settings["pooling_mode"]?.string == $0.word }
    guard let mode else {
      throw ConversionError(
        .cannotHold, "GGUF knows the poolings mean, cls and lasttoken; \(name) asks for another",
        at: Place(file: context.folder))
    }
    return DocumentResult(content: .keys(["\(architecture).pooling_type": .u32(mode.number)]))
  }
}
