internal import Documents
internal import Failures

/// Puts the added tokens behind a vocabulary, with the ids that they have when the tokenizer runs.
///
/// A text of the vocabulary keeps its id; any other gets the next free one, whatever the file says,
/// as when Hugging Face's libraries load it. tokenizer_config.json may change the flags of a token,
/// add tokens, and name tokens for roles, which makes them special.
struct AddedTokens {
  private(set) var notes: [String] = []
  /// By id, in no order that matters.
  private(set) var tokens: [Int: AddedToken] = [:]
  private let file: String
  private let index: TokenIndex
  private let ids: [Int]
  /// Id by UTF-8 of the text.
  private var idsByText: [[UInt8]: Int] = [:]
  private var greatest = -1

  /// - Parameters:
  ///   - index: finds texts of the vocabulary.
  ///   - ids: their ids.
  init(file: String, index: TokenIndex, ids: [Int]) {
    self.file = file
    self.index = index
    self.ids = ids
  }

  /// The id of a text among vocabulary and added tokens.
  func id(of text: String) -> Int? {
    idsByText[Array(text.utf8)] ?? index.find(text.utf8).map { ids[$0] }
  }

  /// Adds a token, or changes the flags of one that is there.
  mutating func add(_ token: AddedToken, stated: Int? = nil) {
    guard !token.content.isEmpty else { return }
    let id: Int
    if let known = self.id(of: token.content) {
      id = known
    } else {
      id = max(greatest + 1, ids.count)
    }
    if let stated, stated != id {
      notes.append(
        "\(file) states the id \(stated) for the added token \(token.content.quoted); loaded, it "
          + "has the id \(id)")
    }
    greatest = max(greatest, id)
    idsByText[Array(token.content.utf8)] = id
    tokens[id] = token
  }

  /// Takes over what tokenizer_config.json and special_tokens_map.json say.
  ///
  /// - Parameter defaults: texts that play a role unless named otherwise, added only if they are in
  ///   the vocabulary.
  mutating func apply(
    config: JSONValue?, map: JSONValue?, defaults: [String] = []
  ) throws(TokenizerError) {
    let listed = try AddedToken.decoder(of: config).sorted { $0.id < $1.id }
    for (id, token) in listed { add(token, stated: id) }
    for role in SpecialRole.named {
      guard let text = Self.text(of: role, config) ?? Self.text(of: role, map) else { continue }
      markSpecial(text)
    }
    for text in defaults where id(of: text) != nil { markSpecial(text) }
    for list in ["additional_special_tokens", "extra_special_tokens"] {
      for entry in config?[list]?.array ?? [] {
        guard let text = entry.string ?? entry["content"]?.string, !isAdded(text) else { continue }
        add(AddedToken(text, isSpecial: true))
      }
    }
  }

  private func isAdded(_ text: String) -> Bool {
    idsByText[Array(text.utf8)].map { tokens[$0] != nil } ?? false
  }

  private mutating func markSpecial(_ text: String) {
    if let id = idsByText[Array(text.utf8)], tokens[id] != nil {
      tokens[id]?.isSpecial = true
    } else {
      add(AddedToken(text, isSpecial: true))
    }
  }

  /// The text that a file names for a role: a string or an object with `content`.
  static func text(of role: SpecialRole, _ file: JSONValue?) -> String? {
    let entry = file?["\(role.name)_token"]
    return entry?.string ?? entry?["content"]?.string
  }

  /// Puts all tokens that a folder's files name into a tokenizer.json, with their ids.
  ///
  /// - Parameter defaults: see `apply`.
  static func complete(
    _ json: inout TokenizerJSON, _ source: TokenizerSource, file: String, defaults: [String]
  ) throws(TokenizerError) {
    var added = AddedTokens(file: file, index: TokenIndex(json.texts), ids: json.ids)
    for (token, id) in json.added { added.add(token, stated: id) }
    try added.apply(
      config: source.object("tokenizer_config.json"),
      map: source.object("special_tokens_map.json"), defaults: defaults)
    json.added = added.tokens.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
  }

  /// Puts the tokens into a table, with their GGUF texts and types.
  func place(in table: inout TokenTable) throws(TokenizerError) {
    for (id, token) in tokens.sorted(by: { $0.key < $1.key }) {
      if table.hasToken(id), index.find(token.content.utf8) == nil {
        throw TokenizerError(
          .duplicate,
          "the added token \(token.content.quoted) gets the id \(id), which has a token",
          at: Place(file: file))
      }
      try table.set(id, token.text, token.type)
    }
  }
}
