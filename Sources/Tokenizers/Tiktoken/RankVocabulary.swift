internal import Documents
public import Failures

/// A vocabulary of ranks: what tiktoken needs to encode.
///
/// It becomes a ``TokenizerDefinition`` in one of two forms: by rank, which is tiktoken's own rule, or
/// by merges, as tokenizer.json holds them.
public struct RankVocabulary: Sendable {
  /// Ordinary tokens by rank; what has no rank is empty.
  var ranks: RankList
  /// Id of rank 0.
  var firstID: Int32 = 0
  /// The expression that splits text.
  public internal(set) var pattern: String
  /// Special tokens, by id.
  var special: [(text: String, id: Int32)]
  /// Whether text is normalised to NFC first.
  var composes = false

  /// Checks what encoding relies on.
  ///
  /// - Throws: `.schema` if a byte has no token, `.duplicate` if a token or an id stands twice.
  init(
    ranks: RankList, firstID: Int32 = 0, pattern: String, special: [(text: String, id: Int32)],
    file: String
  ) throws(TokenizerError) {
    self.ranks = ranks
    self.firstID = firstID
    self.pattern = pattern
    self.special = special.sorted { ($0.id, $0.text) < ($1.id, $1.text) }
    let place = Place(file: file)
    let table = PieceTable(ranks.tokens)
    if let (first, second) = table.duplicate {
      throw TokenizerError(
        .duplicate, "the ranks \(first) and \(second) have the same token", at: place)
    }
    for byte in UInt8.min...UInt8.max
    where withUnsafePointer(to: byte, { table.find($0, 1) }) == nil {
      throw TokenizerError(
        .schema, "expected a token for every byte, found none for the byte \(byte)", at: place)
    }
    let missing = Set(ranks.missing)
    var ids: Set<Int32> = []
    var texts: Set<[UInt8]> = []
    for token in self.special {
      let rank = Int(token.id) - Int(firstID)
      guard ids.insert(token.id).inserted,
        !(0..<ranks.count).contains(rank) || missing.contains(rank)
      else {
        throw TokenizerError(
          .duplicate,
          "the special token \(token.text.quoted) has the id \(token.id), which another token has",
          at: place)
      }
      guard !token.text.isEmpty, texts.insert(Array(token.text.utf8)).inserted else {
        throw TokenizerError(
          .duplicate, "the special token \(token.text.quoted) is empty or stands twice", at: place)
      }
    }
  }

  /// Reads a tiktoken file of a tokenizer that is known by name.
  ///
  /// - Throws: `.unsupported` for a name that is not among `knownNames`, or an error of the file.
  public init(tiktoken bytes: [UInt8], name: String, file: String) throws(TokenizerError) {
    try self.init(
      ranks: RankFile.read(bytes, file: file), known: .named(name), file: file)
  }

  /// Reads a tiktoken file.
  ///
  /// - Parameters:
  ///   - pattern: the expression that splits text, or the name of a known tokenizer that has it.
  ///   - specialTokens: ids of the special tokens.
  public init(
    tiktoken bytes: [UInt8], pattern: String, specialTokens: [(text: String, id: Int32)],
    file: String
  ) throws(TokenizerError) {
    let known = KnownRankTokenizer.all.first { $0.names.contains(pattern.lowercased()) }
    try self.init(
      ranks: RankFile.read(bytes, file: file), pattern: known?.pattern ?? pattern,
      special: specialTokens, file: file)
    composes = known?.composes ?? false
  }

  /// Reads a tekken.json.
  public init(tekken bytes: [UInt8], file: String = "tekken.json") throws(TokenizerError) {
    self = try TekkenFile.read(bytes, file: file)
  }

  /// Names of the tokenizers whose expression and special tokens are known.
  public static var knownNames: [String] { KnownRankTokenizer.all.flatMap(\.names) }

  /// Whether bytes look like a tiktoken file.
  public static func recognises(tiktoken bytes: [UInt8]) -> Bool { RankFile.recognises(bytes) }

  /// Reads a map of special tokens to ids.
  public static func specialTokens(
    json bytes: [UInt8], file: String
  ) throws(TokenizerError) -> [(text: String, id: Int32)] {
    let value: JSONValue
    do throws(DocumentError) { value = try JSONValue.parse(bytes) } catch {
      throw TokenizerError(.syntax, wrapping: error, at: Place(file: file))
    }
    guard let object = value.object else {
      throw TokenizerError(
        .schema, "expected an object of tokens and their ids, found \(value.kind.phrase)",
        at: Place(file: file))
    }
    var tokens: [(text: String, id: Int32)] = []
    for (text, id) in object {
      guard let id = id.int, (0..<Vocabulary.maximumCount).contains(id) else {
        throw TokenizerError(
          .id,
          "the special token \(text.quoted) should have an id within "
            + "0...\(Vocabulary.maximumCount - 1)", at: Place(file: file))
      }
      tokens.append((text, Int32(truncatingIfNeeded: id)))
    }
    return tokens
  }

  /// A file of ranks, with what is known of a tokenizer of that name.
  init(
    ranks: RankList, known: KnownRankTokenizer, file: String
  ) throws(TokenizerError) {
    try self.init(
      ranks: ranks, pattern: known.pattern, special: known.special(rankCount: ranks.count),
      file: file)
    composes = known.composes
  }

  /// Number of ids up to the greatest.
  public var count: Int {
    max(Int(firstID) + ranks.count, (special.last.map { Int($0.id) } ?? -1) + 1)
  }
}
