import Documents
import Failures
import OrderedCollections
import Testing
import Tokenizers

/// GGUF's keys to Hugging Face's files.
@Suite struct WayBackTests {
  static func keys(_ variant: String) throws -> Metadata {
    let variant = try #require(GoldenVariant.named(variant))
    return try TokenizerFormats.read(variant.source).ggufKeys(length: variant.length).metadata
  }

  static func files(_ metadata: Metadata) throws -> HuggingFaceTokenizerFiles {
    try HuggingFaceTokenizerFiles.make(fromGGUF: metadata)
  }

  @Test func theFilesOfEachKind() throws {
    let names = ["tokenizer_config.json", "special_tokens_map.json"]
    #expect(
      try Array(Self.files(Self.keys("llama/llama-bpe-kquant")).files.keys) == ["tokenizer.json"]
        + names)
    #expect(
      try Array(Self.files(Self.keys("mistral/mistral-gqa")).files.keys)
        == ["tokenizer.model", "tokenizer.json"] + names)
    #expect(
      try Array(Self.files(Self.keys("bert/bert")).files.keys) == ["vocab.txt", "tokenizer.json"]
        + names)
    #expect(
      try Array(Self.files(Self.keys("spm-unigram")).files.keys) == ["tokenizer.model"] + names)
  }

  @Test func aRebuiltModelOfBERTEqualsTheSource() throws {
    let variant = try #require(GoldenVariant.named("bert/bert"))
    let back = try Self.files(Self.keys("bert/bert"))
    #expect(back.files["vocab.txt"] == variant.source.bytes("vocab.txt"))
    let source = try JSONValue.parse(try #require(variant.source.bytes("tokenizer.json")))
    let rebuilt = try JSONValue.parse(try #require(back.files["tokenizer.json"]))
    for part in source.object?.keys ?? [] { #expect(rebuilt[part] == source[part], "\(part)") }
  }

  @Test func aRebuiltByteLevelModelEqualsTheSource() throws {
    let variant = try #require(GoldenVariant.named("llama/llama-bpe-kquant"))
    let back = try Self.files(Self.keys("llama/llama-bpe-kquant"))
    let source = try JSONValue.parse(try #require(variant.source.bytes("tokenizer.json")))
    let rebuilt = try JSONValue.parse(try #require(back.files["tokenizer.json"]))
    for part in ["added_tokens", "normalizer", "pre_tokenizer", "decoder"] {
      #expect(rebuilt[part] == source[part], "\(part)")
    }
    #expect(rebuilt["model"]?["merges"] == source["model"]?["merges"])
    #expect(rebuilt["model"]?["ignore_merges"] == true)
  }

  static let spaces = [
    " two  spaces", "  x", "a   b", "x      y", "", " ", "  ", "\u{2581}\u{2581}a",
  ]

  /// A rebuilt tokenizer.json finds the user-defined pieces of Gemma (line feeds, runs of spaces,
  /// turns) as SentencePiece does.
  @Test func userDefinedPiecesAreFoundInARebuiltFile() throws {
    let source = try ModelTokenizerTests.source("gemma2/gemma2")
    #expect(source.bytes("tokenizer.json") == nil)
    let vocabulary = try TokenizerFormats.read(source)
    #expect(vocabulary.types[4...8].allSatisfy { $0 == .userDefined })
    var keys = try vocabulary.ggufKeys(length: vocabulary.count).metadata
    let texts = [
      "a\n\n\nb", "<start_of_turn>user", " <start_of_turn> x<end_of_turn>\n\n  ", "a \n  b",
    ]
    for (addsPrefix, texts) in [(false, Self.spaces + texts), (true, Self.spaces)] {
      keys["tokenizer.ggml.add_space_prefix"] = .bool(addsPrefix)
      let back = try Self.files(keys)
      let model = try #require(back.files["tokenizer.model"])
      let json = try #require(back.files["tokenizer.json"])
      let expected = try Tokenizer(TokenizerDefinition(sentencePiece: model))
      let rebuilt = try Tokenizer(TokenizerDefinition(tokenizerJSON: json))
      for text in texts {
        #expect(
          try rebuilt.encode(text) == expected.encode(text),
          "\(addsPrefix) \(text.debugDescription)")
      }
    }
  }

  /// A tokenizer.json beside tokenizer.model comes back as it was; a note says if the two disagree.
  @Test func aFileBesideTheModelComesBack() throws {
    var source = try ModelTokenizerTests.source("gemma2/gemma2")
    let vocabulary = try TokenizerFormats.read(source)
    let made = try Self.files(vocabulary.ggufKeys(length: vocabulary.count).metadata)
    let json = try #require(made.files["tokenizer.json"])
    let text = try #require(String(validating: json, as: UTF8.self))
    let other = text.replacing("\"<end_of_turn>\"", with: "\"<end>\"")
    let more = text.replacing(
      "\"added_tokens\":[", with: "\"added_tokens\":[{\"id\":999,\"content\":\"<mask>\"},")
    for (file, disagreement) in [
      (text, nil), (other, "disagree on 1 tokens, the first of them 5:"),
      (more, "disagree on 1 tokens, the first of them 999:"),
    ] {
      source.set("tokenizer.json", Array(file.utf8))
      let read = try TokenizerFormats.read(source)
      let notes = read.notes.filter { $0.contains("disagree") }
      #expect(notes.count == (disagreement == nil ? 0 : 1))
      if let disagreement { #expect(notes.first?.contains(disagreement) == true, "\(notes)") }
      var keys = try read.ggufKeys(length: read.count).metadata
      keys["tokenizer.huggingface.json"] = .string(file)
      #expect(try Self.files(keys).files["tokenizer.json"] == Array(file.utf8))
    }
  }

  @Test func configurationAndTemplates() throws {
    let back = try Self.files(Self.keys("chat-list"))
    #expect(back.configuration["bos_token_id"] == 290)
    let config = try JSONValue.parse(try #require(back.files["tokenizer_config.json"]))
    #expect(
      config["chat_template"] == [
        ["name": "default", "template": "D"], ["name": "tool_use", "template": "T"],
      ])
    #expect(config["bos_token"] == "<|begin_of_text|>")
    #expect(config["add_bos_token"] == true)
    #expect(try Self.files(Self.keys("bert/bert")).configuration["type_vocab_size"] == 2)
  }

  @Test func whatTheKeysLeaveOutIsAsLlamaCppAssumes() throws {
    let back = try Self.files(Self.keys("spm-alone"))
    #expect(back.configuration["bos_token_id"] == 1)
    #expect(back.configuration["eos_token_id"] == 2)
    let file = try JSONValue.parse(try #require(back.files["tokenizer.json"]))
    #expect(file["post_processor"]?["single"]?[0]?["SpecialToken"]?["id"] == "<s>")
    #expect(back.notes.filter { $0.contains("llama.cpp assumes") }.count == 3)
  }

  @Test func defects() throws {
    let good = try Self.keys("llama/llama-spm-gqa")
    let bpe = try Self.keys("llama/llama-bpe-kquant")
    func changed(_ base: Metadata, _ key: String, _ value: MetadataValue?) -> Metadata {
      var copy = base
      copy["tokenizer.\(key)"] = value
      return copy
    }
    let cases: [(Metadata, TokenizerError.Code, String)] = [
      ([:], .schema, "tokenizer.ggml.model"),
      (changed(good, "ggml.model", .string("rwkv")), .unsupported, "rwkv"),
      (changed(good, "ggml.model", .u32(1)), .schema, "u32"),
      (changed(good, "ggml.tokens", nil), .schema, "tokens"),
      (changed(good, "ggml.tokens", .array(.strings([]))), .limit, "0"),
      (changed(good, "ggml.tokens", .array(.u32([1]))), .schema, "u32"),
      (changed(good, "ggml.token_type", .array(.i32([1]))), .schema, "token_type"),
      (changed(good, "ggml.token_type", nil), .schema, "token_type"),
      (
        changed(good, "ggml.token_type", .array(.i32([Int32](repeating: 9, count: 512)))), .schema,
        "9"
      ),
      (changed(good, "ggml.scores", nil), .schema, "scores"),
      (changed(good, "ggml.scores", .array(.f32([1]))), .schema, "scores"),
      (changed(good, "ggml.bos_token_id", .string("x")), .schema, "bos_token_id"),
      (changed(good, "ggml.add_bos_token", .u32(1)), .schema, "add_bos_token"),
      (changed(good, "chat_template", .bool(true)), .schema, "chat_template"),
      (changed(bpe, "ggml.pre", .string("nobody")), .preTokenizer, "nobody"),
      (changed(bpe, "ggml.merges", .array(.strings(["ab"]))), .merge, "ab"),
      (changed(bpe, "ggml.merges", .array(.strings(["a "]))), .merge, "two parts"),
      (changed(bpe, "huggingface.json", .u8(1)), .schema, "huggingface"),
    ]
    for (metadata, code, names) in cases {
      let error = #expect(throws: TokenizerError.self) { try Self.files(metadata) }
      #expect(error?.code == code, "\(names)")
      #expect(error?.message.contains(names) == true, "\(error?.message ?? "")")
    }
  }

  @Test func idsOutsideTheTokensAreLeftOut() throws {
    var metadata = try Self.keys("llama/llama-spm-gqa")
    metadata["tokenizer.ggml.padding_token_id"] = .u32(1_000_000)
    let back = try Self.files(metadata)
    #expect(back.configuration["pad_token_id"] == nil)
    #expect(back.notes.contains { $0.contains("padding_token_id") })
  }
}
