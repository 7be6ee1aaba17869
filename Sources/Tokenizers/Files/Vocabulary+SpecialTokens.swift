internal import Documents
internal import Failures

extension Vocabulary {
  /// llama.cpp's name for SentencePiece's way; it is not looked at.
  static let sentencePiecePreTokenizer = "default"
  /// What is written for WordPiece; llama.cpp does not look at it.
  static let wordPiecePreTokenizer = "bert-bge"
  /// The score of a token that no merge makes.
  static let unreachableScore: Float = -1e9

  /// The id that llama.cpp takes for a role without a key.
  func assumedID(_ role: SpecialRole) -> Int? {
    switch (kind, role) {
    case (.sentencePieceBPE, .bos): 1
    case (.sentencePieceBPE, .eos): 2
    case (.byteLevelBPE, .bos), (.byteLevelBPE, .eos): 11
    case (.unigram, .eos): 1
    case (.wordPiece, .bos): 101
    case (.wordPiece, .unk): 100
    case (.wordPiece, .sep): 102
    case (.wordPiece, .pad): 0
    case (.wordPiece, .mask): 103
    default: nil
    }
  }

  /// Whether llama.cpp adds a beginning of text without a key that says so.
  func assumesBOS() throws(TokenizerError) -> Bool {
    switch kind {
    case .sentencePieceBPE, .wordPiece: true
    case .unigram: false
    case .byteLevelBPE:
      try PreTokenizerTable.shared.get().group(named: preTokenizer)?.addsBOS ?? false
    }
  }

  /// Adds what a missing key would make llama.cpp assume wrongly.
  ///
  /// - The beginning and the end of a text, where the files name another token than the one assumed
  ///   (config.json's lists of ids count with their first).
  /// - That no beginning of text is added, where tokenizer.json has a template without one.
  ///
  /// - Parameter trained: the ids that tokenizer.model names, which count last.
  mutating func completeSpecialTokens(
    source: TokenizerSource, config: JSONValue?, json: TokenizerJSON?,
    trained: [SpecialRole: Int] = [:]
  ) throws(TokenizerError) {
    guard kind != .wordPiece else { return completeBERTTokens(config) }
    let map = try source.object("special_tokens_map.json")
    for role in [SpecialRole.bos, .eos] where special.ids[role] == nil {
      let text = AddedTokens.text(of: role, config) ?? AddedTokens.text(of: role, map)
      let stated =
        source.config?["\(role.name)_token_id"] ?? source.generationConfig?["\(role.name)_token_id"]
      let listed = stated?.int ?? stated?[0]?.int
      guard let id = text.flatMap({ self.id(of: $0) }) ?? listed ?? trained[role],
        id != assumedID(role)
      else { continue }
      special.ids[role] = id
      notes.append(
        "the \(role.name) token is \(id), as the checkpoint says; llama.cpp's converter writes no "
          + "key for it here, and llama.cpp would assume another")
    }
    guard special.added[.bos] == nil, let json, addsNothing(json, config) else { return }
    guard try assumesBOS() else { return }
    special.added[.bos] = false
    notes.append(
      "the tokenizer adds no beginning of text, and the file says so; llama.cpp's converter leaves "
        + "it out, and llama.cpp would add one")
  }

  /// Names BERT's tokens where there is no tokenizer_config.json to do so.
  private mutating func completeBERTTokens(_ config: JSONValue?) {
    guard config == nil else { return }
    for (role, text) in TokenizerJSON.bertTokens([:], [:]) {
      guard let id = id(of: text), types[id] == .control else { continue }
      for role in role == .cls ? [.bos] : role == .sep ? [.eos, .sep] : [role]
      where special.ids[role] == nil && assumedID(role) != id {
        special.ids[role] = id
      }
    }
  }

  /// Whether tokenizer.json shows that no beginning of text is added.
  ///
  /// It has a template, which the caller found to have none, or nothing at all; Llama's own classes
  /// add one by default.
  private func addsNothing(_ json: TokenizerJSON, _ config: JSONValue?) -> Bool {
    if json.postProcessor["type"] == "TemplateProcessing" { return true }
    let name = config?["tokenizer_class"]?.string ?? "Llama"
    return json.postProcessor.isNull
      && ![
        "Llama", "LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer",
        "CodeLlamaTokenizerFast",
      ].contains(name)
  }
}
