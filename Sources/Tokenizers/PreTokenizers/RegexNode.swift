/// A part of a pre-tokenizer's regular expression.
indirect enum RegexNode: Hashable {
  /// One character.
  case literal(UnicodeScalar)
  /// One character of a set.
  case set(RegexSet)
  /// `^`, `$`, `\b`: a condition on the position.
  case anchor(String)
  /// Alternatives behind an opening such as `(?:` or `(?!`.
  case group(String, [[RegexNode]])
  /// A part and how often it stands: `*`, `+`, `{1,3}`, with `?` behind it if lazy.
  case repeated(RegexNode, String)
}

/// A set of characters.
struct RegexSet: Hashable {
  /// A part of a set.
  enum Item: Hashable {
    case character(UnicodeScalar)
    case range(UnicodeScalar, UnicodeScalar)
    /// `\s`, `\p{L}` and the like.
    case named(String)
    /// A set within the set, or `&&`, in canonical spelling.
    case nested(String)
  }

  var isNegated = false
  var items: [Item] = []
}

extension RegexNode {
  /// Canonical spelling.
  var text: String {
    switch self {
    case .literal(let scalar): Self.escape(scalar)
    case .set(let set): set.text
    case .anchor(let text): text
    case .group(let opening, let branches): opening + Self.text(branches) + ")"
    case .repeated(let node, let count): node.text + count
    }
  }

  /// Canonical spelling of alternatives.
  static func text(_ branches: [[RegexNode]]) -> String {
    branches.map { $0.map(\.text).joined() }.joined(separator: "|")
  }

  /// A character as it stands outside and inside of sets.
  static func escape(_ scalar: UnicodeScalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\\", ".", "^", "$", "|", "?", "*", "+", "(", ")", "[", "]", "{", "}", "-", "&":
      "\\" + String(scalar)
    default: String(scalar)
    }
  }
}

extension RegexSet {
  /// Canonical spelling: items sorted, without repetition; brackets only where they are needed.
  var text: String {
    var spellings: [String] = []
    for spelling in items.map(\.text).sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    where spellings.last.map({ !$0.utf8.elementsEqual(spelling.utf8) }) ?? true {
      spellings.append(spelling)
    }
    if spellings.count == 1, !isNegated {
      if case .range = items.first {} else { return spellings[0] }
    }
    return (isNegated ? "[^" : "[") + spellings.joined() + "]"
  }

  /// The characters, if it consists of nothing else.
  var characters: [UnicodeScalar]? {
    guard !isNegated else { return nil }
    var result: [UnicodeScalar] = []
    for item in items {
      guard case .character(let scalar) = item else { return nil }
      result.append(scalar)
    }
    return result
  }
}

extension RegexSet.Item {
  /// Canonical spelling.
  var text: String {
    switch self {
    case .character(let scalar): RegexNode.escape(scalar)
    case .range(let low, let high): RegexNode.escape(low) + "-" + RegexNode.escape(high)
    case .named(let name): name
    case .nested(let text): text
    }
  }

  /// The item and what stands for it when case is ignored (ASCII letters only).
  var bothCases: [RegexSet.Item] {
    switch self {
    case .character(let scalar):
      return scalar.otherCase.map { [self, .character($0)] } ?? [self]
    case .range(let low, let high):
      guard let otherLow = low.otherCase, let otherHigh = high.otherCase,
        (low.value & 0x20) == (high.value & 0x20)
      else { return [self] }
      return [self, .range(otherLow, otherHigh)]
    case .named, .nested: return [self]
    }
  }
}

extension UnicodeScalar {
  /// The other case of an ASCII letter.
  var otherCase: UnicodeScalar? {
    switch self {
    case "a"..."z", "A"..."Z": UnicodeScalar(value ^ 0x20)
    default: nil
    }
  }
}
