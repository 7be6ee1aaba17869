internal import Documents
internal import Failures

extension TokenizerDefinition {
  /// How text is split into pieces, each of which becomes tokens by itself.
  public indirect enum PreTokenizer: Hashable, Sendable {
    /// Bytes become letters, after GPT-2's split if asked for.
    case byteLevel(ByteLevel)
    /// At the matches of a pattern.
    case split(Pattern, SplitBehavior, isInverted: Bool)
    /// Spaces become a letter that begins words.
    case metaspace(Metaspace)
    /// At digits, each by itself or as runs.
    case digits(individual: Bool)
    /// At punctuation.
    case punctuation(SplitBehavior)
    /// BERT's: at blanks, which go, and at punctuation.
    case bert
    /// Runs of word characters and runs of others that are no blanks.
    case whitespace
    /// At blanks, which go.
    case whitespaceSplit
    /// Where the script changes.
    case unicodeScripts
    /// At a character, which goes.
    case delimiter(UnicodeScalar)
    /// Into pieces of so many characters.
    case fixedLength(Int)
    /// One after the other.
    case sequence([PreTokenizer])
  }

  /// Settings of byte-level splitting; the same stand in post-processors and decoders.
  public struct ByteLevel: Hashable, Sendable {
    /// Whether a piece that begins without a space gets one.
    public var addsPrefixSpace = true
    /// Whether offsets leave blanks out; no matter of ids.
    public var trimsOffsets = true
    /// Whether text is split as GPT-2 does.
    public var usesRegex = true

    /// The library's settings.
    public init() {}
  }

  /// How spaces become a letter.
  public struct Metaspace: Hashable, Sendable {
    /// Where the letter is put before a piece.
    public enum Prepend: String, Hashable, Sendable, CaseIterable {
      case always, first, never
    }
    /// The letter.
    public var replacement: UnicodeScalar = "\u{2581}"
    /// Where it is put before a piece that does not begin with it.
    public var prepend = Prepend.always
    /// Whether text is split before each of them.
    public var splits = true

    /// The library's settings.
    public init() {}
  }

  /// What becomes of the matches at which text is split.
  public enum SplitBehavior: String, Hashable, Sendable, CaseIterable {
    /// They go.
    case removed = "Removed"
    /// They are pieces.
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    /// Neighbouring ones are one piece.
    case contiguous = "Contiguous"
  }
}

extension TokenizerDefinition.ByteLevel {
  init(_ part: ComponentJSON) throws(TokenizerError) {
    addsPrefixSpace = try part.bool("add_prefix_space", default: true)
    trimsOffsets = try part.bool("trim_offsets", default: true)
    usesRegex = try part.bool("use_regex", default: true)
  }

  var json: JSONValue {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace),
      "trim_offsets": .bool(trimsOffsets), "use_regex": .bool(usesRegex),
    ]
  }
}

extension TokenizerDefinition.Metaspace {
  /// Old files state `add_prefix_space` in place of `prepend_scheme`.
  init(_ part: ComponentJSON) throws(TokenizerError) {
    replacement = try part.character("replacement", default: "\u{2581}")
    splits = try part.optionalBool("split") ?? true
    if let scheme = try part.optionalString("prepend_scheme") {
      guard let known = Prepend(rawValue: scheme) else {
        throw part.unknown(scheme, among: Prepend.allCases.map(\.rawValue))
      }
      prepend = known
    } else if try part.optionalBool("add_prefix_space") == false {
      prepend = .never
    }
  }

  var json: JSONValue {
    [
      "type": "Metaspace", "replacement": .string(String(replacement)),
      "prepend_scheme": .string(prepend.rawValue), "split": .bool(splits),
    ]
  }
}

extension TokenizerDefinition.SplitBehavior {
  init(_ part: ComponentJSON, default fallback: Self? = nil) throws(TokenizerError) {
    let name = try part.string("behavior", default: fallback?.rawValue)
    guard let known = Self(rawValue: name) else {
      throw part.unknown(name, among: Self.allCases.map(\.rawValue))
    }
    self = known
  }
}

extension TokenizerDefinition.PreTokenizer: TokenizerComponent {
  static let part = "pre_tokenizer"

  init(_ part: ComponentJSON) throws(TokenizerError) {
    switch try part.string("type") {
    case "ByteLevel": self = .byteLevel(try .init(part))
    case "Split":
      self = .split(
        try .init(part, "pattern"), try .init(part),
        isInverted: try part.bool("invert", default: false))
    case "Metaspace": self = .metaspace(try .init(part))
    case "Digits": self = .digits(individual: try part.bool("individual_digits", default: false))
    case "Punctuation": self = .punctuation(try .init(part, default: .isolated))
    case "BertPreTokenizer": self = .bert
    case "Whitespace": self = .whitespace
    case "WhitespaceSplit": self = .whitespaceSplit
    case "UnicodeScripts": self = .unicodeScripts
    case "CharDelimiterSplit": self = .delimiter(try part.character("delimiter"))
    case "FixedLength":
      let length = try part.count("length", default: 5)
      guard length > 0 else { throw part.failure("'length' should be at least 1, found 0") }
      self = .fixedLength(length)
    case "Sequence": self = .sequence(try part.list("pretokenizers"))
    case let type:
      throw part.unknown(
        type,
        among: [
          "ByteLevel", "Split", "Metaspace", "Digits", "Punctuation", "BertPreTokenizer",
          "Whitespace", "WhitespaceSplit", "UnicodeScripts", "CharDelimiterSplit", "FixedLength",
          "Sequence",
        ])
    }
  }

  var json: JSONValue {
    switch self {
    case .byteLevel(let settings): settings.json
    case .split(let pattern, let behavior, let isInverted):
      [
        "type": "Split", "pattern": pattern.json, "behavior": .string(behavior.rawValue),
        "invert": .bool(isInverted),
      ]
    case .metaspace(let settings): settings.json
    case .digits(let individual): ["type": "Digits", "individual_digits": .bool(individual)]
    case .punctuation(let behavior):
      ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
    case .bert: ["type": "BertPreTokenizer"]
    case .whitespace: ["type": "Whitespace"]
    case .whitespaceSplit: ["type": "WhitespaceSplit"]
    case .unicodeScripts: ["type": "UnicodeScripts"]
    case .delimiter(let scalar):
      ["type": "CharDelimiterSplit", "delimiter": .string(String(scalar))]
    case .fixedLength(let length): ["type": "FixedLength", "length": .int(length)]
    case .sequence(let list):
      ["type": "Sequence", "pretokenizers": .array(list.map(\.json))]
    }
  }
}
