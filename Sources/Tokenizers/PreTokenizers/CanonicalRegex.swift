/// One spelling for expressions that split every text alike.
///
/// - Groups that are only brackets are multiplied out: `'(?:s|ll)` is `'s|'ll`.
/// - Sets are sorted; a set of one item is the item.
/// - Consecutive alternatives of letters behind an apostrophe are spelled out and sorted: none of
///   them begins another, so their order does not matter.
/// - `\s+` behind `\s+(?!\S)` goes: a blank that is not matched stays a piece by itself.
enum CanonicalRegex {
  /// Most alternatives that multiplying out may give.
  static let maximumBranches = 512

  /// The canonical spelling, nil if the expression is not understood.
  static func spelling(of pattern: String) -> String? {
    guard let branches = RegexParser.branches(of: pattern), var flat = expanded(branches) else {
      return nil
    }
    let spellings = flat.map { $0.map(\.text).joined() }
    if spellings.count > 1, spellings[spellings.count - 1] == #"\s+"#,
      spellings[spellings.count - 2] == #"\s+(?!\S)"#
    {
      flat.removeLast()
    }
    return RegexNode.text(flat)
  }

  /// Alternatives without groups that are only brackets; nil if there are too many.
  private static func expanded(_ branches: [[RegexNode]]) -> [[RegexNode]]? {
    var result: [[RegexNode]] = []
    for branch in branches {
      var products: [[RegexNode]] = [[]]
      for node in branch {
        guard let factors = factors(node), products.count * factors.count <= maximumBranches else {
          return nil
        }
        products = products.flatMap { head in factors.map { head + $0 } }
      }
      result += products
      guard result.count <= maximumBranches else { return nil }
    }
    return sortedContractions(result)
  }

  /// The alternatives that a node stands for.
  private static func factors(_ node: RegexNode) -> [[RegexNode]]? {
    switch node {
    case .literal, .set, .anchor: return [[node]]
    case .group(let opening, let branches):
      guard let inner = expanded(branches) else { return nil }
      return opening == "(?:" ? inner : [[.group(opening, inner)]]
    case .repeated(let part, let count):
      guard let inner = factors(part) else { return nil }
      if inner.count == 1, inner[0].count == 1 { return [[.repeated(inner[0][0], count)]] }
      return [[.repeated(.group("(?:", inner), count)]]
    }
  }

  /// Spells out and sorts each run of alternatives such as `'s` and `'[lL][lL]`.
  private static func sortedContractions(_ branches: [[RegexNode]]) -> [[RegexNode]] {
    var result: [[RegexNode]] = []
    var run: [[RegexNode]] = []
    func flush() -> [[RegexNode]] {
      let sorted = run.sorted { RegexNode.text([$0]) < RegexNode.text([$1]) }
      let isPrefixFree = !sorted.indices.dropFirst().contains {
        sorted[$0].starts(with: sorted[$0 - 1])
      }
      return isPrefixFree ? sorted : run
    }
    for branch in branches {
      if let words = words(branch) {
        run += words
      } else {
        result += flush()
        run = []
        result.append(branch)
      }
    }
    return result + flush()
  }

  /// The words of letters behind an apostrophe that an alternative stands for.
  private static func words(_ branch: [RegexNode]) -> [[RegexNode]]? {
    guard branch.count > 1, branch[0] == .literal("'") else { return nil }
    var words: [[RegexNode]] = [[]]
    for node in branch {
      var choices: [UnicodeScalar]
      switch node {
      case .literal(let scalar): choices = [scalar]
      case .set(let set):
        guard let characters = set.characters else { return nil }
        choices = characters
      default: return nil
      }
      guard words.count * choices.count <= 64 else { return nil }
      words = words.flatMap { head in choices.map { head + [.literal($0)] } }
    }
    return words
  }
}
