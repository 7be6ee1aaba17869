internal import Checkpoints
internal import Documents
internal import Failures

extension DocumentPlanner {
  /// Most bytes of a text that llama.cpp reads back.
  private static let textBytes = 127

  /// The keys that tell which importance file steered the types' encoders.
  func addImportance(_ keys: inout Metadata) {
    guard let importance else { return }
    let file = importance.file
    keys["quantize.imatrix.file"] = .string(Self.cut(importance.path))
    if let dataset = file.datasets.first {
      keys["quantize.imatrix.dataset"] = .string(Self.cut(dataset))
    }
    keys["quantize.imatrix.entries_count"] = .u32(UInt32(clamping: importance.entryCount))
    if let chunks = file.chunkCount, chunks > 0 {
      keys["quantize.imatrix.chunks_count"] = .u32(UInt32(clamping: chunks))
    }
  }

  /// A text cut to what readers have room for, at a whole character.
  private static func cut(_ text: String) -> String {
    var text = text
    while text.utf8.count > textBytes { text.removeLast() }
    return text
  }

  /// Sets the keys that the user gives.
  ///
  /// - Throws: `.options` for what is not of the form `KEY=TYPE:VALUE`, and for targets without keys.
  func override(_ keys: inout Metadata) throws(ConversionError) {
    guard !request.overriddenKeys.isEmpty else { return }
    guard destination.format.headerValues == .typed else {
      throw ConversionError(
        .options, "--override-kv sets keys of a GGUF; \(destination.format.id) has none of types")
    }
    for text in request.overriddenKeys {
      let (key, value) = try Self.overridden(text)
      keys[key] = value
    }
  }

  /// Key and value of `KEY=int:1`, `KEY=float:1.5`, `KEY=bool:true`, `KEY=str:text`.
  private static func overridden(
    _ text: String
  ) throws(ConversionError) -> (String, MetadataValue) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let words =
      parts.count == 2
      ? parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) : []
    guard words.count == 2, let key = parts.first, !key.isEmpty else {
      throw ConversionError(
        .options, "--override-kv '\(text)' is not of the form KEY=int|float|bool|str:VALUE")
    }
    let value = String(words[1])
    let made: MetadataValue? =
      switch words[0] {
      case "int": integer(value)
      case "float": Float(value).map(MetadataValue.f32)
      case "bool": ["true": true, "false": false][value].map(MetadataValue.bool)
      case "str": .string(value)
      default: nil
      }
    guard let made else {
      throw ConversionError(
        .options, "--override-kv '\(text)': '\(value)' is no value of the type '\(words[0])'")
    }
    return (String(key), made)
  }

  /// The narrowest of GGUF's usual integers: u32, then i32, u64, i64.
  private static func integer(_ text: String) -> MetadataValue? {
    if let number = UInt32(text) { return .u32(number) }
    if let number = Int32(text) { return .i32(number) }
    if let number = UInt64(text) { return .u64(number) }
    return Int64(text).map(MetadataValue.i64)
  }
}
