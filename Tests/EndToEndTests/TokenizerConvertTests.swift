import Documents
import Foundation
import Testing
import _TestSupport

/// `lathe tokenizer convert`: from each kind of file to each other one.
@Suite struct TokenizerConvertTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ golden: String) throws -> String {
    try folder.write(golden, try Golden.bytes("Tokenizers/\(golden)"))
  }

  private func convert(_ source: String, _ output: String, _ options: String...) throws
    -> ProcessResult
  {
    try LatheBinary.run(
      ["tokenizer", "convert", source, "-o", folder.path(output)] + options)
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.path(name))
  }

  /// What becomes of it is the same tokenizer, whatever it was and becomes.
  @Test(arguments: [
    "Tokenizers/sources/mistral-v1", "Tokenizers/sources/mistral-v3", "Tokenizers/sources/bert-bge",
    "Tokenizers/sources/spm-unigram-bf", "Tokenizers/tekken", "Models/gpt2/gpt2",
    "Models/t5/t5-gated",
    "Models/variants/bert-cased", "Models/llama/llama-spm-gqa", "Models/qwen2/qwen2-untied",
  ])
  func certified(_ golden: String) throws {
    guard FileManager.default.fileExists(atPath: Golden.path(golden)) else {
      Issue.record("\(golden) is missing")
      return
    }
    let source = folder.url.appending(path: "source")
    try Golden.unpack(golden, to: source)
    let path = source.path()
    // SentencePiece and the tokenizers library part some texts of these differently, and the GGUF
    // holds the library's file.
    let mayDiffer = ["unigram", "t5", "mistral-v3"].contains(where: golden.contains)
    for (output, options) in [
      ("out.json", []), ("out.gguf", ["--architecture", "x"]),
      ("bare.gguf", ["--architecture", "x", "--no-embed-tokenizer"]), ("out", [String]()),
    ] {
      let result = try LatheBinary.run(
        ["tokenizer", "convert", path, "-o", folder.path(output), "--certify", "--json"] + options)
      let report = try JSONValue.parse(result.standardOutput)
      let said = Comment(
        rawValue: "\(golden) \(output): \(report["certificate"]?["difference"]?.text() ?? "") "
          + result.standardError)
      // The keys alone do not hold every normalizer.
      let isLossy = mayDiffer && output != "out" || output == "bare.gguf"
      #expect(result.status == 0 || isLossy && result.status == 1, said)
      #expect(report["written"] == .bool(result.status == 0))
      #expect(exists(output) == (result.status == 0))
      #expect(result.status == 1 || (report["certificate"]?["texts"]?.int ?? 0) > 4000)
      if result.status == 1 {
        #expect(report["certificate"]?["difference"]?["cause"]?.string?.isEmpty == false, said)
      }
    }
    #expect(FileManager.default.fileExists(atPath: folder.path("out/tokenizer_config.json")))
    // And from there on.
    let again = try convert(folder.path("out"), "again.gguf", "--architecture", "x")
    #expect(again.status == 0, "\(golden): \(again.standardError)")
    let back = try convert(folder.path("again.gguf"), "back", "--certify")
    #expect(
      back.status == 0 || mayDiffer && back.status == 1,
      "\(golden): \(back.standardOutput)\(back.standardError)")
  }

  /// A difference is shown with text, ids and cause; nothing is written, and the status is 1.
  @Test func differences() throws {
    let user = try convert(try file("sources/spm-bpe-bf/tokenizer.model"), "a.json", "--certify")
    #expect(user.status == 1)
    for part in ["different after", "<|im_start|>", "source", "result", "special and added tokens"]
    {
      #expect(user.standardOutput.contains(part), "\(user.standardOutput)")
    }
    let unigram = try convert(
      try file("sources/spm-unigram-nmt/tokenizer.model"), "a.json", "--certify")
    #expect(unigram.status == 1)
    #expect(unigram.standardOutput.contains("the normalizer or the model"))
    #expect(!exists("a.json"))
    // Without the proof it is written, with a note.
    let unproven = try convert(
      folder.path("sources/spm-unigram-nmt/tokenizer.model"), "a.json")
    #expect(unproven.status == 0 && exists("a.json"))
    #expect(unproven.standardError.contains("Unigram model is written as the tokenizers library"))
  }

  @Test func ranksOut() throws {
    let tekken = try file("tekken/tekken.json")
    let made = try convert(tekken, "ranks", "--to", "tiktoken")
    #expect(made.status == 0, "\(made.standardError)")
    #expect(made.standardError.contains("the pattern is "))
    #expect(exists("ranks/tokenizer.tiktoken") && exists("ranks/special_tokens.json"))
    for (golden, why) in [
      ("sources/bert-bge/tokenizer.json", "no plain BPE"),
      ("sources/mistral-v1/tokenizer.model", "no plain BPE"),
    ] {
      let refused = try convert(try file(golden), "x.tiktoken")
      #expect(refused.status == 69)
      #expect(refused.standardError.contains(why) || refused.standardError.contains("split by"))
      #expect(!exists("x.tiktoken"))
    }
    // Llama 3's own merges, one for each token, are not what its ranks amount to: the certificate
    // finds such cases. Here a token is taken that no longer can be reached.
    let source = folder.path("whole.json")
    let whisper = try file("whisper-gpt2/gpt2.tiktoken")
    _ = try convert(whisper, "whole.json", "--pattern", "gpt2")
    var json = try JSONValue.parse([UInt8](Data(contentsOf: URL(filePath: source))))
    var model = try #require(json["model"])
    let merges = try #require(model["merges"]?.array)
    model["merges"] = .array(merges.filter { $0 != ["Ġ", "t"] && $0[1] != "t" })
    model["ignore_merges"] = false
    json["model"] = model
    let changed = try folder.write("changed.json", json.bytes())
    let refused = try convert(changed, "x.tiktoken")
    #expect(refused.status == 69)
    #expect(refused.standardError.contains("not those that ranks amount to"))
    #expect(!exists("x.tiktoken"))
  }

  @Test func options() throws {
    let bert = try file("sources/bert-bge/tokenizer.json")
    func check(_ result: ProcessResult, _ status: Int32, _ says: String) {
      #expect(result.status == status, "\(result.standardError)")
      #expect(result.standardError.contains(says), "\(result.standardError)")
    }
    check(try convert(bert, "a.gguf"), 69, "--architecture")
    check(try convert(bert, "a.gguf", "--to", "tiktoken"), 64, "contradicts the ending .gguf")
    check(try convert(bert, "a", "--to", "sentencepiece"), 64, "tokenizer.json, huggingface")
    check(try convert(bert, "a.json", "--architecture", "bert"), 64, "--architecture")
    check(try convert(bert, "sources/bert-bge/tokenizer.json"), 64, "same")
    check(try convert(bert, "sources/bert-bge"), 64, "same")
    check(try convert(bert, "none/a.json"), 73, "does not exist")
    check(try convert(bert, "a.json"), 0, "wrote")
    check(try convert(bert, "a.json"), 73, "--force")
    check(try convert(bert, "a.json", "--force"), 0, "wrote")
    let quiet = try convert(bert, "a.json", "--force", "--quiet", "--certify")
    #expect(quiet.status == 0 && quiet.standardError == "")
    #expect(quiet.standardOutput.hasPrefix("equal: "))
    // A tokenizer.json stays what it is, to the byte.
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("a.json")))
        == Data(contentsOf: URL(filePath: bert)))
    // A GGUF tells its architecture.
    check(try convert(bert, "a.gguf", "--architecture", "bert"), 0, "wrote")
    check(try convert(folder.path("a.gguf"), "b.gguf"), 0, "wrote")
    let keys = try lathe("inspect", folder.path("b.gguf"), "--json")
    #expect(keys.standardOutput.contains("general.architecture"))
    check(try convert(folder.path("a.gguf"), "b.json"), 0, "wrote")
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("b.json")))
        == Data(contentsOf: URL(filePath: bert)))
  }
}
