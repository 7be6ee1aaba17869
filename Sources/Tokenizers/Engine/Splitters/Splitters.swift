internal import Failures

/// The splitters of expressions.
enum Splitters {
  /// The splitter of expressions that are applied one after the other, with a fast one for each
  /// that is known; no expression is an own piece for the whole text.
  ///
  /// - Throws: `.unsupported`, naming an expression that has parts beyond what is supported.
  static func splitter(
    for patterns: [String], at place: Place = .unknown
  ) throws(TokenizerError) -> any PieceSplitter {
    var steps: [any PieceSplitter] = []
    for pattern in patterns { steps.append(try step(pattern, at: place)) }
    return steps.count == 1 ? steps[0] : SplitSequence(steps: steps)
  }

  /// The splitter of one expression.
  static func step(
    _ pattern: String, at place: Place = .unknown
  ) throws(TokenizerError) -> any PatternSplitter {
    if let known = known(pattern) { return known }
    if let general = RegexSplitter(pattern) { return general }
    throw TokenizerError(
      .unsupported,
      "the expression /\(pattern)/ cannot be split by; supported are sets, \\p{..} of a general "
        + "category or Han, \\s \\d \\w \\b, alternatives, groups, (?i:..), quantifiers and "
        + "look-ahead", at: place)
  }

  /// The fast splitter of an expression; nil if there is none.
  static func known(_ pattern: String) -> (any PatternSplitter)? {
    guard let spelling = CanonicalRegex.spelling(of: pattern) else { return nil }
    let foldsCase = pattern.contains("(?i")
    if let make = table[spelling] { return make(foldsCase ? .folded : .ascii) }
    guard !foldsCase, let branches = RegexParser.branches(of: pattern, exactly: true) else {
      return nil
    }
    return RunSplitter(branches)
  }

  /// Makes the splitter of an expression whose contractions are of a kind.
  typealias Maker = @Sendable (Contractions) -> any PatternSplitter

  /// The known expressions, by canonical spelling.
  private static let table: [String: Maker] = {
    var table: [String: Maker] = [:]
    for row in rows {
      guard let spelling = CanonicalRegex.spelling(of: row.pattern) else { continue }
      table[spelling] = row.make
    }
    return table
  }()
}
