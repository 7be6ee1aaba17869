public import Documents
public import Failures
internal import Tokenizers

/// What a tokenizer is made of, for people and as JSON.
public struct TokenizerInfo: Sendable {
  /// The facts.
  public let json: JSONValue

  /// Looks at a tokenizer.
  public init(_ input: TokenizerInput) throws(ConversionError) {
    let definition = try input.definition()
    var facts: JSONValue = [
      "path": .string(input.path), "kind": .string(input.kind.name),
      "model": .string(definition.model.name), "ids": .int(definition.idCount),
      "tokens": .int(definition.ids.count),
      "added_tokens": .int(definition.addedTokens.count),
      "special_tokens": .int(definition.addedTokens.count { $0.isSpecial }),
      "merges": definition.mergeCount.map { .int($0) } ?? .null,
    ]
    facts["settings"] = definition.model.settings
    facts["patterns"] = .array(definition.patterns.map { .string($0) })
    for (name, part) in definition.parts.object ?? [:] { facts[name] = part }
    if definition.normalizer == nil { facts["normalizer"] = definition.model.normalization }
    Self.add(try Self.vocabulary(input), to: &facts)
    facts["specials"] = .array(
      definition.addedTokens.map { token in
        [
          "id": .int(token.id), "text": .string(token.content), "special": .bool(token.isSpecial),
          "single_word": .bool(token.isSingleWord), "lstrip": .bool(token.stripsLeft),
          "rstrip": .bool(token.stripsRight), "normalized": .bool(token.isNormalized),
        ]
      })
    json = facts
  }

  private enum Facts {
    case vocabulary(Vocabulary, notes: [String])
    case refused(String)
  }

  /// What goes into GGUF's keys, or why nothing can.
  private static func vocabulary(_ input: TokenizerInput) throws(ConversionError) -> Facts {
    do throws(ConversionError) {
      if case .keys(let keys) = input.content {
        return try passing { () throws(TokenizerError) in
          var vocabulary = try Vocabulary(fromGGUF: keys)
          let notes = try HuggingFaceTokenizerFiles.make(fromGGUF: keys).notes
          vocabulary.notes = []
          return .vocabulary(vocabulary, notes: notes)
        }
      }
      let (content, route) = try input.run(to: .vocabulary)
      guard case .vocabulary(let vocabulary) = content else {
        throw ConversionError(.internal, "a vocabulary was expected")
      }
      var notes = route.notes
      for note in vocabulary.notes where !notes.contains(note) { notes.append(note) }
      return .vocabulary(vocabulary, notes: notes)
    } catch {
      guard error.exitStatus == .unsupported else { throw error }
      return .refused(error.message)
    }
  }

  private static func add(_ found: Facts, to facts: inout JSONValue) {
    switch found {
    case .refused(let why):
      facts["gguf"] = .null
      facts["notes"] = .array([.string("has no form in GGUF: \(why)")])
    case .vocabulary(let vocabulary, let notes):
      facts["gguf"] = [
        "model": .string(vocabulary.kind.ggufModel), "pre": .string(vocabulary.preTokenizer),
        "tokens": .int(vocabulary.count),
      ]
      var roles: JSONValue = [:]
      for (role, id) in vocabulary.special.ids where vocabulary.tokens.indices.contains(id) {
        roles[role.name] = ["id": .int(id), "text": .string(vocabulary.tokens[id])]
      }
      facts["roles"] = roles
      var added: JSONValue = [:]
      for (role, adds) in vocabulary.special.added { added[role.name] = .bool(adds) }
      facts["added_to_texts"] = added
      var templates: JSONValue = [:]
      if let main = vocabulary.chatTemplates.main { templates["default"] = .string(main) }
      for template in vocabulary.chatTemplates.named {
        templates[template.name] = .string(template.template)
      }
      facts["chat_templates"] = templates
      facts["notes"] = .array(notes.map { .string($0) })
    }
  }

  /// The facts as lines.
  public var text: String {
    var lines: [(String, String)] = []
    func line(_ name: String, _ key: String) {
      guard let value = json[key], !value.isNull else { return }
      lines.append((name, value.string ?? value.text()))
    }
    line("kind", "kind")
    line("model", "model")
    line("ids", "ids")
    line("tokens", "tokens")
    line("merges", "merges")
    line("settings", "settings")
    for pattern in json["patterns"]?.array ?? [] {
      lines.append(("pattern", pattern.string ?? ""))
    }
    line("normalizer", "normalizer")
    line("pre-tokenizer", "pre_tokenizer")
    line("post-processor", "post_processor")
    line("decoder", "decoder")
    if let gguf = json["gguf"], !gguf.isNull {
      lines.append(
        ("in GGUF", "\(gguf["model"]?.string ?? ""), pre '\(gguf["pre"]?.string ?? "")'"))
    }
    for (role, token) in json["roles"]?.object ?? [:] {
      let adds = json["added_to_texts"]?[role]?.bool
      lines.append(
        (
          role,
          "\(token["id"]?.int ?? 0) \(token["text"]?.text() ?? "")"
            + (adds == true ? " (added to texts)" : "")
        ))
    }
    let specials = json["specials"]?.array ?? []
    if !specials.isEmpty {
      let shown = specials.prefix(Self.shownTokens).map {
        "\($0["id"]?.int ?? 0) \($0["text"]?.text() ?? "")"
      }
      let special = json["special_tokens"]?.int ?? 0
      lines.append(
        (
          "added tokens",
          "\(specials.count), of them \(special) special: " + shown.joined(separator: ", ")
            + (specials.count > Self.shownTokens ? ", ..." : "")
        ))
    }
    for (name, template) in json["chat_templates"]?.object ?? [:] {
      lines.append(
        ("chat template", "\(name), \(ByteText.count(template.string?.utf8.count ?? 0, "byte"))"))
    }
    for note in json["notes"]?.array ?? [] { lines.append(("note", note.string ?? "")) }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      name + String(repeating: " ", count: width + 2 - name.count) + value + "\n"
    }.joined()
  }

  private static let shownTokens = 8
}

extension TokenizerDefinition {
  /// One more than the greatest id.
  fileprivate var idCount: Int {
    max(Int(ids.last ?? -1), addedTokens.map { Int($0.id) }.max() ?? -1) + 1
  }

  fileprivate var mergeCount: Int? {
    if case .bpe(let model) = model { return model.merges.count }
    return nil
  }

  /// The expressions that split text.
  fileprivate var patterns: [String] { preTokenizer.map { Self.patterns($0) } ?? [] }

  private static func patterns(_ part: PreTokenizer) -> [String] {
    switch part {
    case .split(.regex(let regex), _, isInverted: _): [regex]
    case .sequence(let list): list.flatMap { patterns($0) }
    default: []
    }
  }
}

extension TokenizerDefinition.Model {
  /// What it is, in words.
  fileprivate var name: String {
    switch self {
    case .bpe: "BPE"
    case .unigram: "Unigram"
    case .wordPiece: "WordPiece"
    case .wordLevel: "WordLevel"
    case .sentencePieceBPE: "SentencePiece BPE"
    case .sentencePieceUnigram: "SentencePiece Unigram"
    case .rankBPE: "BPE by rank"
    }
  }

  /// What it says beside its lists.
  fileprivate var settings: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    switch self {
    case .bpe(let model):
      return [
        "ignore_merges": .bool(model.ignoresMerges), "byte_fallback": .bool(model.fallsBackToBytes),
        "fuse_unk": .bool(model.fusesUnknown), "unk_token": text(model.unknownToken),
      ]
    case .unigram(let model):
      return [
        "byte_fallback": .bool(model.fallsBackToBytes),
        "unk_id": model.unknownID.map { .int($0) } ?? .null,
      ]
    case .wordPiece(let model):
      return [
        "unk_token": .string(model.unknownToken),
        "continuing_subword_prefix": .string(model.continuingPrefix),
        "max_input_chars_per_word": .int(model.longestWord),
      ]
    case .wordLevel(let model): return ["unk_token": .string(model.unknownToken)]
    case .sentencePieceBPE(let model), .sentencePieceUnigram(let model):
      return ["byte_fallback": .bool(model.fallsBackToBytes)]
    case .rankBPE: return .null
    }
  }

  /// What a SentencePiece model does to text first.
  fileprivate var normalization: JSONValue {
    switch self {
    case .sentencePieceBPE(let model), .sentencePieceUnigram(let model):
      [
        "type": "SentencePiece", "charsmap_bytes": .int(model.charsmap.count),
        "add_dummy_prefix": .bool(model.addsDummyPrefix),
        "remove_extra_whitespaces": .bool(model.removesExtraWhitespaces),
        "escape_whitespaces": .bool(model.escapesWhitespaces),
        "treat_whitespace_as_suffix": .bool(model.whitespaceIsSuffix),
      ]
    default: .null
    }
  }
}
