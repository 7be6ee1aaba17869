internal import Failures

/// What a file of ranks does not say, for tokenizers that are known by name: the expression, and the
/// special tokens.
struct KnownRankTokenizer: Sendable {
  /// Names, the usual one first.
  let names: [String]
  /// The expression that splits text.
  let pattern: String
  /// Special tokens whose ids follow the last rank; `{2...5}` stands for the numbers.
  var following: [String] = []
  /// Special tokens with ids of their own.
  var fixed: [(text: String, id: Int32)] = []
  /// Whether text is normalised to NFC first.
  var composes = false
  /// SHA-256 of the files that have its ranks, as published.
  var digests: [String] = []
  /// What config.json calls models that have it.
  var modelTypes: [String] = []
  /// Tokens by the part they play.
  var roles: [(role: SpecialRole, text: String)] = []
  /// Whether the model has learned texts that begin with its beginning of text.
  var addsBeginning = false

  /// The tokenizer of a name, whatever its case.
  ///
  /// - Throws: `.unsupported` with the names that are known.
  static func named(_ name: String) throws(TokenizerError) -> KnownRankTokenizer {
    let wanted = name.lowercased()
    if let known = all.first(where: { $0.names.contains(wanted) }) { return known }
    throw TokenizerError(
      .unsupported,
      "no tokenizer is known as \(name.quoted); known are "
        + all.flatMap(\.names).joined(separator: ", "))
  }

  /// The special tokens behind that many ranks.
  func special(rankCount: Int) -> [(text: String, id: Int32)] {
    let texts = following.flatMap(Self.expanded)
    return fixed
      + texts.enumerated().map { ($1, Int32(truncatingIfNeeded: rankCount + $0)) }
  }

  /// The texts that one with a range of numbers stands for.
  private static func expanded(_ text: String) -> [String] {
    guard let open = text.firstIndex(of: "{"), let close = text.firstIndex(of: "}") else {
      return [text]
    }
    let bounds = text[text.index(after: open)..<close].split(separator: ".").compactMap { Int($0) }
    guard bounds.count == 2, bounds[0] <= bounds[1] else { return [text] }
    let tail = text[text.index(after: close)...]
    return (bounds[0]...bounds[1]).map { "\(text[..<open])\($0)\(tail)" }
  }
}
