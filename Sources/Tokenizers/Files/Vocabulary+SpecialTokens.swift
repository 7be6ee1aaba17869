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
  private func assumedID(_ role: SpecialRole) -> Int? {
    switch (kind, role) {
    case (.sentencePieceBPE, .bos): 1
    case (.sentencePieceBPE, .eos): 2
    case (.byteLevelBPE, .bos), (.byteLevelBPE, .eos): 11
    case (.unigram, .eos): 1
    default: nil
    }
  }

  /// Adds what a missing key would make llama.cpp assume wrongly.
  ///
  /// - The beginning and the end of a text, where the files name another token than the one assumed
  ///   (config.json's lists of ids count with their first).
  /// - That no beginning of text is added, where tokenizer.json has a template without one.
  mutating func completeSpecialTokens(
    source: TokenizerSource, config: JSONValue?, ownPostProcessor json: TokenizerJSON?
  ) {
    guard kind != .wordPiece else { return }
    let map = (try? source.object("special_tokens_map.json")) ?? nil
    for role in [SpecialRole.bos, .eos] where special.ids[role] == nil {
      let text = AddedTokens.text(of: role, config) ?? AddedTokens.text(of: role, map)
      let stated =
        source.config?["\(role.name)_token_id"] ?? source.generationConfig?["\(role.name)_token_id"]
      let listed = stated?.int ?? stated?[0]?.int
      guard let id = text.flatMap({ self.id(of: $0) }) ?? listed, id != assumedID(role) else {
        continue
      }
      special.ids[role] = id
      notes.append(
        "the \(role.name) token is \(id), as the checkpoint says; llama.cpp's converter writes no key "
          + "for it here, and llama.cpp would assume another")
    }
    guard special.added[.bos] == nil, json?.postProcessor["type"] == "TemplateProcessing" else {
      return
    }
    var assumesBOS = kind == .sentencePieceBPE
    if kind == .byteLevelBPE, case .success(let table) = PreTokenizerTable.shared {
      assumesBOS = table.group(named: preTokenizer)?.addsBOS ?? false
    }
    guard assumesBOS else { return }
    special.added[.bos] = false
    notes.append(
      "the tokenizer adds no beginning of text, which the file says; llama.cpp's converter leaves it "
        + "out, and llama.cpp would add one")
  }
}
