import Documents
import Foundation
import Testing
import _TestSupport

/// `lathe tokenizer encode`, `decode` and `info`, against the ids of the original engines.
@Suite struct TokenizerCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let corpus: [String] = {
    let root = try? JSONValue.parse(Golden.bytes("Tokenizers/corpus/texts.json"))
    let list = root?.array ?? root?["texts"]?.array ?? []
    return list.compactMap { $0["text"]?.string }
  }()

  /// Puts a golden file into the folder.
  private func file(_ golden: String, as name: String? = nil) throws -> String {
    let usual = golden.split(separator: "/").last.map(String.init) ?? golden
    return try folder.write(name ?? usual, try Golden.bytes("Tokenizers/\(golden)"))
  }

  private func run(_ arguments: [String], input: String) throws -> ProcessResult {
    let result = try LatheBinary.run(["tokenizer"] + arguments, input: input)
    try #require(result.status == 0, "\(result.standardError)")
    return result
  }

  private func encode(
    _ texts: [String], _ tokenizer: String, _ options: [String] = []
  ) throws -> [JSONValue] {
    let input = JSONValue.array(texts.map { .string($0) }).text()
    let result = try run(["encode", tokenizer, "--json"] + options, input: input)
    return try #require(try JSONValue.parse(result.standardOutput).array)
  }

  private func decode(_ ids: [JSONValue], _ tokenizer: String, _ options: [String] = []) throws
    -> [String?]
  {
    let result = try run(
      ["decode", tokenizer, "--json"] + options, input: JSONValue.array(ids).text())
    return try #require(try JSONValue.parse(result.standardOutput).array).map(\.string)
  }

  /// Every text of the corpus in both modes, and back.
  private func check(_ tokenizer: String, _ options: [String], _ golden: String) throws {
    let expected = try JSONValue.parse(Golden.bytes("Tokenizers/\(golden)/expected.json"))
    let ordinary = try #require(expected["ordinary"]?.array)
    try #require(Self.corpus.count == 584 && ordinary.count == 584)
    let plain = try encode(Self.corpus, tokenizer, options)
    #expect(plain == ordinary)
    let parsed = try encode(Self.corpus, tokenizer, options + ["--special", "parse"])
    for (index, ids) in parsed.enumerated() {
      #expect(ids == expected["special"]?["\(index)"] ?? ordinary[index])
    }
    let decoded = try decode(parsed, tokenizer, options)
    for (index, text) in decoded.enumerated() {
      #expect(text.map { Array($0.utf8) } == Array(Self.corpus[index].utf8))
    }
  }

  @Test func ranks() throws {
    try check(try file("whisper-gpt2/gpt2.tiktoken"), ["--pattern", "whisper"], "whisper-gpt2")
    try check(try file("tekken/tekken.json"), [], "tekken")
  }

  /// The same ids by way of each kind of file that ranks can become.
  @Test func ranksAsOtherFiles() throws {
    let source = try file("whisper-gpt2/gpt2.tiktoken")
    let expected = try JSONValue.parse(Golden.bytes("Tokenizers/whisper-gpt2/expected.json"))
    let json = folder.path("made.json")
    let made = try lathe(
      "tokenizer", "convert", source, "-o", json, "--pattern", "whisper", "--certify")
    try #require(made.status == 0, "\(made.standardError)")
    #expect(made.standardOutput.hasPrefix("equal: "))
    // Byte for byte what Transformers' TikTokenConverter writes.
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: json)))
    #expect(Golden.sha256(bytes) == expected["jsonSHA256"]?.string)
    try check(json, [], "whisper-gpt2")

    let gguf = folder.path("made.gguf")
    for (from, options) in [(json, ["--no-embed-tokenizer"]), (source, ["--pattern", "whisper"])] {
      let made = try LatheBinary.run(
        ["tokenizer", "convert", from, "-o", gguf, "--architecture", "gpt2", "--force"] + options)
      try #require(made.status == 0, "\(made.standardError)")
      try check(gguf, [], "whisper-gpt2")
    }

    let back = folder.path("back")
    let ranks = try lathe("tokenizer", "convert", gguf, "-o", back, "--to", "tiktoken")
    try #require(ranks.status == 0, "\(ranks.standardError)")
    #expect(
      try Data(contentsOf: URL(filePath: back + "/tokenizer.tiktoken"))
        == Data(contentsOf: URL(filePath: source)))
    try check(
      back + "/tokenizer.tiktoken",
      ["--pattern", "gpt2", "--special-tokens", back + "/special_tokens.json"], "whisper-gpt2")
  }

  /// A bare GGUF encodes as llama.cpp does; what Qwen 2 normalizes is the original's.
  @Test func waysOfAGGUF() throws {
    let vocabulary = try file("gguf/qwen2/vocab.gguf")
    let ids = try JSONValue.parse(Golden.bytes("Tokenizers/gguf/qwen2/ids.json"))
    let theirs = try #require(ids["llama_cpp"]?.array).prefix(584).map { $0 }
    let bare = try encode(Self.corpus, vocabulary)
    #expect(bare == theirs)
    #expect(try encode(Self.corpus, vocabulary, ["--as", "llama.cpp"]) == theirs)
    let original = try encode(Self.corpus, vocabulary, ["--as", "original"])
    #expect(zip(original, theirs).count { $0 != $1 } == 76)

    let model = folder.path("qwen2")
    try Golden.unpack("Models/qwen2/qwen2-untied", to: URL(filePath: model))
    let gguf = folder.path("carries.gguf")
    let made = try lathe("tokenizer", "convert", model, "-o", gguf, "--architecture", "qwen2")
    try #require(made.status == 0, "\(made.standardError)")
    let decomposed = ["Stra\u{308}sse"]
    #expect(try encode(decomposed, gguf) == encode(decomposed, gguf, ["--as", "original"]))
    #expect(try encode(decomposed, gguf) != encode(decomposed, gguf, ["--as", "llama.cpp"]))
  }

  /// What a file holds is told by its content.
  @Test func filesUnderOtherNames() throws {
    let texts = Array(Self.corpus.prefix(40))
    func same(_ golden: String, _ names: [String], _ options: [String] = []) throws {
      let wanted = try encode(texts, try file(golden, as: "usual/" + names[0]), options)
      for (index, name) in names.dropFirst().enumerated() {
        let path = try file(golden, as: "other\(index)/" + name)
        #expect(try encode(texts, path, options) == wanted, "\(name)")
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        guard ["tokenizer.model", "tokenizer.json"].contains(name) else { continue }
        #expect(try encode(texts, "/" + folder, options) == wanted, "\(name) in a folder")
        try FileManager.default.removeItem(atPath: path)
      }
    }
    try same(
      "whisper-gpt2/gpt2.tiktoken", ["x.tiktoken", "tokenizer.model", "ranks", "tokenizer.json"],
      ["--pattern", "gpt2"])
    try same(
      "sources/mistral-v1/tokenizer.model", ["tokenizer.model", "tokenizer.json", "spm.bin"])
    try same("sources/bert-bge/tokenizer.json", ["tokenizer.json", "tokenizer.model", "x"])
    try same("tekken/tekken.json", ["tekken.json", "tokenizer.json", "tokenizer.model", "t"])
  }

  @Test func plainTextAndIDs() throws {
    let tokenizer = try file("sources/bert-bge/tokenizer.json")
    let ids = try run(["encode", tokenizer], input: "hello world\n").standardOutput
    #expect(ids == "7592 2088\n")
    let framed = try run(["encode", tokenizer, "--add-special"], input: "hello world")
    #expect(framed.standardOutput == "101 7592 2088 102\n")
    let parsed = try run(["encode", tokenizer, "--special", "parse"], input: "[MASK]")
    #expect(parsed.standardOutput == "103\n")
    #expect(try run(["encode", tokenizer], input: "[MASK]").standardOutput != "103\n")
    #expect(try run(["decode", tokenizer], input: ids).standardOutput == "hello world")
    let all = "101, 7592 2088\n102"
    #expect(
      try run(["decode", tokenizer, "--skip-special"], input: all).standardOutput == "hello world")
    #expect(try run(["encode", tokenizer], input: "").standardOutput == "\n")
    #expect(try run(["decode", tokenizer], input: "").standardOutput == "")
    #expect(try encode([], tokenizer) == [])
    #expect(try encode([""], tokenizer) == [[]])
  }

  @Test func brokenInput() throws {
    let tokenizer = try file("sources/bert-bge/tokenizer.json")
    let cases: [(arguments: [String], input: String, status: Int32, message: String)] = [
      (["encode", tokenizer, "--json"], "[1]", 65, "standard input"),
      (["encode", tokenizer, "--json"], "[\"a\"", 65, "standard input"),
      (["encode", tokenizer, "--json"], "{}", 65, "standard input"),
      (["encode", tokenizer, "--json"], "[\"\\ud800\"]", 65, "surrogate"),
      (["decode", tokenizer, "--json"], "[[\"a\"]]", 65, "standard input"),
      (["decode", tokenizer, "--json"], "[[99999999999]]", 65, "99999999999"),
      (["decode", tokenizer], "12 x", 65, "the byte 120"),
      (["decode", tokenizer], "-1", 65, "the byte 45"),
      (["decode", tokenizer], "99999999999999999999", 65, "greater"),
      (["decode", tokenizer], "4000000", 65, "4000000"),
      (["encode", folder.path("nothing")], "", 66, "no such file"),
      (["encode", tokenizer, "--pattern", "gpt2"], "", 64, "files of ranks"),
      (["encode", tokenizer, "--special", "maybe"], "", 64, "maybe"),
    ]
    for item in cases {
      let result = try LatheBinary.run(["tokenizer"] + item.arguments, input: item.input)
      #expect(result.status == item.status, "\(item): \(result.standardError)")
      #expect(result.standardError.contains(item.message), "\(item): \(result.standardError)")
      #expect(result.standardOutput == "")
    }
  }

  @Test func info() throws {
    let bert = try file("sources/bert-bge/tokenizer.json")
    let facts = try JSONValue.parse(try run(["info", bert, "--json"], input: "").standardOutput)
    #expect(facts["kind"] == "tokenizer.json" && facts["model"] == "WordPiece")
    #expect(facts["ids"] == 30522 && facts["gguf"]?["model"] == "bert")
    #expect(facts["normalizer"]?["type"] == "BertNormalizer")
    let text = try run(["info", bert], input: "").standardOutput
    for part in ["WordPiece", "30522", "BertPreTokenizer", "[MASK]"] {
      #expect(text.contains(part), "\(text)")
    }
    let ranks = try file("whisper-gpt2/gpt2.tiktoken")
    let known = try run(["info", ranks, "--pattern", "whisper", "--json"], input: "")
    let whisper = try JSONValue.parse(known.standardOutput)
    #expect(whisper["model"] == "BPE by rank" && whisper["ids"] == 51864)
    #expect(whisper["gguf"]?["pre"] == "gpt-2" && whisper["added_tokens"] == 1608)
    #expect(whisper["patterns"]?.array?.count == 1)
    let mistral = try file("sources/mistral-v3/tokenizer.model")
    let spm = try JSONValue.parse(try run(["info", mistral, "--json"], input: "").standardOutput)
    #expect(spm["model"] == "SentencePiece BPE" && spm["gguf"]?["model"] == "llama")
    #expect(spm["normalizer"]?["add_dummy_prefix"] == true)
  }
}
