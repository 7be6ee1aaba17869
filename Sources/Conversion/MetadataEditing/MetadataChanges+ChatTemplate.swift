internal import ByteIO
internal import Documents
public import Failures

extension MetadataChanges {
  /// Most bytes of a file with chat templates.
  private static let templateLimit = 16 << 20

  /// Sets the chat template of a GGUF: the text of a Jinja file, or what a `.json` file
  /// (tokenizer_config.json, chat_template.json) has as `chat_template`, a text or a list by names.
  public mutating func setChatTemplate(file path: String) throws(ConversionError) {
    let bytes = try passing { () throws(ByteIOError) in
      try RandomAccessFile(path).readAll(limit: Self.templateLimit)
    }
    do throws(ConversionError) {
      if Paths.ending(path) == "json" {
        try setChatTemplates(
          try passing { () throws(DocumentError) in try JSONValue.parse(bytes) })
      } else {
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw ConversionError(.value, "the chat template is not valid UTF-8")
        }
        list.append(.template(name: nil, text: text))
      }
    } catch { throw error.within(Place(file: path)) }
  }

  private mutating func setChatTemplates(_ document: JSONValue) throws(ConversionError) {
    if let text = document["chat_template"]?.string {
      list.append(.template(name: nil, text: text))
      return
    }
    guard let entries = document["chat_template"]?.array, !entries.isEmpty else {
      throw ConversionError(
        .value, "expected 'chat_template' to be a text or a list, found neither")
    }
    for entry in entries {
      guard let name = entry["name"]?.string, let text = entry["template"]?.string else {
        throw ConversionError(.value, "expected a chat template with 'name' and 'template'")
      }
      list.append(.template(name: name == "default" ? nil : name, text: text))
    }
  }

  /// The keys of a template, the list of names included.
  static func templateKeys(
    _ name: String?, _ text: String, _ keys: Metadata
  ) -> [(key: String, value: MetadataValue)] {
    guard let name else { return [(KnownKeys.chatTemplate, .string(text))] }
    // llama.cpp's rule: other characters than ASCII letters and digits become '_'
    let clean = String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { scalar in
          scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            ? scalar : "_"
        }))
    var names = keys[KnownKeys.chatTemplates]?.strings.map(Array.init) ?? []
    if !names.contains(clean) { names.append(clean) }
    return [
      ("\(KnownKeys.chatTemplate).\(clean)", .string(text)),
      (KnownKeys.chatTemplates, .array(.strings(PackedStrings(names)))),
    ]
  }
}
