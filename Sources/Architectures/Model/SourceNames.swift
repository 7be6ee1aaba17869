internal import Tensors

/// The names of a checkpoint's tensors, as the description spells them.
struct SourceNames {
  /// The checkpoint's name by the described one.
  private(set) var source: [String: String] = [:]
  /// Described names in the checkpoint's order.
  private(set) var described: [String] = []
  /// Patterns that at least one name matches.
  private(set) var seen: Set<String> = []
  /// Described names that no row's pattern matches.
  private(set) var unknown: [String] = []
  /// The prefix that stands in the source, nil if the description has none.
  private(set) var prefix: String?

  init(_ architecture: Architecture, _ header: some CheckpointHeader) {
    let patterns = PatternSet(architecture, header.dialect)
    let isPrefixed = header.dialect == .huggingface && !architecture.prefixes.isEmpty
    let aliases = header.dialect == .huggingface ? architecture.aliases : []
    let names = header.tensorNames
    var best: SourceNames?
    for alternative in isPrefixed ? architecture.prefixes.map(Optional.init) : [nil] {
      var candidate = SourceNames()
      candidate.prefix = alternative
      for name in names {
        candidate.add(name, aliases, patterns, first: architecture.prefixes.first)
      }
      if best.map({ candidate.unknown.count < $0.unknown.count }) ?? true { best = candidate }
      if candidate.unknown.isEmpty { break }
    }
    self = best ?? SourceNames()
  }

  private init() {}

  private mutating func add(
    _ name: String, _ aliases: [Architecture.Alias], _ patterns: PatternSet, first: String?
  ) {
    var text = name
    for alias in aliases { text = text.replacingPath(alias.old, by: alias.new) }
    var found = text
    var pattern: String?
    if let prefix, let first, prefix != first {
      // A name outside the prefix, such as a head's, stands as it is.
      if let match = patterns.match(text), !match.hasPrefix(first) {
        pattern = match
      } else if text.hasPrefix(prefix) {
        let replaced = first + text.dropFirst(prefix.count)
        if let match = patterns.match(replaced) {
          found = replaced
          pattern = match
        }
      }
    } else {
      pattern = patterns.match(text)
    }
    if let pattern { seen.insert(pattern) } else { unknown.append(found) }
    // Of two spellings of one name the first counts; the other one is left over and reported.
    if source[found] == nil {
      source[found] = name
      described.append(found)
    } else {
      unknown.append(name)
    }
  }
}

/// Patterns of rows and omissions, looked up by the shape of a name.
struct PatternSet {
  private var patterns: Set<String> = []
  private var open: [String] = []
  private static let maximumNumbers = 4

  init(_ architecture: Architecture, _ dialect: Dialect) {
    for row in architecture.rows {
      if let text = row.names[dialect]?.text { patterns.insert(text) }
      if let text = row.bias?.names[dialect]?.text { patterns.insert(text) }
    }
    for omission in architecture.omissions {
      if omission.pattern.isOpen {
        open.append(String(omission.pattern.text.dropLast(2)))
      } else {
        patterns.insert(omission.pattern.text)
      }
    }
  }

  /// The pattern that a name matches; numbers in it may be literal or stars.
  func match(_ name: String) -> String? {
    if patterns.contains(name) { return name }
    let segments = name.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = segments.indices.filter { segments[$0].isCanonicalNumber }
    let starred = numbers.prefix(Self.maximumNumbers)
    if !starred.isEmpty {
      // Many stars first: most numbers are layers or experts.
      for bits in stride(from: (1 << starred.count) - 1, to: 0, by: -1) {
        var candidate = segments
        for (bit, index) in starred.enumerated() where bits >> bit & 1 == 1 {
          candidate[index] = "*"
        }
        let text = candidate.joined(separator: ".")
        if patterns.contains(text) { return text }
      }
    }
    for start in open where Self.numbers(in: name, after: start, isOpen: true) != nil {
      return start + "**"
    }
    return nil
  }

  /// The numbers at a pattern's stars if a name matches it.
  static func numbers(in name: String, after pattern: String, isOpen: Bool) -> [Int]? {
    var rest = name[...]
    var numbers: [Int] = []
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    for (index, piece) in pieces.enumerated() {
      guard rest.hasPrefix(piece) else { return nil }
      rest = rest.dropFirst(piece.count)
      if index == pieces.count - 1 { break }
      let digits = rest.prefix { $0 != "." }
      guard digits.isCanonicalNumber, let number = Int(digits) else { return nil }
      numbers.append(number)
      rest = rest.dropFirst(digits.count)
    }
    return isOpen ? (rest.isEmpty ? nil : numbers) : (rest.isEmpty ? numbers : nil)
  }
}

extension Substring {
  /// Decimal digits without a leading zero.
  var isCanonicalNumber: Bool {
    guard !isEmpty, utf8.allSatisfy({ (48...57).contains($0) }), utf8.count <= 18 else {
      return false
    }
    return utf8.first != 48 || utf8.count == 1
  }
}

extension String {
  /// The name with a run of whole segments replaced.
  func replacingPath(_ old: String, by new: String) -> String {
    let wanted = old.split(separator: ".", omittingEmptySubsequences: false)
    guard utf8.count >= old.utf8.count else { return self }
    let segments = split(separator: ".", omittingEmptySubsequences: false)
    guard segments.count >= wanted.count else { return self }
    for start in 0...(segments.count - wanted.count)
    where segments[start..<start + wanted.count].elementsEqual(wanted) {
      let parts =
        segments[..<start].map(String.init) + [new]
        + segments[(start + wanted.count)...].map(String.init)
      return parts.joined(separator: ".")
    }
    return self
  }
}
