import Documents
import Failures
import Testing
import Tokenizers

/// Files that break their formats' rules.
@Suite struct BrokenFileTests {
  static let byteLevel = #""pre_tokenizer": {"type": "ByteLevel"}"#

  /// A tokenizer.json and what it must be refused for.
  struct Broken: Sendable, CustomTestStringConvertible {
    let text: String
    let code: TokenizerError.Code
    let names: String
    var testDescription: String { text }

    init(_ text: String, _ code: TokenizerError.Code, _ names: String = "") {
      self.text = text
      self.code = code
      self.names = names
    }
  }

  static func bpe(_ vocab: String, _ merges: String = "[]", more: String = "") -> String {
    #"{"model": {"type": "BPE", "vocab": \#(vocab), "merges": \#(merges)}, \#(byteLevel)\#(more)}"#
  }

  static let broken: [Broken] = [
    Broken("", .syntax), Broken("{", .syntax), Broken("[]", .schema, "an object"),
    Broken("null", .schema), Broken("{}", .schema, "model"),
    Broken(#"{"model": null}"#, .schema), Broken(#"{"model": {}}"#, .schema, "vocab"),
    Broken(#"{"model": {"type": "BPE"}}"#, .schema, "vocab"),
    Broken(#"{"model": {"type": "Word"}, "x": 1"#, .schema), Broken("{\"model\": \u{1}}", .syntax),
    Broken(#"{"model": {"type": "WordLevel", "vocab": {"a": 0}}}"#, .unsupported, "WordLevel"),
    Broken(#"{"model": {"type": "BPE", "vocab": {"a": 0}}}"#, .unsupported, "bytes"),
    Broken(#"{"model": {"type": 3, "vocab": {"a": 0}}}"#, .unsupported),
    Broken(#"{"model": {"vocab": {"a": 0}}, "model": {"vocab": {"a": 0}}}"#, .syntax, "twice"),
    Broken(#"{"model": {"vocab": {"a": 0}, "vocab": {"a": 0}}}"#, .syntax, "twice"),
    Broken(bpe(#"{"a": "0"}"#), .schema), Broken(bpe(#"{"a": 0.5}"#), .syntax),
    Broken(bpe(#"{"a": 1e400}"#), .syntax), Broken(bpe("7"), .schema),
    Broken(bpe(#"{"a": -1}"#), .id, "-1"), Broken(bpe(#"{"a": 4194304}"#), .id, "4194304"),
    Broken(bpe(#"{"a": 99999999999999999999}"#), .syntax),
    Broken(bpe(#"{"a": 9223372036854775807}"#), .id),
    Broken(bpe(#"{"a": 0, "b": 0}"#), .duplicate, "'b'"),
    Broken(bpe(#"{"a": 0, "a": 1}"#), .duplicate, "'a'"),
    Broken(bpe(#"{"a": 0}"#, #"[["a", "b"]]"#), .merge, "'b'"),
    Broken(bpe(#"{"a": 0, "b": 1}"#, #"["a b"]"#), .merge, "'ab'"),
    Broken(bpe(#"{"a": 0}"#, #"["a"]"#), .schema), Broken(bpe(#"{"a": 0}"#, #"["a  b"]"#), .schema),
    Broken(bpe(#"{"a": 0}"#, #"[["a"]]"#), .schema, "two parts"),
    Broken(bpe(#"{"a": 0}"#, #"[["a", "a", "a"]]"#), .schema, "two parts"),
    Broken(bpe(#"{"a": 0}"#, "[3]"), .schema), Broken(bpe(#"{"a": 0}"#, "{}"), .schema),
    Broken(bpe(#"{"a": 0}"#, more: #", "added_tokens": {}"#), .schema),
    Broken(bpe(#"{"a": 0}"#, more: #", "added_tokens": [{}]"#), .schema, "content"),
    Broken(bpe(#"{"a": 0}"#, more: #", "added_tokens": [{"content": "x", "id": "1"}]"#), .schema),
    Broken(
      bpe(
        #"{"a": 3, "b": 1}"#,
        more: #", "added_tokens": [{"content": "x", "id": 2}, {"content": "y", "id": 3}]"#),
      .duplicate, "'y'"),
    Broken(bpe(#"{"a": 0}"#, more: #", "normalizer": 3"#), .schema),
    Broken(bpe(#"{"a": 0}"#, more: " trailing"), .syntax),
    Broken(bpe(#"{"\ud800": 0}"#), .syntax),
    Broken(#"{"model": {"type": "Unigram", "vocab": [["a"]]}}"#, .schema),
    Broken(#"{"model": {"type": "Unigram", "vocab": [["a", 0, 1]]}}"#, .schema),
    Broken(#"{"model": {"type": "Unigram", "vocab": [["a", 0], ["a", 1]]}}"#, .duplicate),
    Broken(
      #"{"model": {"type": "Unigram", "vocab": [["a", 0]]}, "normalizer": {"precompiled_charsmap": "?"}}"#,
      .syntax, "base64"),
    Broken(#"{"x": "# + String(repeating: "[", count: 100_000), .limit),
  ]

  @Test(arguments: broken)
  func tokenizerJSON(_ broken: Broken) {
    let error = #expect(throws: TokenizerError.self) {
      try TokenizerFormats.read(TokenizerSource(files: ["tokenizer.json": Array(broken.text.utf8)]))
    }
    #expect(error?.code == broken.code, "\(error.map(String.init(describing:)) ?? "")")
    #expect(error?.message.contains(broken.names) == true || broken.names.isEmpty)
    #expect(error?.place.file == "tokenizer.json")
  }

  @Test func everyPrefixIsAnError() throws {
    let whole = try #require(GoldenVariant.named("bpe-llama3")?.source.bytes("tokenizer.json"))
    for count in stride(from: 0, to: whole.count - 1, by: 97) {
      #expect(throws: TokenizerError.self) {
        try TokenizerFormats.read(
          TokenizerSource(files: ["tokenizer.json": Array(whole.prefix(count))]))
      }
    }
  }

  @Test func invalidUTF8IsAnErrorWithItsPlace() {
    let bytes = Array(#"{"model": {"vocab": {""#.utf8) + [0xFF] + Array(#"": 0}}}"#.utf8)
    let error = #expect(throws: TokenizerError.self) {
      try TokenizerFormats.read(TokenizerSource(files: ["tokenizer.json": bytes]))
    }
    #expect(error?.code == .syntax)
    #expect(error?.place.byteOffset != nil)
    #expect(error?.place.line == 1)
  }

  @Test func otherFiles() {
    let json = Array(Self.bpe(#"{"a": 0}"#).utf8)
    let cases: [([String: [UInt8]], TokenizerError.Code, String)] = [
      (["tokenizer_config.json": Array("[]".utf8)], .schema, "tokenizer_config.json"),
      (["tokenizer_config.json": Array("{".utf8)], .syntax, "tokenizer_config.json"),
      (
        ["tokenizer_config.json": Array(#"{"added_tokens_decoder": {"x": {}}}"#.utf8)], .schema,
        "tokenizer_config.json"
      ),
      (["special_tokens_map.json": Array("3".utf8)], .schema, "special_tokens_map.json"),
      (["chat_template.jinja": [0xFF]], .syntax, "chat_template.jinja"),
    ]
    for (files, code, name) in cases {
      let error = #expect(throws: TokenizerError.self) {
        try TokenizerFormats.read(
          TokenizerSource(files: files.merging(["tokenizer.json": json]) { $1 }))
      }
      #expect(error?.code == code)
      #expect(error?.place.file == name)
    }
  }

  @Test func vocabularyFiles() {
    let gpt2 = Array(#"{"tokenizer_class": "GPT2Tokenizer"}"#.utf8)
    let cases: [([String: [UInt8]], TokenizerError.Code)] = [
      (["vocab.txt": []], .schema), (["vocab.txt": Array("a\nb\na\n".utf8)], .duplicate),
      (["vocab.txt": [0x61, 0x0A, 0xC3]], .syntax),
      (["vocab.json": Array("{".utf8), "merges.txt": []], .syntax),
      (["vocab.json": Array("[]".utf8), "merges.txt": []], .schema),
      (["vocab.json": Array(#"{"a": 0}"#.utf8), "merges.txt": []], .preTokenizer),
      (
        [
          "vocab.json": Array(#"{"a": 0}"#.utf8), "merges.txt": Array("a b c".utf8),
          "tokenizer_config.json": gpt2,
        ], .syntax
      ),
      (
        [
          "vocab.json": Array(#"{"a": 0}"#.utf8), "merges.txt": Array("a b".utf8),
          "tokenizer_config.json": gpt2,
        ], .merge
      ),
      (["vocab.json": Array(#"{"a": 0}"#.utf8)], .missing),
      ([:], .missing), (["tekken.json": []], .syntax),
      (["tokenizer.model": Array("IQ== 0\nIg== 1\n".utf8)], .unsupported),
      (
        ["tokenizer.model": Array("version https://git-lfs.github.com/spec/v1\n".utf8)],
        .unsupported
      ),
      (["tokenizer.model": []], .unsupported),
    ]
    for (files, code) in cases {
      let error = #expect(throws: TokenizerError.self) {
        try TokenizerFormats.read(TokenizerSource(files: files))
      }
      #expect(error?.code == code, "\(files.keys.sorted())")
    }
  }

  @Test func textsThatGGUFCannotTellApart() throws {
    let text = Self.bpe(
      #"{"a": 0}"#,
      more: #", "added_tokens": [{"content": "x y", "id": 1}, {"content": "x\u2581y", "id": 2}]"#)
    let vocabulary = try TokenizerFormats.read(
      TokenizerSource(files: ["tokenizer.json": Array(text.utf8)]))
    let error = #expect(throws: TokenizerError.self) { try vocabulary.ggufKeys(length: 3) }
    #expect(error?.code == .duplicate)
    #expect(error?.message.contains("'x y'") == true)
  }

  @Test func sizes() throws {
    let vocabulary = try TokenizerFormats.read(
      TokenizerSource(files: ["tokenizer.json": Array(Self.bpe(#"{"a": 0}"#).utf8)]))
    for (length, code) in [(0, TokenizerError.Code.size), (-1, .size), (1 << 40, .limit)] {
      let error = #expect(throws: TokenizerError.self) {
        try vocabulary.ggufKeys(length: length)
      }
      #expect(error?.code == code)
    }
  }

  @Test func idsOutsideTheTokensAreLeftOut() throws {
    let source = TokenizerSource(
      files: ["tokenizer.json": Array(Self.bpe(#"{"a": 0}"#).utf8)],
      config: ["bos_token_id": -1, "eos_token_id": 9, "pad_token_id": 0])
    let keys = try TokenizerFormats.read(source).ggufKeys(length: 2)
    #expect(keys.metadata["tokenizer.ggml.bos_token_id"] == nil)
    #expect(keys.metadata["tokenizer.ggml.eos_token_id"] == nil)
    #expect(keys.metadata["tokenizer.ggml.padding_token_id"] == .u32(0))
    #expect(keys.notes.filter { $0.contains("lies outside") }.count == 2)
  }

  @Test func missingFilesAreListed() {
    let error = #expect(throws: TokenizerError.self) {
      try TokenizerFormats.read(TokenizerSource(files: [:]))
    }
    for format in TokenizerFormats.all {
      for file in format.files { #expect(error?.message.contains(file) == true) }
    }
    #expect(error?.exitStatus == .noInput)
  }

  @Test func theFilesOfAFolderAreReadOnce() throws {
    var asked: [String] = []
    let source = try TokenizerSource(templates: ["rag.jinja"]) { name in
      asked.append(name)
      return name.hasSuffix(".jinja") ? Array("x".utf8) : nil
    }
    #expect(asked.count == Set(asked).count)
    #expect(source.presentNames == ["additional_chat_templates/rag.jinja", "chat_template.jinja"])
  }

  @Test func formatsHaveDifferentNames() {
    let names = TokenizerFormats.all.map(\.id)
    #expect(Set(names).count == names.count)
    #expect(
      names.sorted() == [
        "sentencepiece", "tekken.json", "tiktoken", "tokenizer.json", "vocab-merges", "wordpiece",
      ])
  }
}
