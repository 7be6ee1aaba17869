import Documents
import Foundation
import Testing
import _TestSupport

/// A checkpoint whose only tokenizer is a file of ranks becomes a GGUF and comes back.
@Suite struct TiktokenFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Tokens behind the 256 bytes; the model has 384 rows, the first special token is 354.
  static let tokens: [String] = {
    var tokens: [String] = []
    let letters = ["a", "e", "h", "n", "o", "r", "t"]
    for first in letters { for second in letters { tokens.append(first + second) } }
    for letter in letters { tokens += [" " + letter, " th" + letter] }
    tokens += ["the", " the", "ing", "in", "ng", " an", " and", "nd", " t", "th"]
    var seen: Set<String> = []
    tokens = tokens.filter { seen.insert($0).inserted }
    var number = 0
    while tokens.count < 98 {
      tokens.append("<\(number)>")
      number += 1
    }
    return tokens
  }()

  static let ranks: String =
    ((0..<256).map { Data([UInt8($0)]) } + tokens.map { Data($0.utf8) }).enumerated()
    .map { "\($1.base64EncodedString()) \($0)\n" }.joined()

  /// A folder with config.json, tensors and ranks, and the file of special tokens beside it.
  static func model(
    in folder: TemporaryFolder, tokenizer: String = "model.tiktoken"
  ) throws -> (source: String, special: String) {
    let target = folder.url.appending(path: "model")
    try Golden.unpack("Models/llama/llama-bpe-kquant", to: target)
    for name in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"] {
      try FileManager.default.removeItem(at: target.appending(path: name))
    }
    _ = try folder.write("model/" + tokenizer, Array(ranks.utf8))
    let special = try folder.write(
      "special.json", Array(#"{"<|begin|>": 354, "<|end|>": 355, "<|turn|>": 360}"#.utf8))
    return (target.path(), special)
  }

  @Test(arguments: ["model.tiktoken", "tokenizer.model"])
  func thereAndBack(_ name: String) throws {
    let (source, special) = try Self.model(in: folder, tokenizer: name)
    let gguf = folder.path("out.gguf")
    let options = ["--pattern", "llama3", "--special-tokens", special]
    let made = try LatheBinary.run(["convert", source, "-o", gguf, "--type", "q8_0"] + options)
    try #require(made.status == 0, "\(made.standardError)")
    let inspected = try lathe("inspect", gguf, "--json", "--whole-arrays")
    let keys = try #require(try JSONValue.parse(inspected.standardOutput)["metadata"])
    func value(_ key: String) -> JSONValue? {
      keys["tokenizer." + key]?["value"] ?? keys["tokenizer." + key]
    }
    #expect(value("ggml.model") == "gpt2")
    #expect(value("ggml.tokens")?.array?.count == 384)
    #expect(value("ggml.tokens")?[354] == "<|begin|>")
    #expect(value("ggml.token_type")?[354] == 3 && value("ggml.token_type")?[356] == 5)
    #expect(value("ggml.bos_token_id") == 354 && value("ggml.eos_token_id") == 355)
    #expect(value("ggml.merges")?.array?.isEmpty == false)
    #expect(value("huggingface.json")?.string?.isEmpty == false)

    #expect(value("ggml.pre") == "llama-bpe" && value("ggml.tokens")?[360] == "<|turn|>")
    #expect(value("ggml.add_bos_token") == false)

    // The same ids from the folder, the GGUF and what comes back of it.
    let back = folder.path("back")
    let returned = try lathe("convert", gguf, "-o", back)
    try #require(returned.status == 0, "\(returned.standardError)")
    let made2 = try LatheBinary.run(
      ["tokenizer", "convert", source, "-o", folder.path("own.json")] + options)
    try #require(made2.status == 0, "\(made2.standardError)")
    #expect(
      try Data(contentsOf: URL(filePath: back + "/tokenizer.json"))
        == Data(contentsOf: URL(filePath: folder.path("own.json"))))
    let text = "the ring and another <|end|> <|turn|> thorn 12345  \n\n é中"
    func encode(_ path: String, _ options: [String] = []) throws -> String {
      let result = try LatheBinary.run(
        ["tokenizer", "encode", path, "--special", "parse"] + options, input: text)
      #expect(result.status == 0, "\(result.standardError)")
      return result.standardOutput
    }
    let wanted = try encode(source, options)
    #expect(wanted.contains(" 355 "))
    for path in [gguf, back, folder.path("own.json")] { #expect(try encode(path) == wanted) }
  }

  /// A pattern is never guessed.
  @Test func unknownRanksNeedAPattern() throws {
    let (source, special) = try Self.model(in: folder)
    for command in ["convert", "plan"] {
      let refused = try lathe(command, source, "-o", folder.path("out.gguf"))
      #expect(refused.status == 69)
      for part in ["354 ranks", "no known tokenizer", "cl100k_base", "llama3", "model.tiktoken"] {
        #expect(refused.standardError.contains(part), "\(refused.standardError)")
      }
    }
    let misspelled = try lathe(
      "plan", source, "-o", folder.path("out.gguf"), "--pattern", "cl100k_bose")
    #expect(misspelled.status == 69)
    #expect(misspelled.standardError.contains("'cl100k_bose'"))
    #expect(misspelled.standardError.contains("cl100k_base"))
    // GGUF has no name for this expression; tokenizer.json holds it.
    let pattern = #"\p{L}+|\s+|[^\s\p{L}]"#
    let unnamed = try lathe(
      "convert", source, "-o", folder.path("out.gguf"), "--pattern", pattern)
    #expect(unnamed.status == 69)
    #expect(unnamed.standardError.contains(pattern))
    let json = try lathe(
      "tokenizer", "convert", source, "-o", folder.path("own.json"), "--pattern", pattern,
      "--special-tokens", special, "--certify")
    #expect(json.status == 0, "\(json.standardError)")
    #expect(json.standardOutput.hasPrefix("equal: "))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.gguf")))
  }

  /// Published ranks are known; config.json tells which of the tokenizers that share them it is.
  @Test func knownRanksAreFound() throws {
    let bytes = try Golden.bytes("Tokenizers/whisper-gpt2/gpt2.tiktoken")
    func info(_ config: String?) throws -> ProcessResult {
      let folder = try TemporaryFolder()
      _ = try folder.write("gpt2.tiktoken", bytes)
      if let config { _ = try folder.write("config.json", Array(config.utf8)) }
      return try lathe("tokenizer", "info", folder.url.path())
    }
    func isKnown(_ config: String, as name: String) throws -> Bool {
      let result = try info(config)
      return result.status == 0
        && result.standardOutput.contains("the ranks are those of \(name):")
    }
    #expect(try isKnown(#"{"model_type": "gpt2", "vocab_size": 50257}"#, as: "gpt2"))
    #expect(try isKnown(#"{"model_type": "other", "vocab_size": 50304}"#, as: "gpt2"))
    #expect(try isKnown(#"{"model_type": "gpt2", "vocab_size": 60000}"#, as: "gpt2"))
    #expect(try isKnown(#"{"model_type": "whisper", "vocab_size": 51864}"#, as: "whisper"))
    for config in [nil, #"{"vocab_size": 60000}"#, #"{"model_type":"whisper","vocab_size":60000}"#]
    {
      let refused = try info(config)
      #expect(refused.status == 69, "\(config ?? "")")
      #expect(refused.standardError.contains("gpt2 and whisper and whisper-large-v3"))
    }
    let small = try info(#"{"model_type": "gpt2", "vocab_size": 50256}"#)
    #expect(small.status == 69)
  }

  @Test func thePlan() throws {
    let (source, special) = try Self.model(in: folder)
    let result = try lathe(
      "plan", source, "-o", folder.path("out.gguf"), "--threads", "2", "--type", "q8_0",
      "--format", "json", "--pattern", "llama3", "--special-tokens", special)
    try #require(result.status == 0, "\(result.standardError)")
    try Snapshot.check("Plans/tiktoken-q8_0.json", folder.normalised(result.standardOutput))
    let plan = try JSONValue.parse(result.standardOutput)
    let route = plan["documents"]?.array?.first { $0["from"] == "tiktoken" }
    #expect(route?["to"] == "gguf tokenizer keys")
    #expect(
      route?["stages"]
        == ["tiktoken-to-tokenizer-json", "read-tokenizer.json", "vocabulary-to-keys"])
  }
}
