internal import Documents
internal import Failures

extension ChatTemplates {
  /// The templates of a folder: those of tokenizer_config.json, else chat_template.jinja with
  /// `additional_chat_templates`, else chat_template.json.
  init(_ source: TokenizerSource, config: JSONValue?) throws(TokenizerError) {
    self.init()
    if let entry = config?["chat_template"] {
      add(entry)
    } else if let main = try source.text("chat_template.jinja") {
      self.main = main
      let prefix = TokenizerSource.templateFolder + "/"
      for file in source.presentNames where file.hasPrefix(prefix) && file.hasSuffix(".jinja") {
        let name = String(file.dropFirst(prefix.count).dropLast(".jinja".count))
        if let text = try source.text(file) { add(name: name, template: text) }
      }
    } else if let entry = try source.object("chat_template.json")?["chat_template"] {
      add(entry)
    }
  }

  /// Adds a text, or a list of objects with `name` and `template`.
  private mutating func add(_ entry: JSONValue) {
    if let text = entry.string { main = text }
    for choice in entry.array ?? [] {
      guard let template = choice["template"]?.string else { continue }
      add(name: choice["name"]?.string ?? "", template: template)
    }
  }
}
