internal import Documents
internal import Failures

/// A vocabulary of ranks: what tiktoken needs to encode.
struct RankVocabulary: Sendable {
  /// Ordinary tokens by rank; what has no rank is empty.
  var ranks: RankList
  /// Id of rank 0.
  var firstID: Int32 = 0
  /// The expression that splits text.
  var pattern: String
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
  var count: Int {
    max(Int(firstID) + ranks.count, (special.last.map { Int($0.id) } ?? -1) + 1)
  }
}
