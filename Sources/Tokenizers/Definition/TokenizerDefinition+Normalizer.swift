internal import Documents
internal import Failures

extension TokenizerDefinition {
  /// What is done to text before it is split.
  public indirect enum Normalizer: Hashable, Sendable {
    /// A Unicode normalisation form, or another step without settings.
    case plain(Plain)
    /// Removes blanks at the ends.
    case strip(left: Bool, right: Bool)
    /// Puts a text before what is not empty.
    case prepend(String)
    /// Puts a text in place of every match.
    case replace(Pattern, with: String)
    /// BERT's cleaning.
    case bert(BERT)
    /// SentencePiece's table of replacements, as the `tokenizers` library applies it.
    case precompiled([UInt8])
    /// One after the other.
    case sequence([Normalizer])
  }

  /// A normalisation without settings, by its name in tokenizer.json.
  public enum Plain: String, Hashable, Sendable, CaseIterable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"
    /// Control characters go, blanks of all kinds become spaces.
    case nmt = "Nmt"
    case lowercase = "Lowercase"
    /// Marks go.
    case stripAccents = "StripAccents"
    /// Bytes become letters, as in byte-level BPE.
    case byteLevel = "ByteLevel"
  }

  /// BERT's cleaning of text.
  public struct BERT: Hashable, Sendable {
    /// Whether control characters go and blanks become spaces.
    public var cleansText = true
    /// Whether Chinese characters get spaces around them.
    public var spacesChinese = true
    /// Whether accents go; nil if they do exactly when text is lowercased.
    public var stripsAccents: Bool?
    /// Whether text is lowercased.
    public var lowercases = true

    /// The settings of BERT's uncased models.
    public init() {}
  }

  /// What is looked for in text.
  public enum Pattern: Hashable, Sendable {
    /// This text.
    case text(String)
    /// Matches of this regular expression.
    case regex(String)
  }
}

extension TokenizerDefinition.Pattern {
  init(_ part: ComponentJSON, _ key: String) throws(TokenizerError) {
    let value = part.value[key]
    if let text = value?["String"]?.string {
      self = .text(text)
    } else if let regex = value?["Regex"]?.string {
      self = .regex(regex)
    } else {
      throw part.failure("'\(key)' should be an object with 'String' or 'Regex'")
    }
  }

  var json: JSONValue {
    switch self {
    case .text(let text): ["String": .string(text)]
    case .regex(let regex): ["Regex": .string(regex)]
    }
  }
}

extension TokenizerDefinition.Normalizer: TokenizerComponent {
  static let part = "normalizer"

  init(_ part: ComponentJSON) throws(TokenizerError) {
    let type = try part.string("type")
    if let plain = TokenizerDefinition.Plain(rawValue: type) {
      self = .plain(plain)
      return
    }
    switch type {
    case "Strip":
      self = .strip(left: try part.bool("strip_left"), right: try part.bool("strip_right"))
    case "Prepend": self = .prepend(try part.string("prepend"))
    case "Replace": self = .replace(try .init(part, "pattern"), with: try part.string("content"))
    case "BertNormalizer":
      var bert = TokenizerDefinition.BERT()
      bert.cleansText = try part.bool("clean_text", default: true)
      bert.spacesChinese = try part.bool("handle_chinese_chars", default: true)
      bert.stripsAccents = try part.optionalBool("strip_accents")
      bert.lowercases = try part.bool("lowercase", default: true)
      self = .bert(bert)
    case "Precompiled":
      guard let bytes = Base64.decode(try part.string("precompiled_charsmap")) else {
        throw part.failure("'precompiled_charsmap' is not base64")
      }
      self = .precompiled(bytes)
    case "Sequence": self = .sequence(try part.list("normalizers"))
    default:
      throw part.unknown(
        type,
        among: TokenizerDefinition.Plain.allCases.map(\.rawValue) + [
          "Strip", "Prepend", "Replace", "BertNormalizer", "Precompiled", "Sequence",
        ])
    }
  }

  var json: JSONValue {
    switch self {
    case .plain(let plain): ["type": .string(plain.rawValue)]
    case .strip(let left, let right):
      ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    case .prepend(let text): ["type": "Prepend", "prepend": .string(text)]
    case .replace(let pattern, let content):
      ["type": "Replace", "pattern": pattern.json, "content": .string(content)]
    case .bert(let bert):
      [
        "type": "BertNormalizer", "clean_text": .bool(bert.cleansText),
        "handle_chinese_chars": .bool(bert.spacesChinese),
        "strip_accents": bert.stripsAccents.map { .bool($0) } ?? .null,
        "lowercase": .bool(bert.lowercases),
      ]
    case .precompiled(let bytes):
      ["type": "Precompiled", "precompiled_charsmap": .string(Base64.encode(bytes))]
    case .sequence(let list):
      ["type": "Sequence", "normalizers": .array(list.map(\.json))]
    }
  }
}
