import Documents
import Failures
import Testing
import _TestSupport

@testable import Tokenizers

/// Broken tokenizer.json files and models: clear errors, no trap.
@Suite struct BrokenDefinitionTests {
  static func define(_ model: String, _ rest: String = "") throws -> Tokenizer {
    let file = #"{"version": "1.0", "model": \#(model)\#(rest)}"#
    return try Tokenizer(TokenizerDefinition(tokenizerJSON: Array(file.utf8)))
  }

  static let words = #"{"type": "WordLevel", "vocab": {"a": 0, "b": 1}, "unk_token": "a"}"#

  @Test(arguments: [
    (#"{"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}"#, "merge", "'b'"),
    (#"{"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": [["a", "b"]]}"#, "merge", "'ab'"),
    (#"{"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}"#, "schema", "two parts"),
    (#"{"type": "BPE", "vocab": {"a": 0}, "merges": [], "fuse_unk": 1}"#, "schema", "fuse_unk"),
    (#"{"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "u"}"#, "missing", "'u'"),
    (#"{"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": "x"}"#, "schema", "dropout"),
    (#"{"type": "BPE", "vocab": [["a", 0.5]], "merges": []}"#, "schema", "object"),
    (#"{"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}"#, "duplicate", "'a'"),
    (#"{"type": "BPE", "vocab": {"a": 1, "b": 1}, "merges": []}"#, "duplicate", "'b'"),
    (#"{"type": "BPE", "vocab": {"a": -1, "b": 1}, "merges": []}"#, "id", "-1"),
    (#"{"type": "BPE", "vocab": {"a": 4294967296}, "merges": []}"#, "id", "4294967296"),
    (#"{"type": "Unigram", "vocab": [["a", 0.5]], "unk_id": 1}"#, "schema", "unk_id"),
    (#"{"type": "Unigram", "vocab": {"a": 1}, "unk_id": 0}"#, "schema", "list"),
    (#"{"type": "Unigram", "vocab": [["a", "x"]], "unk_id": 0}"#, "schema", "number"),
    (#"{"type": "WordPiece", "vocab": {"a": 1}, "max_input_chars_per_word": -1}"#, "schema", "max"),
    (#"{"type": "Whatever", "vocab": {"a": 1}}"#, "unsupported", "WordLevel"),
    (#"{"type": "BPE", "vocab": {"a": 0}"#, "syntax", "expected"),
  ]) func models(_ model: String, _ code: String, _ part: String) throws {
    let error = #expect(throws: TokenizerError.self) { try Self.define(model) }
    #expect(error?.code.name == code)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    (#""normalizer": {"type": "NFX"}"#, "unsupported", "NFKC"),
    (#""normalizer": {"type": "Strip", "strip_left": true}"#, "schema", "strip_right"),
    (#""normalizer": {"type": "Replace", "pattern": "x", "content": ""}"#, "schema", "Regex"),
    (#""normalizer": {"type": "Precompiled", "precompiled_charsmap": "?"}"#, "schema", "base64"),
    (
      #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#, "schema", "3 bytes"
    ),
    (
      #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////w=="}"#, "schema",
      "trie"
    ),
    (#""normalizer": []"#, "schema", "object"),
    (#""pre_tokenizer": {"type": "UnicodeScripts"}"#, "unsupported", "UnicodeScripts"),
    (
      #""pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(?<x>"}, "behavior": "Isolated"}"#,
      "unsupported", "(?<x>"
    ),
    (
      #""pre_tokenizer": {"type": "Split", "pattern": {"String": "x"}, "behavior": "Odd"}"#,
      "unsupported", "MergedWithNext"
    ),
    (#""pre_tokenizer": {"type": "Metaspace", "replacement": "ab"}"#, "schema", "one character"),
    (#""pre_tokenizer": {"type": "FixedLength", "length": 0}"#, "schema", "length"),
    (#""pre_tokenizer": {"replacement": "a"}"#, "schema", "'type'"),
    (
      #""post_processor": {"type": "BertProcessing", "sep": ["a"], "cls": ["a", 1]}"#, "schema",
      "sep"
    ),
    (
      #""post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}],"#
        + #""pair": [], "special_tokens": {}}"#, "schema", "'x'"
    ),
    (#""decoder": {"type": "Strip", "content": " ", "start": -1, "stop": 0}"#, "schema", "start"),
    (
      #""decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, {}]}"#, "schema",
      "decoders[1]"
    ),
    (#""added_tokens": [{"content": "x"}]"#, "schema", "id"),
  ]) func parts(_ part: String, _ code: String, _ words: String) throws {
    let error = #expect(throws: TokenizerError.self) { try Self.define(Self.words, ", " + part) }
    #expect(error?.code.name == code)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func nestingHasALimit() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: #"{"type": "Sequence", "decoders": ["#, count: depth) + #"{"type": "Fuse"}"#
        + String(repeating: "]}", count: depth)
    }
    _ = try Self.define(Self.words, #", "decoder": \#(nested(16))"#)
    let error = #expect(throws: TokenizerError.self) {
      try Self.define(Self.words, #", "decoder": \#(nested(17))"#)
    }
    #expect(error?.code == .limit)
  }

  @Test func addedTokensAreNumberedAsTheLibraryDoes() throws {
    func added(_ list: String) throws -> [Int32] {
      try Self.define(Self.words, #", "added_tokens": [\#(list)]"#).definition.addedTokens.map(\.id)
    }
    #expect(try added(#"{"id": 9, "content": "x"}, {"id": 7, "content": "y"}"#) == [2, 3])
    #expect(try added(#"{"id": 9, "content": "b"}, {"id": 9, "content": ""}"#) == [1])
    let sparse = #"{"type": "WordLevel", "vocab": {"a": 0, "b": 2}, "unk_token": "a"}"#
    let error = #expect(throws: TokenizerError.self) {
      try Self.define(sparse, #", "added_tokens": [{"id": 2, "content": "x"}]"#)
    }
    #expect(error?.code == .duplicate)
  }

  @Test func whatCannotBeEncodedIsAnError() throws {
    let noUnknown = try Self.define(#"{"type": "Unigram", "vocab": [["a", -1.5]], "unk_id": null}"#)
    #expect(try noUnknown.encode("aa") == [0, 0])
    let cases = [
      noUnknown, try Self.define(#"{"type": "WordPiece", "vocab": {"a": 0}}"#),
      try Self.define(#"{"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "u"}"#),
    ]
    for tokenizer in cases {
      let error = #expect(throws: TokenizerError.self) { try tokenizer.encode("xy") }
      #expect(error?.code == .missing)
    }
    let error = #expect(throws: TokenizerError.self) { try noUnknown.decode([0, 7]) }
    #expect(error?.code == .id)
    #expect(throws: TokenizerError.self) { try noUnknown.decode([-1]) }
  }

  @Test func invalidBytesAreReplaced() throws {
    let words = try Self.define(
      #"{"type": "WordLevel", "vocab": {"a": 0, "\ufffd": 1, "b": 2}, "unk_token": "a"}"#,
      #", "pre_tokenizer": {"type": "Split", "pattern": {"String": ""}, "behavior": "Isolated"}"#)
    #expect(try words.encode([0xE4, 0xB8]) == [1])
    let model = try Golden.bytes("Tokenizers/sources/small-bpe-noprefix/tokenizer.model")
    let bytes = try Tokenizer(TokenizerDefinition(sentencePiece: model))
    #expect(try bytes.encode([0x61, 0xE4, 0xB8]) == bytes.encode("a\u{FFFD}\u{FFFD}"))
  }

  /// Files with a part replaced by something else: no trap, whatever becomes of them.
  @Test func alteredFiles() throws {
    var random = Sequence64(state: 11)
    let inserts: [JSONValue] = [
      .null, true, -1, 0, 7, 4_294_967_296, "", "x", [], [1], ["a", "b"], [:], ["type": "NFC"],
      .double(1e300), "\u{10FFFF}",
    ]
    var outcomes: (good: Int, bad: Int) = (0, 0)
    for entry in try ComponentTests.golden.get()["tokenizers"]?.array ?? [] {
      let file = try JSONValue.parse(Array(try #require(entry["file"]?.string).utf8))
      guard file.bytes().count < 60_000 else { continue }
      for _ in 0..<25 {
        let insert = inserts[random.next(below: inserts.count)]
        let altered = Self.altered(file, insert, &random, depth: 0)
        do {
          let tokenizer = try Tokenizer(TokenizerDefinition(tokenizerJSON: altered.bytes()))
          let ids = try tokenizer.encode(
            " Hello <s>w\u{F6}rld 42 ", special: .parse, addSpecial: true)
          _ = try tokenizer.decode(ids)
          _ = try tokenizer.definition.tokenizerJSON()
          outcomes.good += 1
        } catch {
          #expect([65, 66, 69].contains(error.exitStatus.rawValue))
          outcomes.bad += 1
        }
      }
    }
    #expect(outcomes.good > 20)
    #expect(outcomes.bad > 50)
  }

  /// A tree with something put in the place of one of its parts.
  private static func altered(
    _ value: JSONValue, _ insert: JSONValue, _ random: inout Sequence64, depth: Int
  ) -> JSONValue {
    if depth > 0, random.next(below: 4) == 0 { return insert }
    switch value {
    case .array(var list) where !list.isEmpty:
      let place = random.next(below: list.count)
      list[place] = altered(list[place], insert, &random, depth: depth + 1)
      return .array(list)
    case .object(let members) where !members.isEmpty:
      let place = random.next(below: members.count)
      var copy = value
      let key = members.keys[place]
      copy[key] = altered(members.values[place], insert, &random, depth: depth + 1)
      return copy
    default: return insert
    }
  }

  /// SentencePiece models with bytes changed: no trap.
  @Test(arguments: ["small-bpe-noprefix", "small-unigram-t5"])
  func alteredModels(_ name: String) throws {
    let model = try Golden.bytes("Tokenizers/sources/\(name)/tokenizer.model")
    var random = Sequence64(state: 5)
    var good = 0
    for round in 0..<60 {
      var altered = model
      // Behind the pieces stands the table of replacements, if there is one.
      let start = round.isMultiple(of: 2) ? 0 : model.count * 2 / 3
      for _ in 0..<(1 + round / 20) {
        altered[start + random.next(below: model.count - start)] = UInt8(random.next(below: 256))
      }
      do {
        let tokenizer = try Tokenizer(TokenizerDefinition(sentencePiece: altered))
        let ids = try tokenizer.encode("The <tool>\n  \u{FB01}ne \u{20AC}", special: .parse)
        _ = try tokenizer.decode(ids)
        good += 1
      } catch {
        #expect([65, 69].contains(error.exitStatus.rawValue))
      }
    }
    #expect(good > 2)
  }
}

/// Numbers that look random, the same in every run.
struct Sequence64 {
  var state: UInt64

  mutating func next(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(limit))
  }
}
