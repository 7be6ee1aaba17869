/// Reads a regular expression of the kind that pre-tokenizers use.
///
/// Case-insensitive groups are spelled out for ASCII letters, and a possessive quantifier is read
/// as a greedy one: the patterns of the table match the same text either way. To match text, an
/// expression is read exactly.
struct RegexParser {
  /// Deepest nesting of groups and sets.
  static let maximumDepth = 32
  /// Most characters of an expression.
  static let maximumLength = 1 << 16

  private let scalars: [UnicodeScalar]
  /// Whether possessive quantifiers are kept, and case is folded beyond ASCII.
  private let isExact: Bool
  private var position = 0
  private var depth = 0

  /// The alternatives of an expression; nil if it is not understood.
  static func branches(of pattern: String, exactly isExact: Bool = false) -> [[RegexNode]]? {
    var parser = RegexParser(scalars: Array(pattern.unicodeScalars), isExact: isExact)
    guard parser.scalars.count <= maximumLength,
      let branches = parser.alternatives(ignoringCase: false),
      parser.position == parser.scalars.count
    else { return nil }
    return branches
  }

  private init(scalars: [UnicodeScalar], isExact: Bool) {
    self.scalars = scalars
    self.isExact = isExact
  }

  private var current: UnicodeScalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars.count - position >= wanted.count,
      scalars[position..<(position + wanted.count)].elementsEqual(wanted)
    else { return false }
    position += wanted.count
    return true
  }

  private mutating func alternatives(ignoringCase: Bool) -> [[RegexNode]]? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { return nil }
    var branches: [[RegexNode]] = [[]]
    while let scalar = current, scalar != ")" {
      if scalar == "|" {
        position += 1
        branches.append([])
        continue
      }
      guard let atom = atom(ignoringCase: ignoringCase), let node = quantified(atom) else {
        return nil
      }
      branches[branches.count - 1].append(node)
    }
    return branches
  }

  private mutating func atom(ignoringCase: Bool) -> RegexNode? {
    guard let scalar = current else { return nil }
    switch scalar {
    case "(": return group(ignoringCase: ignoringCase)
    case "[": return set(ignoringCase: ignoringCase).map { .set($0) }
    case "*", "+", "?": return nil
    case "^", "$":
      position += 1
      return .anchor(String(scalar))
    case ".":
      position += 1
      return .set(RegexSet(items: [.named(".")]))
    case "\\":
      guard let item = escape() else { return nil }
      if case .named(let name) = item, name == "\\b" || name == "\\B" { return .anchor(name) }
      return node(item, ignoringCase: ignoringCase)
    default:
      position += 1
      return node(.character(scalar), ignoringCase: ignoringCase)
    }
  }

  private func node(_ item: RegexSet.Item, ignoringCase: Bool) -> RegexNode {
    if ignoringCase {
      let cases = cases(item)
      if cases.count > 1 { return .set(RegexSet(items: cases)) }
    }
    if case .character(let scalar) = item { return .literal(scalar) }
    return .set(RegexSet(items: [item]))
  }

  /// The item and what stands for it when case is ignored.
  private func cases(_ item: RegexSet.Item) -> [RegexSet.Item] {
    let cases = item.bothCases
    guard isExact else { return cases }
    func holds(_ letter: UnicodeScalar) -> Bool {
      cases.contains { item in
        switch item {
        case .character(let scalar): scalar == letter
        case .range(let low, let high): low <= letter && letter <= high
        case .named, .nested: false
        }
      }
    }
    // The letters beyond ASCII that fold to a letter of ASCII: the long s and the Kelvin sign.
    return cases + (holds("s") ? [.character("\u{17F}")] : [])
      + (holds("k") ? [.character("\u{212A}")] : [])
  }

  private mutating func group(ignoringCase: Bool) -> RegexNode? {
    var opening = "(?:"
    var ignoring = ignoringCase
    if take("(?i:") {
      ignoring = true
    } else if take("(?=") {
      opening = "(?="
    } else if take("(?!") {
      opening = "(?!"
    } else if !take("(?:") {
      guard take("("), current != "?" else { return nil }
    }
    guard let branches = alternatives(ignoringCase: ignoring), take(")") else { return nil }
    return .group(opening, branches)
  }

  /// Reads `\x`.
  private mutating func escape() -> RegexSet.Item? {
    position += 1
    guard let scalar = current else { return nil }
    position += 1
    switch scalar {
    case "n": return .character("\n")
    case "r": return .character("\r")
    case "t": return .character("\t")
    case "s", "S", "d", "D", "w", "W", "b", "B": return .named("\\" + String(scalar))
    case "p", "P":
      var name = ""
      if take("{") {
        while let letter = current, letter != "}" {
          name.unicodeScalars.append(letter)
          position += 1
        }
        guard take("}") else { return nil }
      } else {
        guard let letter = current else { return nil }
        name.unicodeScalars.append(letter)
        position += 1
      }
      return .named("\\\(scalar){\(name)}")
    case "a"..."z", "A"..."Z", "0"..."9": return nil
    default: return .character(scalar)
    }
  }

  private mutating func set(ignoringCase: Bool) -> RegexSet? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth, take("[") else { return nil }
    var set = RegexSet(isNegated: take("^"))
    var isFirst = true
    while let scalar = current, scalar != "]" || isFirst {
      isFirst = false
      if scalar == "[" {
        guard let inner = self.set(ignoringCase: ignoringCase) else { return nil }
        if inner.isNegated {
          set.items.append(.nested(inner.text))
        } else {
          set.items += inner.items
        }
        continue
      }
      if take("&&") {
        // The sides of an intersection do not mix: the left one is spelled out.
        let left = RegexSet(items: set.items).text
        set.items = [.nested(left + "&&")]
        continue
      }
      guard let item = item() else { return nil }
      set.items += ignoringCase ? cases(item) : [item]
    }
    return take("]") ? set : nil
  }

  /// Reads a character, a range or a name within a set.
  private mutating func item() -> RegexSet.Item? {
    guard let low = setCharacter() else { return nil }
    guard case .character(let first) = low, current == "-", position + 1 < scalars.count,
      scalars[position + 1] != "]"
    else { return low }
    position += 1
    guard case .character(let last) = setCharacter(), first.value <= last.value else { return nil }
    return .range(first, last)
  }

  private mutating func setCharacter() -> RegexSet.Item? {
    guard let scalar = current else { return nil }
    if scalar == "\\" { return escape() }
    position += 1
    return .character(scalar)
  }

  /// Reads the quantifier behind a part, if there is one.
  private mutating func quantified(_ node: RegexNode) -> RegexNode? {
    var count: String?
    if take("*") {
      count = "*"
    } else if take("+") {
      count = "+"
    } else if take("?") {
      count = "?"
    } else if current == "{" {
      guard let braces = braces() else { return nil }
      count = braces
    }
    guard let count else { return node }
    let isLazy = take("?")
    let isPossessive = !isLazy && take("+")
    if count.isEmpty { return node }
    return .repeated(node, count + (isLazy ? "?" : isPossessive && isExact ? "+" : ""))
  }

  /// Reads `{m}`, `{m,}` or `{m,n}`; once is the empty text.
  private mutating func braces() -> String? {
    guard take("{"), let low = number() else { return nil }
    var high: Int? = low
    if take(",") { high = number() }
    guard take("}") else { return nil }
    switch (low, high) {
    case (1, 1): return ""
    case (0, nil): return "*"
    case (1, nil): return "+"
    case (0, 1): return "?"
    case (_, nil): return "{\(low),}"
    case (_, let high?): return high == low ? "{\(low)}" : "{\(low),\(high)}"
    }
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = current, ("0"..."9").contains(scalar) {
      guard (value ?? 0) < 1_000_000 else { return nil }
      value = (value ?? 0) * 10 + Int(scalar.value - 48)
      position += 1
    }
    return value
  }
}
