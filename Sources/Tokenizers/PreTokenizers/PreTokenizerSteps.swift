internal import Documents

/// A tokenizer.json's pre-tokenizer as splits one after the other.
struct PreTokenizerSteps {
  /// How often pre-tokenizers may nest.
  static let maximumDepth = 16
  /// GPT-2's expression, which `ByteLevel` applies unless told otherwise.
  static let gpt2 =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  /// `Punctuation` as an expression: ASCII punctuation and Unicode's category P.
  static let punctuation = #"[\p{P}\$\+<=>\^~\|`]"#

  /// The expressions as the file has them.
  var regexes: [String] = []
  /// Their canonical spellings; nil where there is none.
  var spellings: [String?] = []
  /// Whether the pieces become bytes written as letters.
  var isByteLevel = false
  /// Parts that are no splits, or splits of a behaviour that GGUF has no name for.
  var others: [String] = []

  init(_ value: JSONValue) { add(value, depth: 0) }

  private mutating func add(_ value: JSONValue, depth: Int) {
    guard depth <= Self.maximumDepth else { return others.append("a too deep nesting") }
    let type = value["type"]?.string ?? ""
    switch type {
    case "": if !value.isNull { others.append("a part without a type") }
    case "Sequence":
      for part in value["pretokenizers"]?.array ?? [] { add(part, depth: depth + 1) }
    case "ByteLevel":
      if value["use_regex"]?.bool ?? true { add(Self.gpt2) }
      isByteLevel = true
    case "Digits":
      add(value["individual_digits"]?.bool == true ? #"\p{N}"# : #"\p{N}+"#)
    case "Punctuation":
      switch value["behavior"]?.string ?? "Isolated" {
      case "Isolated": add(Self.punctuation)
      case "Contiguous": add(Self.punctuation + "+")
      case let behavior: others.append("Punctuation(\(behavior))")
      }
    case "Split": addSplit(value)
    default: others.append(type)
    }
  }

  private mutating func addSplit(_ value: JSONValue) {
    let behavior = value["behavior"]?.string ?? ""
    let isInverted = value["invert"]?.bool ?? false
    // Removing what does not match is the same as keeping what does: the expressions leave nothing.
    let isSupported = isInverted ? behavior == "Removed" : behavior == "Isolated"
    guard isSupported else {
      return others.append("Split(\(behavior)\(isInverted ? ", inverted" : ""))")
    }
    if let regex = value["pattern"]?["Regex"]?.string {
      add(regex)
    } else if let literal = value["pattern"]?["String"]?.string {
      add(literal.unicodeScalars.map(RegexNode.escape).joined())
    } else {
      others.append("Split without a pattern")
    }
  }

  private mutating func add(_ regex: String) {
    regexes.append(regex)
    spellings.append(CanonicalRegex.spelling(of: regex))
  }
}

extension PreTokenizerSteps {
  /// The pre-tokenizer of tokenizer.json that splits as a group of the table does.
  ///
  /// Where the tokenizer's own splits are known and go on behind GPT-2's (Falcon), those behind it see
  /// the letters of bytes, as they do in that tokenizer.
  static func json(_ group: PreTokenizerTable.Group) -> JSONValue {
    let isOriginal = !group.original.isEmpty
    let regexes = isOriginal ? group.original : group.regexes
    let spelling = CanonicalRegex.spelling(of: gpt2)
    func isGPT2(_ place: Int) -> Bool {
      group.isByteLevel && (isOriginal || place == regexes.count - 1)
        && CanonicalRegex.spelling(of: regexes[place]) == spelling
    }
    var isInBytes = false
    var parts: [JSONValue] = []
    for (place, regex) in regexes.enumerated() {
      if isGPT2(place) {
        parts.append(letters(usesRegex: true))
        isInBytes = true
      } else {
        parts.append(isOriginal ? named(regex) ?? split(regex) : split(regex))
      }
    }
    if group.isByteLevel, !isInBytes { parts.append(letters(usesRegex: false)) }
    if parts.count == 1 { return parts[0] }
    return ["type": "Sequence", "pretokenizers": .array(parts)]
  }

  private static func letters(usesRegex: Bool) -> JSONValue {
    [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
      "use_regex": .bool(usesRegex),
    ]
  }

  private static func split(_ regex: String) -> JSONValue {
    [
      "type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated",
      "invert": false,
    ]
  }

  /// The pre-tokenizer that has a name of its own for an expression, which goes by other versions of
  /// Unicode than expressions do.
  private static func named(_ regex: String) -> JSONValue? {
    switch CanonicalRegex.spelling(of: regex) {
    case CanonicalRegex.spelling(of: punctuation + "+"):
      ["type": "Punctuation", "behavior": "Contiguous"]
    case CanonicalRegex.spelling(of: #"\p{N}+"#): ["type": "Digits", "individual_digits": false]
    default: nil
    }
  }
}
