internal import Documents
internal import Failures

/// Collects tokens in any order and gives them by id.
struct TokenTable {
  /// Where the tokens were read.
  let file: String
  private var texts = PackedStrings()
  private var ids: [Int32] = []
  private var types: [TokenType] = []
  /// Index in `texts` by id, -1 where there is none.
  private var byID: [Int32] = []

  init(file: String) { self.file = file }

  /// Number of ids up to the greatest.
  var count: Int { byID.count }

  /// Adds the tokens of a vocabulary with their ids.
  mutating func add(_ list: PackedStrings, ids newIDs: [Int], type: TokenType)
    throws(TokenizerError)
  {
    if texts.isEmpty {
      texts = list
    } else {
      for index in list.indices { append(list, index) }
    }
    for (index, id) in newIDs.enumerated() {
      try place(id, index: ids.count, type: type, text: { list[index] })
    }
  }

  /// Sets the token of an id, whatever it was.
  mutating func set(_ id: Int, _ text: String, _ type: TokenType) throws(TokenizerError) {
    if byID.indices.contains(id) { byID[id] = -1 }
    texts.append(text)
    try place(id, index: ids.count, type: type, text: { text })
  }

  private mutating func append(_ list: PackedStrings, _ index: Int) {
    list.bytes.withUnsafeBytes {
      texts.append(utf8: UnsafeRawBufferPointer(rebasing: $0[list.utf8(at: index).indices]))
    }
  }

  private mutating func place(
    _ id: Int, index: Int, type: TokenType, text: () -> String
  ) throws(TokenizerError) {
    guard id >= 0, id < Vocabulary.maximumCount else {
      throw TokenizerError(
        .id,
        "the token \(text().quoted) has the id \(id); ids lie within "
          + "0...\(Vocabulary.maximumCount - 1)", at: Place(file: file))
    }
    while byID.count <= id { byID.append(-1) }
    guard byID[id] < 0 else {
      throw TokenizerError(
        .duplicate,
        "the id \(id) belongs to two tokens, \(texts[Int(byID[id])].quoted) and \(text().quoted)",
        at: Place(file: file))
    }
    byID[id] = Int32(truncatingIfNeeded: index)
    ids.append(Int32(truncatingIfNeeded: id))
    types.append(type)
  }

  /// Whether the id has a token.
  func hasToken(_ id: Int) -> Bool { byID.indices.contains(id) && byID[id] >= 0 }

  /// Changes the type of an id that has a token.
  mutating func setType(_ id: Int, _ type: TokenType) {
    guard hasToken(id) else { return }
    types[Int(byID[id])] = type
  }

  /// Texts and types by id; ids without a token are padding.
  func finish() -> (tokens: PackedStrings, types: [TokenType]) {
    if texts.count == byID.count, byID.enumerated().allSatisfy({ $0 == Int($1) }) {
      return (texts, types)
    }
    var tokens = PackedStrings()
    tokens.reserve(count: byID.count, byteCount: texts.bytes.count)
    var byIDTypes: [TokenType] = []
    byIDTypes.reserveCapacity(byID.count)
    for (id, index) in byID.enumerated() {
      guard index >= 0 else {
        tokens.append(Vocabulary.padding(id))
        byIDTypes.append(.unused)
        continue
      }
      texts.bytes.withUnsafeBytes {
        tokens.append(
          utf8: UnsafeRawBufferPointer(rebasing: $0[texts.utf8(at: Int(index)).indices]))
      }
      byIDTypes.append(types[Int(index)])
    }
    return (tokens, byIDTypes)
  }
}

extension String {
  /// The text in quotes as an error message shows it, cut if it is long.
  var quoted: String {
    let head = unicodeScalars.prefix(64)
    return head.endIndex < unicodeScalars.endIndex ? "'\(String(head))…'" : "'\(self)'"
  }
}
