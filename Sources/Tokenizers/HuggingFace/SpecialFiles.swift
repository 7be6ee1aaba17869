internal import Documents

/// tokenizer_config.json, special_tokens_map.json and the template of tokenizer.json.
struct SpecialFiles {
  /// Texts by role; only of tokens that are not ordinary ones.
  let names: [(role: SpecialRole, text: String)]
  private let special: SpecialTokens
  private let kind: Vocabulary.Kind

  init(_ vocabulary: Vocabulary) {
    special = vocabulary.special
    kind = vocabulary.kind
    var ids = vocabulary.special.ids
    if vocabulary.kind == .wordPiece {
      // BERT's files have [CLS] where GGUF has the beginning of a text; its end is [SEP].
      ids[.cls] = ids[.bos]
      ids[.bos] = nil
      if ids[.sep] == nil { ids[.sep] = ids[.eos] }
      ids[.eos] = nil
    }
    var names: [(role: SpecialRole, text: String)] = []
    for role in SpecialRole.named {
      guard let id = ids[role], [.control, .userDefined, .unknown].contains(vocabulary.types[id])
      else { continue }
      names.append((role, vocabulary.tokens[id]))
    }
    self.names = names
  }

  /// The text of a role.
  func text(_ role: SpecialRole) -> String? { names.first { $0.role == role }?.text }

  /// special_tokens_map.json.
  var map: JSONValue {
    var map: JSONValue = [:]
    for (role, text) in names { map["\(role.name)_token"] = .string(text) }
    return map
  }

  /// tokenizer_config.json.
  func config(_ vocabulary: Vocabulary) -> JSONValue {
    var config: JSONValue = [
      "tokenizer_class": kind == .wordPiece ? "BertTokenizer" : "PreTrainedTokenizerFast",
      "clean_up_tokenization_spaces": .bool(kind == .wordPiece),
    ]
    if kind == .unigram { config["tokenizer_class"] = "T5Tokenizer" }
    if kind == .wordPiece {
      config["do_lower_case"] = .bool(special.lowercase ?? true)
      config["strip_accents"] = special.stripAccents.map { .bool($0) } ?? .null
    }
    for (role, text) in names { config["\(role.name)_token"] = .string(text) }
    for (role, adds) in special.added { config["add_\(role.name)_token"] = .bool(adds) }
    if kind != .unigram, let prefix = vocabulary.addSpacePrefix {
      config["add_prefix_space"] = .bool(prefix)
    }
    let templates = vocabulary.chatTemplates
    if templates.named.isEmpty {
      if let main = templates.main { config["chat_template"] = .string(main) }
    } else {
      let main = templates.main.map { [ChatTemplates.Named(name: "default", template: $0)] } ?? []
      config["chat_template"] = .array(
        (main + templates.named).map {
          ["name": .string($0.name), "template": .string($0.template)]
        })
    }
    return config
  }

  /// tokenizer.json's post-processor; null if nothing is added.
  func postProcessor(_ ids: (String) -> Int?) -> JSONValue {
    let first = special.added[.bos] == true ? text(kind == .wordPiece ? .cls : .bos) : nil
    let last = special.added[.eos] == true ? text(kind == .wordPiece ? .sep : .eos) : nil
    guard first != nil || last != nil else { return .null }
    var middle: [String] = []
    if kind == .wordPiece {
      middle = [text(.sep)].compactMap { $0 }
    } else if special.added[.sep] == true, let separator = text(.sep) ?? text(.eos) {
      middle = [String](repeating: separator, count: last == nil ? 1 : 2)
    }
    func token(_ text: String, _ type: Int) -> JSONValue {
      ["SpecialToken": ["id": .string(text), "type_id": .int(type)]]
    }
    let (a, b): (JSONValue, JSONValue) = (
      ["Sequence": ["id": "A", "type_id": 0]], ["Sequence": ["id": "B", "type_id": 1]]
    )
    let head = first.map { [token($0, 0)] } ?? []
    var tokens: JSONValue = [:]
    for text in [first, last].compactMap({ $0 }) + middle {
      guard let id = ids(text) else { continue }
      tokens[text] = ["id": .string(text), "ids": [.int(id)], "tokens": [.string(text)]]
    }
    return [
      "type": "TemplateProcessing",
      "single": .array(head + [a] + (last.map { [token($0, 0)] } ?? [])),
      "pair": .array(
        head + [a] + middle.map { token($0, 0) } + [b] + (last.map { [token($0, 1)] } ?? [])),
      "special_tokens": tokens,
    ]
  }
}
