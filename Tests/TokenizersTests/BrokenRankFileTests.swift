import Documents
import Failures
import Testing
import _TestSupport

@testable import Tokenizers

/// Broken tiktoken and tekken files: errors that say what is wrong where.
@Suite struct BrokenRankFileTests {
  static let cases: [String: JSONValue] = {
    guard let root = try? JSONValue.parse(Golden.bytes("Tokenizers/tiktoken-broken/cases.json")),
      let object = root.object
    else { return [:] }
    return Dictionary(uniqueKeysWithValues: object.map { ($0, $1) })
  }()

  static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
    }
  }

  static func read(_ bytes: [UInt8]) throws -> RankVocabulary {
    try RankVocabulary(
      ranks: RankFile.read(bytes, file: "x.tiktoken"), pattern: PreTokenizerSteps.gpt2,
      special: [], file: "x.tiktoken")
  }

  @Test func thereAreTwentyCases() { #expect(Self.cases.count == 20) }

  @Test(arguments: cases.keys.sorted())
  func case_(_ name: String) throws {
    let entry = try #require(Self.cases[name])
    let bytes = Self.bytes(entry["hex"]?.string ?? "")
    do {
      let vocabulary = try Self.read(bytes)
      #expect(entry["expect"]?.string != "reject", "\(entry["wrong"]?.string ?? "")")
      let tokenizer = try Tokenizer(vocabulary.rankDefinition())
      #expect(
        try tokenizer.decode(tokenizer.encode("hello he\u{0}")) == Array("hello he\u{0}".utf8))
      _ = try Tokenizer(vocabulary.definition())
    } catch let error as TokenizerError {
      #expect(entry["expect"]?.string != "accept", "\(error)")
      #expect(error.place.file == "x.tiktoken")
      #expect(!error.message.isEmpty)
    }
  }

  static let bytesOnly = (0..<256).map { "\(Base64.encode([UInt8($0)])) \($0)\n" }.joined()

  @Test(arguments: [
    ("aGU=", TokenizerError.Code.syntax, "without a space"),
    (" 256", .syntax, "begins with a space"),
    ("aGU= 1x", .syntax, "'1x'"), ("aGU= -1", .syntax, "'-1'"), ("aGU= ", .syntax, "no rank"),
    ("a*U= 256", .syntax, "'a*U=', which is not base64"), ("aGU 256", .syntax, "not base64"),
    ("aGU= 99999999999999999999999999", .id, "too great"), ("aGU= 4294967295", .id, "too great"),
    ("aGU= 100000", .id, "the greatest rank is 100000"),
    ("aGU= 255", .duplicate, "the lines 256 and 257"),
    ("YQ== 256", .duplicate, "the ranks 97 and 256"),
    (String(repeating: "A", count: 70000) + " 256", .limit, "at most 65536"),
  ])
  func lines(_ line: String, _ code: TokenizerError.Code, _ message: String) throws {
    let error = #expect(throws: TokenizerError.self) {
      try Self.read(Array((Self.bytesOnly + line).utf8))
    }
    #expect(error?.code == code)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.exitStatus == .malformed)
  }

  @Test func everyByteNeedsAToken() throws {
    let error = #expect(throws: TokenizerError.self) { try Self.read(Array("AA== 0\n".utf8)) }
    #expect(error?.code == .schema)
    #expect(error?.message.contains("the byte 1") == true)
  }

  @Test func contentTells() throws {
    #expect(RankFile.recognises(Array(Self.bytesOnly.utf8)))
    #expect(RankFile.recognises(Array("AA== 0\r\nAQ== 1".utf8)))
    for text in ["", "{}", "version https://git-lfs", "AA== ", " 0", "AA 0", "AA==0"] {
      #expect(!RankFile.recognises(Array(text.utf8)), "\(text)")
    }
  }

  static let tekken: JSONValue = {
    var entries: [JSONValue] = (0..<256).map {
      ["rank": .int($0), "token_bytes": .string(Base64.encode([UInt8($0)])), "token_str": .null]
    }
    entries.append(["rank": 256, "token_bytes": "aGU=", "token_str": "he"])
    entries.append(["rank": 257, "token_bytes": "bGw=", "token_str": "ll"])
    return [
      "config": [
        "pattern": .string(PreTokenizerSteps.gpt2), "default_vocab_size": 281,
        "default_num_special_tokens": 24, "num_vocab_tokens": 258, "version": "v3",
      ],
      "vocab": .array(entries),
      "special_tokens": [
        ["rank": 0, "token_str": "<unk>", "is_control": true],
        ["rank": 2, "token_str": "[X]", "is_control": true],
      ],
    ]
  }()

  @Test func tekkenWithSpecialTokens() throws {
    let vocabulary = try TekkenFile.read(Self.tekken.bytes())
    #expect(vocabulary.count == 281 && vocabulary.ranks.count == 257 && vocabulary.firstID == 24)
    #expect(
      vocabulary.special.prefix(4).map(\.text) == ["<unk>", "<SPECIAL_1>", "[X]", "<SPECIAL_3>"])
    let tokenizer = try Tokenizer(vocabulary.definition())
    #expect(try tokenizer.encode("[X]hell", special: .parse) == [2, 280, 132, 132])
    #expect(try tokenizer.encode("he") == [280])
    var old = Self.tekken
    old["special_tokens"] = .null
    #expect(try TekkenFile.read(old.bytes()).special[19].text == "[TOOL_CONTENT]")
  }

  @Test func brokenTekken() throws {
    func change(_ edit: (inout JSONValue) -> Void) -> [UInt8] {
      var value = Self.tekken
      edit(&value)
      return value.bytes()
    }
    func config(_ key: String, _ value: JSONValue) -> [UInt8] {
      change { root in
        var config = root["config"] ?? [:]
        config[key] = value
        root["config"] = config
      }
    }
    func entry(_ entry: JSONValue) -> [UInt8] {
      change { root in
        root["vocab"] = .array((root["vocab"]?.array ?? []).dropLast(2) + [entry, entry])
      }
    }
    let cases: [([UInt8], TokenizerError.Code, String)] = [
      (Array("{".utf8), .syntax, ""), (Array("[]".utf8), .schema, ""),
      (Array("{}".utf8), .schema, "pattern"), (config("pattern", 1), .schema, "pattern"),
      (config("default_vocab_size", -1), .schema, "default_vocab_size"),
      (config("default_vocab_size", 1_099_511_627_776), .schema, "default_vocab_size"),
      (config("default_vocab_size", 283), .schema, "needs 259 entries; the file has 258"),
      (config("default_num_special_tokens", 281), .schema, "needs 0 entries"),
      (entry(["rank": 255, "token_bytes": "aGU="]), .duplicate, "255"),
      (entry(["rank": -1, "token_bytes": "aGU="]), .duplicate, "-1"),
      (entry(["rank": 256, "token_bytes": "a"]), .syntax, "'a'"),
      (entry(["rank": 256]), .schema, "token_bytes"),
      (entry(["token_bytes": "aGU="]), .schema, "rank"),
      (change { $0["special_tokens"] = [["rank": 24, "token_str": "x"]] }, .schema, "below 24"),
      (change { $0["special_tokens"] = [["rank": 0]] }, .schema, "token_str"),
    ]
    for (bytes, code, message) in cases {
      let error = #expect(throws: TokenizerError.self) { try TekkenFile.read(bytes) }
      #expect(error?.code == code, "\(error?.message ?? "")")
      #expect(message.isEmpty || error?.message.contains(message) == true, "\(code)")
      #expect(error?.place.file == "tekken.json")
    }
  }
}
