import Documents
import Foundation
import Testing
import _TestSupport

/// Broken tokenizer files through the program: it names the defect, and never traps.
@Suite struct BrokenTokenizerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    let bytes: [UInt8]
    let expect: String
    var options: [String] = []
    var says = ""
    var testDescription: String { name }
  }

  /// The 20 files of the reference data.
  static let ranks: [Case] = {
    guard let root = try? JSONValue.parse(Golden.bytes("Tokenizers/tiktoken-broken/cases.json"))
    else { return [] }
    return (root.object ?? [:]).map { name, entry in
      let digits = Array((entry["hex"]?.string ?? "").utf8)
      let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
      }
      return Case(
        name: name, file: "x.tiktoken", bytes: bytes, expect: entry["expect"]?.string ?? "",
        options: ["--pattern", #"\s+|\S+"#])
    }
  }()

  /// A small byte-level BPE that is whole.
  static func whole(
    vocab: String? = nil, merges: String = #"[["a","b"]]"#, model: String = #""type":"BPE""#,
    rest: String = ""
  ) -> String {
    #"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"#
      + #""pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"#
      + #""use_regex":true},"post_processor":null,"decoder":{"type":"ByteLevel"},"#
      + rest
      + #""model":{\#(model),"vocab":\#(vocab ?? #"{"a":0,"b":1,"ab":2}"#),"merges":\#(merges)}}"#
  }

  static func edited(_ from: String, _ to: String) -> String {
    whole().replacingOccurrences(of: from, with: to)
  }

  static let documents: [Case] = {
    let deep = String(repeating: "[", count: 100_000)
    let nested =
      String(repeating: #"{"type":"Sequence","pretokenizers":["#, count: 200)
      + #"{"type":"BertPreTokenizer"}"# + String(repeating: "]}", count: 200)
    let steps =
      #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"#
    let texts: [(String, String, String)] = [
      ("empty", "", "reject"), ("cut", String(whole().dropLast(20)), "reject"),
      ("not-json", "tokenizer", "reject"), ("list", "[]", "reject"), ("number", "1", "reject"),
      ("null", "null", "reject"), ("no-model", #"{"version":"1.0","added_tokens":[]}"#, "reject"),
      ("model-null", #"{"added_tokens":[],"model":null}"#, "reject"),
      ("model-list", #"{"added_tokens":[],"model":[]}"#, "reject"),
      ("no-vocab", #"{"added_tokens":[],"model":{"type":"BPE","merges":[]}}"#, "reject"),
      ("vocab-null", whole(vocab: "null"), "reject"),
      ("vocab-list", whole(vocab: #"["a","b"]"#), "reject"),
      ("vocab-text-id", whole(vocab: #"{"a":"0"}"#, merges: "[]"), "reject"),
      ("vocab-fraction", whole(vocab: #"{"a":0.5}"#, merges: "[]"), "reject"),
      ("vocab-negative", whole(vocab: #"{"a":-1,"b":1,"ab":2}"#), "reject"),
      ("vocab-huge-id", whole(vocab: #"{"a":9999999999999,"b":1,"ab":2}"#), "reject"),
      ("vocab-beyond-64-bits", whole(vocab: #"{"a":99999999999999999999999}"#), "reject"),
      ("vocab-same-id", whole(vocab: #"{"a":0,"b":0,"ab":2}"#), "reject"),
      ("vocab-same-text", whole(vocab: #"{"a":0,"b":1,"ab":2,"a":3}"#), "reject"),
      ("vocab-twice", edited(#""merges""#, #""vocab":{},"merges""#), "reject"),
      ("model-twice", edited(#""padding":null"#, #""padding":null,"model":{}"#), "reject"),
      ("merge-unknown", whole(merges: #"[["a","c"]]"#), "reject"),
      ("merge-no-result", whole(merges: #"[["b","a"]]"#), "reject"),
      ("merge-three", whole(merges: #"[["a","b","a"]]"#), "reject"),
      ("merge-one", whole(merges: #"["ab"]"#), "reject"),
      ("merge-number", whole(merges: "[1]"), "reject"),
      ("merges-object", whole(merges: "{}"), "reject"),
      ("unknown-model", whole(model: #""type":"Mystery""#), "reject"),
      ("model-type-number", whole(model: #""type":7"#), "either"),
      ("unigram-object", whole(model: #""type":"Unigram""#), "reject"),
      ("unigram-scores", whole(vocab: #"[["a","x"]]"#, model: #""type":"Unigram""#), "reject"),
      ("unigram-pair", whole(vocab: #"[["a"]]"#, model: #""type":"Unigram""#), "reject"),
      (
        "unigram-huge-score", whole(vocab: #"[["a",1e999]]"#, model: #""type":"Unigram""#), "reject"
      ),
      (
        "unigram-unk",
        whole(vocab: #"[["a",-1]]"#, merges: "[]", model: #""type":"Unigram","unk_id":7"#), "reject"
      ),
      (
        "wordpiece-longest", whole(model: #""type":"WordPiece","max_input_chars_per_word":-1"#),
        "reject"
      ),
      (
        "unknown-normalizer", edited(#""normalizer":null"#, #""normalizer":{"type":"Rot13"}"#),
        "reject"
      ),
      ("normalizer-text", edited(#""normalizer":null"#, #""normalizer":"NFC""#), "reject"),
      (
        "charsmap",
        edited(
          #""normalizer":null"#, #""normalizer":{"type":"Precompiled","precompiled_charsmap":"!!"}"#
        ),
        "reject"
      ),
      (
        "charsmap-short",
        edited(
          #""normalizer":null"#,
          #""normalizer":{"type":"Precompiled","precompiled_charsmap":"/////w=="}"#), "reject"
      ),
      ("unknown-pre-tokenizer", edited(steps, #"{"type":"Scissors"}"#), "reject"),
      (
        "bad-expression",
        edited(
          steps, #"{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated","invert":false}"#),
        "reject"
      ),
      (
        "bad-behaviour",
        edited(
          steps, #"{"type":"Split","pattern":{"Regex":"a"},"behavior":"Torn","invert":false}"#),
        "reject"
      ),
      ("deep-sequence", edited(steps, nested), "reject"),
      ("deep-nesting", edited(#""padding":null"#, #""padding":\#(deep)"#), "reject"),
      (
        "unknown-decoder", edited(#""decoder":{"type":"ByteLevel"}"#, #""decoder":{"type":"X"}"#),
        "reject"
      ),
      (
        "template-without-token",
        edited(
          #""post_processor":null"#,
          #""post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}}"#
        ), "reject"
      ),
      (
        "added-no-id", edited(#""added_tokens":[]"#, #""added_tokens":[{"content":"x"}]"#), "reject"
      ),
      ("added-object", edited(#""added_tokens":[]"#, #""added_tokens":{}"#), "reject"),
      (
        "added-huge-id",
        edited(#""added_tokens":[]"#, #""added_tokens":[{"content":"x","id":99999999999}]"#),
        "either"
      ),
      ("half-surrogate", whole(vocab: #"{"a":0,"b":1,"ab":2,"\ud800":3}"#), "reject"),
      ("raw-control", whole(vocab: "{\"a\":0,\"b\":1,\"ab\":2,\"\u{1}\":3}"), "reject"),
      ("behind-the-end", whole() + "{}", "reject"), ("whole", whole(), "accept"),
    ]
    return texts.map { Case(name: $0, file: "tokenizer.json", bytes: Array($1.utf8), expect: $2) }
      + [
        Case(
          name: "not-utf8", file: "tokenizer.json",
          bytes: Array(#"{"added_tokens":[],"model":{"type":"BPE","vocab":{""#.utf8) + [0xFF]
            + Array(#"":0},"merges":[]}}"#.utf8), expect: "reject"),
        Case(
          name: "zeros", file: "tokenizer.json", bytes: .init(repeating: 0, count: 64),
          expect: "reject"),
      ]
  }()

  /// Other files, and what is given with files of ranks.
  static let others: [Case] = {
    let ranks = (0..<256).map { "\(Data([UInt8($0)]).base64EncodedString()) \($0)\n" }.joined()
    func ranked(_ name: String, _ options: [String], _ says: String) -> Case {
      Case(
        name: name, file: "x.tiktoken", bytes: Array(ranks.utf8), expect: "reject",
        options: options, says: says)
    }
    return [
      Case(
        name: "pointer", file: "tokenizer.model",
        bytes: Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
        expect: "reject", says: "LFS"),
      Case(
        name: "noise", file: "tokenizer.model", bytes: [7, 1, 2, 3, 0xFF, 0xFE], expect: "reject"),
      Case(name: "model-empty", file: "tokenizer.model", bytes: [], expect: "reject"),
      Case(
        name: "model-cut", file: "tokenizer.model",
        bytes: [10, 14, 10, 5] + Array("<unk>".utf8), expect: "reject"),
      Case(
        name: "tekken-cut", file: "tekken.json", bytes: Array(#"{"config":{"#.utf8),
        expect: "reject"),
      Case(name: "vocab-txt-empty", file: "vocab.txt", bytes: [], expect: "reject"),
      Case(
        name: "vocab-json-alone", file: "vocab.json", bytes: Array(#"{"a":0}"#.utf8),
        expect: "reject"),
      Case(
        name: "gguf-cut", file: "x.gguf", bytes: Array("GGUF".utf8) + [3, 0, 0, 0], expect: "reject"
      ),
      ranked("no-pattern", [], "no known tokenizer"),
      ranked("bad-pattern", ["--pattern", "(a"], "(a"),
      ranked("unknown-name", ["--pattern", "gpt9"], "known are"),
      ranked("look-behind", ["--pattern", "(?<=a)b"], "(?<=a)b"),
      ranked("no-file", ["--pattern", "gpt2", "--special-tokens", "nowhere.json"], "nowhere.json"),
    ]
  }()

  @Test func thereAreEnough() {
    #expect(Self.ranks.count == 20)
    #expect(Self.documents.count > 50)
    let all = Self.ranks + Self.documents + Self.others
    #expect(Set(all.map(\.name)).count == all.count)
  }

  @Test(arguments: ranks + documents + others) func isJudged(_ item: Case) throws {
    let folder = try TemporaryFolder()
    let input = try folder.write("in/" + item.file, item.bytes)
    // The whole pipeline: reading, making the encoder, encoding.
    let runs: [[String]] = [
      ["encode", input] + item.options, ["info", input] + item.options,
      ["convert", input, "-o", folder.path("out.json")] + item.options,
    ]
    var results: [ProcessResult] = []
    for arguments in runs {
      let result = try LatheBinary.run(["tokenizer"] + arguments, input: "ab a b")
      results.append(result)
      let said = Comment(rawValue: "\(item.name): \(result.status): \(result.standardError)")
      #expect([0, 65, 66, 69].contains(result.status), said)
      #expect(!result.standardError.contains("Fatal error"), said)
      guard result.status != 0 else { continue }
      #expect(result.standardError.hasPrefix("lathe: error: "), said)
      #expect(result.standardError.split(separator: "\n").count == 1, said)
      #expect(result.standardError.utf8.count < 4000, said)
      if item.says.isEmpty {
        #expect(result.standardError.contains(folder.path("in")), said)
      } else {
        #expect(result.standardError.contains(item.says), said)
      }
    }
    switch item.expect {
    case "accept": #expect(results.allSatisfy { $0.status == 0 }, "\(item.name)")
    case "reject": #expect(results[0].status != 0, "\(item.name)")
    default: break
    }
    if results[2].status != 0 {
      #expect(!FileManager.default.fileExists(atPath: folder.path("out.json")))
    }
  }
}
