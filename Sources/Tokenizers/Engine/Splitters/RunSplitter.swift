/// Alternatives each of which is a run of one set, with at most one character of another before it:
/// `\s?[A-Za-z]+`, `\p{N}{1,3}`, `[^\n]+|[\n]+`.
struct RunSplitter: PatternSplitter {
  /// One alternative.
  struct Alternative: Sendable {
    var before: ScalarSet?
    var set: ScalarSet
    var fewest = 1
    var most = Int.max
  }

  let alternatives: [Alternative]

  /// The splitter of an expression that has this form; nil if it has another.
  init?(_ branches: [[RegexNode]]) {
    var alternatives: [Alternative] = []
    for branch in branches {
      guard let last = branch.last, branch.count <= 2 else { return nil }
      var alternative: Alternative
      switch last {
      case .repeated(let node, let count):
        guard let quantifier = Quantifier(count), quantifier.kind != .lazy, quantifier.fewest > 0,
          let set = Self.set(node)
        else { return nil }
        alternative = Alternative(set: set, fewest: quantifier.fewest, most: quantifier.most)
      default:
        guard let set = Self.set(last) else { return nil }
        alternative = Alternative(set: set, most: 1)
      }
      if branch.count == 2 {
        guard case .repeated(let node, "?") = branch[0], let set = Self.set(node),
          alternative.fewest == 1
        else { return nil }
        alternative.before = set
      }
      alternatives.append(alternative)
    }
    guard !alternatives.isEmpty else { return nil }
    self.alternatives = alternatives
  }

  private static func set(_ node: RegexNode) -> ScalarSet? {
    switch node {
    case .literal(let scalar): ScalarSet(scalar)
    case .set(let set): set.isEverythingButLineFeed ? .allButLineFeed : ScalarSet(set)
    default: nil
    }
  }

  @inline(__always)
  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    for alternative in alternatives {
      if let before = alternative.before, let length = text.match(before, at: position) {
        let (end, count) = text.run(
          of: alternative.set, from: position + length, most: alternative.most)
        if count >= alternative.fewest { return end }
      }
      let (end, count) = text.run(of: alternative.set, from: position, most: alternative.most)
      if count >= alternative.fewest { return end }
    }
    return nil
  }
}

/// How often a part of an expression may stand.
struct Quantifier: Equatable {
  enum Kind { case greedy, lazy, possessive }

  var fewest: Int
  var most: Int
  var kind = Kind.greedy

  /// The quantifier of a spelling such as `*`, `{1,3}`, `+?`.
  init?(_ text: String) {
    var rest = Substring(text)
    if rest.count > 1, rest.hasSuffix("?") || rest.hasSuffix("+") {
      kind = rest.hasSuffix("?") ? .lazy : .possessive
      rest = rest.dropLast()
    }
    switch rest {
    case "*": (fewest, most) = (0, .max)
    case "+": (fewest, most) = (1, .max)
    case "?": (fewest, most) = (0, 1)
    default:
      guard rest.hasPrefix("{"), rest.hasSuffix("}") else { return nil }
      let bounds = rest.dropFirst().dropLast().split(
        separator: ",", omittingEmptySubsequences: false)
      guard let low = bounds.first.flatMap({ Int($0) }), bounds.count <= 2 else { return nil }
      fewest = low
      most = low
      if bounds.count == 2 { most = bounds[1].isEmpty ? .max : Int(bounds[1]) ?? -1 }
      guard most >= fewest else { return nil }
    }
  }
}

extension RegexSet {
  /// Whether the set is what a dot stands for.
  var isEverythingButLineFeed: Bool { !isNegated && items == [.named(".")] }
}
