internal import Documents
public import Failures

/// A tiktoken file: `*.tiktoken`, or the tokenizer.model of Llama 3.
///
/// The file holds neither the expression that splits text nor the special tokens. They are given, or
/// those of a known tokenizer whose ranks these are; they are never guessed.
public struct TiktokenFormat: RankTokenizerFormat {
  /// `tiktoken`.
  public let id = "tiktoken"
  /// Any name with the ending, or tokenizer.model.
  public let files = ["*" + TokenizerSource.rankEnding]

  /// The format.
  public init() {}

  /// Whether there is a file of ranks.
  public func recognises(_ source: TokenizerSource) -> Bool { !names(source).isEmpty }

  private func names(_ source: TokenizerSource) -> [String] {
    source.presentNames.filter { name in
      guard name.hasSuffix(TokenizerSource.rankEnding) || name == "tokenizer.model",
        let bytes = source.bytes(name)
      else { return false }
      // A file with the ending is one, however damaged.
      return name.hasSuffix(TokenizerSource.rankEnding) || RankFile.recognises(bytes)
    }
  }

  /// Reads the ranks and finds what belongs to them.
  public func ranks(_ source: TokenizerSource) throws(TokenizerError) -> RankReading {
    let names = names(source)
    guard let name = names.first, let bytes = source.bytes(name) else {
      throw TokenizerError(.missing, "there is no file of ranks")
    }
    guard names.count == 1 else {
      throw TokenizerError(
        .unsupported,
        "there are several files of ranks, \(names.joined(separator: ", ")): name one of them")
    }
    let ranks = try RankFile.read(bytes, file: name)
    let options = source.rankOptions
    var known: KnownRankTokenizer?
    var notes: [String] = []
    var pattern: String
    if let given = options.pattern {
      known = try Self.named(given, file: name)
      pattern = known?.pattern ?? given
      // A tokenizer.json with an expression that is none could not be loaded by anybody.
      if known == nil { _ = try Splitters.step(given, at: Place(file: name)) }
      if let known {
        notes.append(
          "text is split as \(known.names[0]) does"
            + (options.specialTokens == nil ? "; its special tokens are taken" : ""))
      }
    } else {
      let found = try Self.recognised(ranks, source, file: name)
      pattern = found.pattern
      notes.append(
        "the ranks are those of \(found.names[0]): its pattern is taken"
          + (options.specialTokens == nil ? ", and its special tokens" : ""))
      known = found
    }
    let stated = try AddedToken.decoder(of: try source.object("tokenizer_config.json"))
    let special = try Self.special(options, known, stated, ranks, file: name, &notes)
    var reading = RankReading(
      try RankVocabulary(ranks: ranks, pattern: pattern, special: special, file: name))
    reading.vocabulary.composes = known?.composes ?? false
    reading.roles = (known?.roles ?? []).filter { role in
      special.contains { $0.text == role.text }
    }
    reading.addsBeginning =
      known?.addsBeginning ?? false && reading.roles.contains { $0.role == .bos }
    if !ranks.empty.isEmpty {
      notes.append("the token \(ranks.empty[0]) has no bytes: it is never met in text")
    }
    reading.notes = notes
    return reading
  }

  /// The known tokenizer of a name; nil for an expression.
  ///
  /// - Throws: `.unsupported` for what looks like a name, but is none that is known.
  private static func named(
    _ text: String, file: String
  ) throws(TokenizerError) -> KnownRankTokenizer? {
    let isName = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    if !isName || text == "." { return nil }
    do { return try KnownRankTokenizer.named(text) } catch { throw error.within(Place(file: file)) }
  }

  private static func recognised(
    _ ranks: RankList, _ source: TokenizerSource, file: String
  ) throws(TokenizerError) -> KnownRankTokenizer {
    let candidates = KnownRankTokenizer.having(ranks)
    if let found = KnownRankTokenizer.recognised(ranks, among: candidates, config: source.config) {
      return found
    }
    let names = RankVocabulary.knownNames.joined(separator: ", ")
    let what =
      candidates.isEmpty
      ? "are those of no known tokenizer"
      : "are those of \(candidates.map { $0.names[0] }.joined(separator: " and ")), and config.json "
        + "does not tell which it is"
    throw TokenizerError(
      .unsupported,
      "a file of ranks does not say how text is split, and its \(ranks.count) ranks \(what); give "
        + "a pattern: an expression or one of the names \(names)", at: Place(file: file))
  }

  /// The special tokens: as given, or of the known tokenizer with what tokenizer_config.json says of
  /// these ids, or what that lists.
  private static func special(
    _ options: RankOptions, _ known: KnownRankTokenizer?,
    _ stated: [(id: Int, token: AddedToken)], _ ranks: RankList, file: String,
    _ notes: inout [String]
  ) throws(TokenizerError) -> [(text: String, id: Int32)] {
    if let given = options.specialTokens { return given }
    var texts: [Int32: String] = [:]
    for token in known?.special(rankCount: ranks.count) ?? [] { texts[token.id] = token.text }
    let missing = Set(ranks.missing)
    for (id, token) in stated {
      guard let number = Int32(exactly: id), id >= ranks.count || missing.contains(id) else {
        continue
      }
      texts[number] = token.content
    }
    if texts.isEmpty {
      notes.append("no special tokens are given: there are none")
    } else if known == nil {
      notes.append("the special tokens are those of tokenizer_config.json")
    }
    return texts.map { (text: $1, id: $0) }
  }
}
