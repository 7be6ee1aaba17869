internal import Checkpoints
public import Documents
public import Failures
public import OrderedCollections

/// What is to become of a header's keys.
public struct MetadataChanges: Sendable {
  /// One wish.
  enum Change: Sendable {
    case set(key: String, text: String)
    case put(key: String, MetadataValue)
    case name(key: String, MetadataValue)
    case remove(pattern: String)
    case token(role: String, text: String)
    case template(name: String?, text: String)
  }

  var list: [Change] = []
  /// Whether keys may get another type than they have, or readers expect.
  public var forcesTypes = false
  /// Whether `general.architecture` may be changed.
  public var forcesArchitecture = false

  /// No changes.
  public init() {}

  /// Whether nothing is to be changed.
  public var isEmpty: Bool { list.isEmpty }

  /// Sets a key by a text of the form `KEY=TYPE:VALUE`.
  public mutating func set(_ text: String) throws(ConversionError) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw ConversionError(.options, "'\(text)' is not of the form KEY=TYPE:VALUE")
    }
    list.append(
      .set(key: String(text[..<sign]), text: String(text[text.index(after: sign)...])))
  }

  /// Sets a key that a GGUF has by convention: `general.name`, `general.tags`, ...
  public mutating func setGeneral(_ key: String, to value: MetadataValue) {
    list.append(.name(key: key, value))
  }

  /// Sets a key to a value.
  public mutating func set(_ key: String, to value: MetadataValue) {
    list.append(.put(key: key, value))
  }

  /// Removes the keys that match a pattern (`*` and `?`).
  public mutating func remove(_ pattern: String) { list.append(.remove(pattern: pattern)) }

  /// Sets the id of a special token by a text of the form `bos=ID` or `bos=TEXT`.
  public mutating func setToken(_ text: String) throws(ConversionError) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw ConversionError(.options, "'\(text)' is not of the form ROLE=ID or ROLE=TEXT")
    }
    list.append(
      .token(role: String(text[..<sign]), text: String(text[text.index(after: sign)...])))
  }

  /// Sets the keys of another header that match one of the patterns; without patterns all that tell
  /// about the model rather than its file: `general.*` and `tokenizer.*`.
  ///
  /// - Parameter removed: keys of the target; those that match and that the other header lacks are
  ///   removed.
  public mutating func copy(
    _ other: Metadata, matching patterns: [String], replacing removed: Metadata = [:]
  ) throws(ConversionError) {
    if !patterns.isEmpty { try KeyChoice(patterns).check(other) }
    let wanted = Self.selected(other, patterns)
    guard !wanted.isEmpty else {
      throw ConversionError(.key, "the source has no key to be copied")
    }
    for key in wanted { if let value = other[key] { list.append(.put(key: key, value)) } }
    for key in Self.selected(removed, patterns) where other[key] == nil {
      list.append(.remove(pattern: key))
    }
  }

  private static func selected(_ keys: Metadata, _ patterns: [String]) -> [String] {
    if patterns.isEmpty {
      return keys.keys.filter {
        ($0.hasPrefix("general.") || $0.hasPrefix("tokenizer.")) && !KnownKeys.isOfFile($0)
      }
    }
    let choice = KeyChoice(patterns)
    return keys.keys.filter { choice.names($0) || choice.matches($0) && !KnownKeys.isOfFile($0) }
  }
}

/// Keys chosen by names and patterns.
public struct KeyChoice: Sendable {
  private let patterns: [(text: String, glob: Glob)]

  /// Keys that match one of the patterns (`*` and `?`); all if there are none.
  public init(_ patterns: [String]) { self.patterns = patterns.map { ($0, Glob($0)) } }

  /// Whether there are no patterns.
  public var isEverything: Bool { patterns.isEmpty }

  /// Whether a key is chosen.
  public func matches(_ key: String) -> Bool {
    patterns.isEmpty || patterns.contains { $0.glob.matches(key) }
  }

  /// Whether a key is chosen by its own name.
  public func names(_ key: String) -> Bool { patterns.contains { $0.text == key } }

  /// - Throws: `.key` for a pattern that no key matches.
  public func check(_ keys: Metadata) throws(ConversionError) {
    for pattern in patterns where !keys.keys.contains(where: pattern.glob.matches) {
      throw Self.missing(pattern.text, keys)
    }
  }

  /// The error of a pattern that no key matches.
  static func missing(_ pattern: String, _ keys: Metadata) -> ConversionError {
    let last = pattern.split(separator: ".").last.map(String.init) ?? pattern
    let like = keys.keys.filter { $0.contains(last) }.prefix(4)
    return ConversionError(
      .key,
      "no key matches '\(pattern)' among \(keys.count)"
        + (like.isEmpty ? "" : "; there are " + like.joined(separator: ", ")))
  }
}
