internal import Tensors

/// The names of a checkpoint's tensors, as the description spells them.
struct SourceNames {
  /// Described names in the checkpoint's order.
  private(set) var described: [String] = []
  /// The checkpoint's own names, in the order of `described`.
  private(set) var originals: [String] = []
  /// Patterns that at least one name matches.
  private(set) var seen: Set<String> = []
  /// Described names that no row's pattern matches.
  private(set) var unknown: [String] = []
  /// Described names that only an omission with an open end matches.
  private(set) var omittedOnly: [String] = []
  /// The prefix that stands in the source, nil if the description has none.
  private(set) var prefix: String?
  /// Position of a described name.
  private var positions: [String: Int] = [:]

  init(_ architecture: Architecture, _ header: some CheckpointHeader) {
    let patterns = PatternSet(architecture, header.dialect)
    let isPrefixed = header.dialect == .huggingface && !architecture.prefixes.isEmpty
    let aliases = header.dialect == .huggingface ? architecture.aliases : []
    let names = header.tensorNames
    var best: SourceNames?
    for alternative in isPrefixed ? architecture.prefixes.map(Optional.init) : [nil] {
      var candidate = SourceNames(prefix: alternative, count: names.count)
      for name in names {
        candidate.add(name, aliases, patterns, first: architecture.prefixes.first)
      }
      if best.map({ candidate.unknown.count < $0.unknown.count }) ?? true { best = candidate }
      if candidate.unknown.isEmpty { break }
    }
    self = best ?? SourceNames(prefix: nil, count: 0)
  }

  private init(prefix: String?, count: Int) {
    self.prefix = prefix
    described.reserveCapacity(count)
    originals.reserveCapacity(count)
    positions.reserveCapacity(count)
  }

  /// Where a described name stands in `described`.
  func position(of described: String) -> Int? { positions[described] }

  /// The checkpoint's name by the described one.
  func source(of described: String) -> String? { positions[described].map { originals[$0] } }

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
    if let pattern {
      seen.insert(pattern)
      if pattern.hasSuffix("**") { omittedOnly.append(found) }
    } else {
      unknown.append(found)
    }
    // Of two spellings of one name the first counts; the other one is left over and reported.
    let next = described.count
    if let before = positions.updateValue(next, forKey: found) {
      positions[found] = before
      unknown.append(name)
    } else {
      described.append(found)
      originals.append(name)
    }
  }
}

/// Patterns of rows and omissions, looked up by the shape of a name.
struct PatternSet {
  private var patterns: Set<String> = []
  private var open: [String] = []
  /// Some pattern has a number that is no star.
  private var holdsNumbers = false
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
    holdsNumbers = patterns.contains { $0.starred.count > 0 }
  }

  /// The pattern that a name matches; numbers in it may be literal or stars.
  func match(_ name: String) -> String? {
    if holdsNumbers {
      if let match = matchEachWay(name) { return match }
    } else {
      // Every number must be a star.
      let (text, count) = name.starred
      if count <= Self.maximumNumbers, let index = patterns.firstIndex(of: text) {
        return patterns[index]
      }
    }
    for start in open where Self.numbers(in: name, after: start, isOpen: true) != nil {
      return start + "**"
    }
    return nil
  }

  private func matchEachWay(_ name: String) -> String? {
    if patterns.contains(name) { return name }
    let segments = name.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = segments.indices.filter { segments[$0].isCanonicalNumber }
    let starred = numbers.prefix(Self.maximumNumbers)
    if starred.isEmpty { return nil }
    // Many stars first: most numbers are layers or experts.
    for bits in stride(from: (1 << starred.count) - 1, to: 0, by: -1) {
      var candidate = segments
      for (bit, index) in starred.enumerated() where bits >> bit & 1 == 1 {
        candidate[index] = "*"
      }
      let text = candidate.joined(separator: ".")
      if patterns.contains(text) { return text }
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
  var isCanonicalNumber: Bool { utf8.isCanonicalNumber }
}

extension Collection<UInt8> {
  /// Decimal digits without a leading zero.
  fileprivate var isCanonicalNumber: Bool {
    guard let first, count <= 18, allSatisfy({ (48...57).contains($0) }) else { return false }
    return first != 48 || count == 1
  }
}

extension String {
  /// The name with `*` for each segment that is a number, and how many these are.
  fileprivate var starred: (text: String, count: Int) {
    var name = self
    return name.withUTF8 { bytes in
      var count = 0
      let text = String(unsafeUninitializedCapacity: bytes.count) { buffer in
        var written = 0
        var start = 0
        while true {
          let end = bytes[start...].firstIndex(of: UInt8(ascii: ".")) ?? bytes.count
          if bytes[start..<end].isCanonicalNumber {
            buffer[written] = UInt8(ascii: "*")
            written += 1
            count += 1
          } else {
            for index in start..<end {
              buffer[written] = bytes[index]
              written += 1
            }
          }
          if end == bytes.count { return written }
          buffer[written] = UInt8(ascii: ".")
          written += 1
          start = end + 1
        }
      }
      return (text, count)
    }
  }

  /// The name with a run of whole segments replaced.
  func replacingPath(_ old: String, by new: String) -> String {
    guard utf8.count >= old.utf8.count else { return self }
    let wanted = old.split(separator: ".", omittingEmptySubsequences: false)
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
