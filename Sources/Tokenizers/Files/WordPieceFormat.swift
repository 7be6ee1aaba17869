internal import Documents
public import Failures

/// vocab.txt: WordPiece, one token a line.
///
/// What tokenizer.json would say follows from tokenizer_config.json, with BERT's defaults.
public struct WordPieceFormat: TokenizerFormat {
  /// `wordpiece`.
  public let id = "wordpiece"
  /// vocab.txt.
  public let files = ["vocab.txt"]

  /// The format.
  public init() {}

  /// Whether there is a vocab.txt.
  public func recognises(_ source: TokenizerSource) -> Bool { source.bytes("vocab.txt") != nil }

  /// Reads the tokenizer.
  public func read(_ source: TokenizerSource) throws(TokenizerError) -> Vocabulary {
    let json = try parts(source)
    let config = try source.object("tokenizer_config.json") ?? [:]
    let map = try source.object("special_tokens_map.json") ?? [:]
    var named = config
    for (role, text) in TokenizerJSON.bertTokens(config, map) {
      named["\(role.name)_token"] = .string(text)
    }
    var files: [String: [UInt8]] = [:]
    for name in source.presentNames { files[name] = source.bytes(name) }
    files["tokenizer_config.json"] = named.bytes()
    let completed = TokenizerSource(
      files: files, config: source.config, generationConfig: source.generationConfig)
    var vocabulary = try VocabularyBuilder(json: json, source: completed, file: "vocab.txt").build()
    vocabulary.notes.append(
      "there is no tokenizer.json: the normalisation and the special tokens are BERT's, as "
        + "tokenizer_config.json changes them")
    return vocabulary
  }

  /// Reads the whole content of the tokenizer: BERT's, as tokenizer_config.json changes it.
  public func define(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerDefinition {
    var json = try parts(source)
    let config = try source.object("tokenizer_config.json") ?? [:]
    let map = try source.object("special_tokens_map.json") ?? [:]
    try AddedTokens.complete(&json, source, file: "vocab.txt", defaults: [])
    let tokens = TokenizerJSON.bertTokens(config, map)
    var marks: JSONValue = [:]
    for (_, text) in tokens {
      guard let id = json.added.first(where: { $0.token.content.utf8.elementsEqual(text.utf8) })?.id
      else { continue }
      marks[text] = ["id": .string(text), "ids": [.int(id)], "tokens": [.string(text)]]
    }
    json.postProcessor["special_tokens"] = marks
    json.normalizer["clean_text"] = true
    json.normalizer["handle_chinese_chars"] = .bool(
      config["tokenize_chinese_chars"]?.bool ?? true)
    json.model["unk_token"] = .string(tokens.first { $0.0 == .unk }?.1 ?? "[UNK]")
    json.preTokenizer = ["type": "BertPreTokenizer"]
    json.decoder = ["type": "WordPiece", "prefix": "##", "cleanup": true]
    return try TokenizerDefinition(json)
  }

  /// The file as a tokenizer.json with BERT's normalisation and tokens.
  private func parts(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerJSON {
    let place = Place(file: "vocab.txt")
    let text = try source.text("vocab.txt") ?? ""
    var json = TokenizerJSON()
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    guard !lines.isEmpty else { throw TokenizerError(.schema, "the file has no tokens", at: place) }
    guard lines.count <= Vocabulary.maximumCount else {
      throw TokenizerError(.limit, "more than \(Vocabulary.maximumCount) tokens", at: place)
    }
    for line in lines { json.texts.append(String(Substring(line))) }
    json.ids = Array(lines.indices)
    json.complete(
      asBERT: try source.object("tokenizer_config.json") ?? [:],
      map: try source.object("special_tokens_map.json") ?? [:])
    return json
  }
}

extension TokenizerJSON {
  /// The texts of BERT's special tokens, as the files name them, else its usual ones.
  static func bertTokens(_ config: JSONValue, _ map: JSONValue) -> [(SpecialRole, String)] {
    let usual: [(SpecialRole, String)] = [
      (.unk, "[UNK]"), (.sep, "[SEP]"), (.pad, "[PAD]"), (.cls, "[CLS]"), (.mask, "[MASK]"),
    ]
    return usual.map { role, text in
      (role, AddedTokens.text(of: role, config) ?? AddedTokens.text(of: role, map) ?? text)
    }
  }

  /// Adds the parts that BERT's tokenizer.json has.
  mutating func complete(asBERT config: JSONValue, map: JSONValue) {
    model = ["type": "WordPiece", "continuing_subword_prefix": "##"]
    normalizer = [
      "type": "BertNormalizer", "lowercase": .bool(config["do_lower_case"]?.bool ?? true),
      "strip_accents": config["strip_accents"] ?? .null,
    ]
    let tokens = Self.bertTokens(config, map)
    for (_, text) in tokens {
      if let id = texts.indices.first(where: { texts.utf8(at: $0).elementsEqual(text.utf8) }) {
        added.append((AddedToken(text, isSpecial: true), id))
      }
    }
    func special(_ role: SpecialRole) -> JSONValue {
      let text = tokens.first { $0.0 == role }?.1 ?? ""
      return ["SpecialToken": ["id": .string(text), "type_id": 0]]
    }
    let (first, second): (JSONValue, JSONValue) = (
      ["Sequence": ["id": "A", "type_id": 0]], ["Sequence": ["id": "B", "type_id": 1]]
    )
    postProcessor = [
      "type": "TemplateProcessing", "single": [special(.cls), first, special(.sep)],
      "pair": [special(.cls), first, special(.sep), second, special(.sep)],
    ]
  }
}
