/// A row of `hyperparameters`.
public struct Parameter: Sendable {
  /// The name that expressions use.
  public let name: String
  /// What its values are.
  public let type: ParameterType
  /// Where config.json has it: the first one found counts, the first one is written.
  public let paths: [String]
  /// The GGUF key as written: `.x` stands for `<gguf name>.x`.
  public let key: String?
  /// The value where a source lacks it.
  public let fallback: Formula?
  /// The value where config.json says null.
  public let null: Formula?
  /// The value, whatever a source says; one that says otherwise is refused.
  public let fixed: Formula?
  /// The value where a GGUF lacks the key.
  public let recover: Formula?
  /// Whether the key is written.
  public let write: Formula?
  /// Where the row stands.
  public let location: SourceLocation
}

/// What the values of a hyper-parameter are.
public struct ParameterType: Hashable, Sendable {
  /// One value.
  public enum Base: Hashable, Sendable {
    /// 64-bit integer; UINT32 in GGUF.
    case int
    /// Real number; FLOAT32 in GGUF.
    case real
    /// Truth; BOOL in GGUF.
    case bool
    /// Text; STRING in GGUF.
    case text
    /// One of several words; STRING in GGUF, UINT32 where they have numbers.
    case choice([Word])
  }

  /// A word of a choice.
  public struct Word: Hashable, Sendable {
    /// The word in config.json and in expressions.
    public let text: String
    /// Its number in GGUF.
    public let number: Int?
  }

  /// How many values there are.
  public enum Count: Hashable, Sendable {
    /// One.
    case one
    /// A list of any length.
    case list
    /// A list that config.json holds as an object with the keys "0", "1", ...
    case numbered
    /// As many as the hyper-parameter says; a single value is repeated.
    case per(String)
  }

  /// What one value is.
  public let base: Base
  /// How many there are.
  public let count: Count

  /// The words of a choice, empty for other types.
  public var words: [Word] { if case .choice(let words) = base { words } else { [] } }

  /// The type as messages print it.
  public var description: String {
    let one =
      switch base {
      case .int: "int"
      case .real: "real"
      case .bool: "bool"
      case .text: "text"
      case .choice(let words): words.map(\.text).joined(separator: "|")
      }
    return switch count {
    case .one: one
    case .list: one + "[]"
    case .numbered: one + "{}"
    case .per(let name): "\(one)[\(name)]"
    }
  }
}
