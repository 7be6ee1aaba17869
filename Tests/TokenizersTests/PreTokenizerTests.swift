import Documents
import Failures
import Formats
import Testing
import Tokenizers

/// The name of a pre-tokenizer from its structure.
@Suite struct PreTokenizerTests {
  /// A group of the table as the test reads it, without the module's own reader.
  struct Group: Sendable, CustomTestStringConvertible {
    let names: [String]
    let splits: [String]
    let isByteLevel: Bool
    let ignoresMerges: Bool
    let addsSEP: Bool
    var testDescription: String { names[0] }
  }

  static let groups: [Group] = {
    guard let text = Formats.document("Pretokenizers/pretokenizers.json")?.text,
      let root = try? JSONValue.parse(text)
    else { return [] }
    return (root["groups"]?.array ?? []).flatMap { entry in
      ["regexes", "original"].compactMap { list in
        let splits = entry[list]?.array?.compactMap(\.string) ?? []
        guard !splits.isEmpty, let names = entry["names"]?.array?.compactMap(\.string) else {
          return nil
        }
        return Group(
          names: names, splits: splits, isByteLevel: entry["byteLevel"]?.bool ?? true,
          ignoresMerges: entry["ignoreMerges"]?.bool ?? false,
          addsSEP: entry["addSEP"]?.bool ?? false)
      }
    }
  }()

  /// Names whose splits, `ignore_merges` and separators agree: any of them may be found.
  static func equivalents(_ group: Group) -> Set<String> {
    Set(
      groups.filter {
        $0.splits == group.splits && $0.isByteLevel == group.isByteLevel
          && $0.ignoresMerges == group.ignoresMerges && $0.addsSEP == group.addsSEP
      }.flatMap(\.names))
  }

  static func split(_ regex: String) -> JSONValue {
    [
      "type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated",
      "invert": false,
    ]
  }

  static let byteLevel: JSONValue = ["type": "ByteLevel", "use_regex": false]

  /// The name found for a tokenizer with a small vocabulary.
  static func name(
    _ parts: [JSONValue], ignoresMerges: Bool = false, addsSEP: Bool = false
  ) throws -> String {
    try vocabulary(parts, ignoresMerges: ignoresMerges, addsSEP: addsSEP).preTokenizer
  }

  static func vocabulary(
    _ parts: [JSONValue], ignoresMerges: Bool = false, addsSEP: Bool = false,
    config: JSONValue? = nil
  ) throws -> Vocabulary {
    var file: JSONValue = [
      "model": [
        "type": "BPE", "ignore_merges": .bool(ignoresMerges),
        "vocab": ["a": 0, "b": 1, "ab": 2, "</s>": 3], "merges": [["a", "b"]],
      ],
      "added_tokens": [["id": 3, "content": "</s>", "special": true]],
      "pre_tokenizer": ["type": "Sequence", "pretokenizers": .array(parts)],
    ]
    if addsSEP {
      file["post_processor"] = [
        "type": "RobertaProcessing", "sep": ["</s>", 3], "cls": ["</s>", 3],
      ]
    }
    return try TokenizerFormats.read(
      TokenizerSource(files: ["tokenizer.json": file.bytes()], config: config))
  }

  /// Of names that split alike, one that begins with the model's type.
  @Test(arguments: [
    ("stablelm", "stablelm2"), ("qwen2", "qwen2"), ("qwen2_moe", "qwen2"), ("other", "qwen2"),
  ])
  func namesOfTheModelsOwnType(type: String, expected: String) throws {
    let regexes = Self.groups.first { $0.names.contains("qwen2") }?.splits ?? []
    let splits = regexes.map { Self.split($0) }
    let found = try Self.vocabulary(
      splits + [Self.byteLevel], config: ["model_type": .string(type)])
    #expect(found.preTokenizer == expected)
  }

  @Test func theTableIsThere() {
    #expect(Self.groups.count > 30)
    #expect(Set(Self.groups.flatMap(\.names)).count >= 90)
  }

  @Test(arguments: groups.filter(\.isByteLevel))
  func everyRowIsFound(_ group: Group) throws {
    let parts = group.splits.map(Self.split) + [Self.byteLevel]
    let name = try Self.name(
      parts, ignoresMerges: group.ignoresMerges, addsSEP: group.addsSEP)
    #expect(Self.equivalents(group).contains(name), "found \(name)")
  }

  @Test(arguments: [
    // the spellings in use of one and the same split
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      true, "llama-bpe"
    ),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      true, "llama-bpe"
    ),
    (
      #"'(?i:[sdmt]|ll|ve|re)|[^\n\r\p{N}\p{L}]?\p{L}+|\p{N}{1,3}| ?[^\p{L}\s\p{N}]+[\n\r]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      true, "llama-bpe"
    ),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      false, "dbrx"
    ),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      false, "qwen2"
    ),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\pL\pN]?\pL+|\pN{1}| ?[^\s\pL\pN]+[\r\n]{0,}|\s*[\r\n]{1,}|\s+(?!\S)|\s+"#,
      false, "qwen2"
    ),
    (
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, false, "gpt-2"
    ),
    (#"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s+(?!\S)"#, false, "gpt-2"),
    (
      #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      false, "gpt-4o"
    ),
    (
      #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      true, "tekken"
    ),
  ])
  func spellings(_ regex: String, _ ignoresMerges: Bool, _ expected: String) throws {
    let name = try Self.name([Self.split(regex), Self.byteLevel], ignoresMerges: ignoresMerges)
    #expect(name == expected)
  }

  @Test func partsThatAreNoSplits() throws {
    let gpt2: JSONValue = ["type": "ByteLevel", "add_prefix_space": false]
    let digits: JSONValue = ["type": "Digits", "individual_digits": true]
    #expect(try Self.name([gpt2]) == "gpt-2")
    #expect(try Self.name([gpt2], addsSEP: true) == "roberta-bpe")
    #expect(try Self.name([digits, gpt2]) == "starcoder")
    #expect(try Self.name([["type": "Sequence", "pretokenizers": [digits, gpt2]]]) == "starcoder")
    let punctuation: JSONValue = ["type": "Punctuation", "behavior": "Contiguous"]
    let numbers: JSONValue = ["type": "Digits", "individual_digits": false]
    #expect(
      try Self.name([punctuation, gpt2, numbers, Self.split("[0-9][0-9][0-9]")]) == "falcon")
  }

  @Test func aNameThatDiffersInWholePiecesServesWhereNoTokenNeedsThem() throws {
    let gpt2: JSONValue = ["type": "ByteLevel", "add_prefix_space": false]
    let vocabulary = try Self.vocabulary([gpt2], ignoresMerges: true)
    #expect(vocabulary.preTokenizer == "gpt-2")
    #expect(!vocabulary.notes.contains { $0.contains("ignore_merges") })
  }

  @Test(arguments: [
    #"\p{L}+|\p{N}+"#, #"(?i:'s|'t)|\p{L}+"#, "(", "[a", #"\q"#, "a{2", "",
    String(repeating: "(?:", count: 4000), String(repeating: "(?:a|b)", count: 4000),
  ])
  func unknownSplitsAreNamed(_ regex: String) throws {
    let error = #expect(throws: TokenizerError.self) {
      try Self.name([Self.split(regex), Self.byteLevel])
    }
    #expect(error?.code == .preTokenizer)
    #expect(error?.exitStatus == .unsupported)
    #expect(error?.message.contains("/\(regex)/") == true)
    #expect(error?.message.contains("nearest") == true)
    #expect(error?.place.file == "tokenizer.json")
  }

  @Test func otherPartsAreNamed() throws {
    for type in ["Whitespace", "BertPreTokenizer", "UnicodeScripts"] {
      let error = #expect(throws: TokenizerError.self) {
        try Self.name([["type": .string(type)], Self.byteLevel])
      }
      #expect(error?.code == .preTokenizer)
      #expect(error?.message.contains(type) == true)
    }
    var merged = Self.split(#"\p{N}"#)
    merged["behavior"] = "MergedWithNext"
    let error = #expect(throws: TokenizerError.self) { try Self.name([merged, Self.byteLevel]) }
    #expect(error?.message.contains("Split(MergedWithNext)") == true)
  }
}
