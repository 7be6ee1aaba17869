import Documents
import Failures
import Testing
import _TestSupport

@testable import Tokenizers

/// Tokenizers of other files than tokenizer.json, and by way of GGUF's keys.
@Suite struct DefinitionSourceTests {
  static let texts = [
    "Hello world, it's 42!", " two  spaces", "caf\u{E9} \u{4E2D}\u{6587}", "a\nb", "",
  ]

  static func words(_ lines: [String]) -> TokenizerSource {
    TokenizerSource(files: ["vocab.txt": Array(lines.joined(separator: "\n").utf8)])
  }

  @Test func vocabularyOfWordPieces() throws {
    let source = Self.words([
      "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "he", "##llo", "caf", "##e", "!",
    ])
    let tokenizer = try Tokenizer(TokenizerFormats.define(source))
    #expect(try tokenizer.encode("H\u{E9}llo caf\u{E9}!") == [5, 6, 7, 8, 9])
    #expect(try tokenizer.encode("[MASK] he", special: .parse, addSpecial: true) == [2, 4, 5, 3])
    #expect(try tokenizer.encode("hex") == [1])
    #expect(try tokenizer.decode([5, 6, 9]) == Array("hello!".utf8))
    // The same by way of tokenizer.json.
    let file = try tokenizer.definition.tokenizerJSON()
    let again = try TokenizerDefinition(tokenizerJSON: file)
    #expect(try again.tokenizerJSON() == file)
  }

  @Test func casedWordPieces() throws {
    let lines = ["[UNK]", "[CLS]", "[SEP]", "He", "caf\u{E9}", "he"]
    let config = #"{"do_lower_case": false}"#
    let tokenizer = try Tokenizer(
      TokenizerFormats.define(
        TokenizerSource(files: [
          "vocab.txt": Array(lines.joined(separator: "\n").utf8),
          "tokenizer_config.json": Array(config.utf8),
        ])))
    #expect(try tokenizer.encode("He he caf\u{E9}") == [3, 5, 4])
  }

  @Test func vocabularyAndMerges() throws {
    let vocabulary = #"{"a": 0, "b": 1, "\u0120": 2, "ab": 3, "\u0120ab": 4, "<s>": 5, "</s>": 6}"#
    func tokenizer(_ name: String, _ more: String = "") throws -> Tokenizer {
      let config =
        #"{"tokenizer_class": "\#(name)", "added_tokens_decoder": {"7": {"content": "<x>", "special": true}}\#(more)}"#
      return try Tokenizer(
        TokenizerFormats.define(
          TokenizerSource(files: [
            "vocab.json": Array(vocabulary.utf8),
            "merges.txt": Array("#version: 0.2\na b\n\u{120} ab\n".utf8),
            "tokenizer_config.json": Array(config.utf8),
          ])))
    }
    let plain = try tokenizer("GPT2Tokenizer")
    #expect(try plain.encode("ab ab<x>", special: .parse, addSpecial: true) == [3, 4, 7])
    #expect(try plain.decode([3, 4, 7]) == Array("ab ab<x>".utf8))
    let framed = try tokenizer("RobertaTokenizer")
    #expect(try framed.encode("ab ab", addSpecial: true) == [5, 3, 4, 6])
    let spaced = try tokenizer("GPT2TokenizerFast", #", "add_prefix_space": true"#)
    #expect(try spaced.encode("ab ab") == [4, 4])
    #expect(try tokenizer("Qwen2Tokenizer").definition.normalizer == .plain(.nfc))
  }

  @Test func sentencePieceWithAddedTokens() throws {
    let model = try Golden.bytes("Tokenizers/sources/small-bpe-noprefix/tokenizer.model")
    let count =
      try TokenizerDefinition(sentencePiece: model)
      .model.id(of: "<s>").map(Int.init) ?? -1
    #expect(count >= 0)
    let config =
      #"{"add_bos_token": true, "bos_token": "<s>", "added_tokens_decoder": "#
      + #"{"1400": {"content": "<end>", "special": true, "lstrip": true}}}"#
    let tokenizer = try Tokenizer(
      TokenizerFormats.define(
        TokenizerSource(files: [
          "tokenizer.model": model, "tokenizer_config.json": Array(config.utf8),
        ])))
    let ids = try tokenizer.encode("the  <end>", special: .parse, addSpecial: true)
    #expect(ids.first == Int32(count))
    #expect(ids.last == 1400)
    #expect(try tokenizer.encode("the  <end>").last != 1400)
    #expect(try tokenizer.decode(ids) == Array("the<end>".utf8))
  }

  /// By way of GGUF's keys a tokenizer splits as before.
  @Test(arguments: [
    "mistral-v3", "spm-bpe-bf", "small-bpe-noprefix", "spm-unigram-nmt", "small-unigram-user",
  ]) func wayThroughGGUF(_ name: String) throws {
    let model = try Golden.bytes("Tokenizers/sources/\(name)/tokenizer.model")
    let source = TokenizerSource(files: ["tokenizer.model": model])
    let vocabulary = try TokenizerFormats.read(source)
    let keys = try vocabulary.ggufKeys(length: vocabulary.count)
    let back = try Tokenizer(TokenizerDefinition(fromGGUF: keys.metadata))
    let before = try Tokenizer(TokenizerFormats.define(source))
    for text in Self.texts { #expect(try back.encode(text) == before.encode(text), "\(text)") }
  }

  @Test func wordPiecesThroughGGUF() throws {
    let file = try Golden.bytes("Tokenizers/sources/bert-bge/tokenizer.json")
    let source = TokenizerSource(files: ["tokenizer.json": file])
    var vocabulary = try TokenizerFormats.read(source)
    let before = try Tokenizer(TokenizerFormats.define(source))
    for keepsFile in [true, false] {
      if !keepsFile { vocabulary.huggingFaceJSON = nil }
      let keys = try vocabulary.ggufKeys(length: vocabulary.count)
      let back = try Tokenizer(TokenizerDefinition(fromGGUF: keys.metadata))
      for text in Self.texts {
        #expect(try back.encode(text, addSpecial: true) == before.encode(text, addSpecial: true))
      }
    }
  }
}
