import Documents
import Failures
import Testing
import _TestSupport

@testable import Tokenizers

/// Whole tokenizers against their original engines, on the corpus.
@Suite struct GoldenTokenizerTests {
  static let corpus = Result {
    try JSONValue.parse(Golden.bytes("Tokenizers/corpus/texts.json")).array?
      .compactMap { $0["text"]?.string } ?? []
  }

  /// A tokenizer's texts and ids.
  struct Expected {
    let texts: [String]
    let ids: [[Int32]]
    let json: JSONValue

    init(_ name: String) throws {
      json = try JSONValue.parse(Golden.bytes("Tokenizers/sources/\(name)/ids.json"))
      ids = json["ids"]?.array?.map(Self.list) ?? []
      let corpus = try corpus.get()
      let extra = json["extra"]?.array?.compactMap(\.string) ?? []
      let isWhole = corpus.count + extra.count == ids.count
      let step = isWhole ? 1 : 4
      texts = stride(from: 0, to: corpus.count, by: step).map { corpus[$0] } + extra
      #expect(texts.count == ids.count)
      #expect(texts.count > 100)
    }

    static func list(_ value: JSONValue) -> [Int32] {
      value.array?.compactMap { $0.int.flatMap { Int32(exactly: $0) } } ?? []
    }

    /// Ids that differ from others for some texts.
    func ids(_ key: String, besides others: [[Int32]]) -> [[Int32]] {
      others.indices.map { number in
        json[key]?["\(number)"].map(Self.list) ?? others[number]
      }
    }

    /// Decoded texts, which are the texts themselves unless listed.
    func decoded(_ key: String) -> [String] {
      texts.indices.map { json[key]?["\($0)"]?.string ?? texts[$0] }
    }
  }

  /// Texts that are not encoded as expected, in words.
  static func differences(
    _ tokenizer: Tokenizer, _ texts: [String], _ expected: [[Int32]],
    special: Tokenizer.SpecialText = .text
  ) throws -> [String] {
    var result: [String] = []
    for (text, ids) in zip(texts, expected) {
      let found = try tokenizer.encode(text, special: special)
      if found != ids {
        result.append("\(text.debugDescription.prefix(60)): \(found.prefix(12)), \(ids.prefix(12))")
      }
    }
    return Array(result.prefix(5)) + (result.count > 5 ? ["and \(result.count - 5) more"] : [])
  }

  static func decodingDifferences(
    _ tokenizer: Tokenizer, _ ids: [[Int32]], _ expected: [String]
  ) throws -> [String] {
    var result: [String] = []
    for (ids, text) in zip(ids, expected) {
      let found = String(decoding: try tokenizer.decode(ids), as: UTF8.self)
      if !found.utf8.elementsEqual(text.utf8) {
        result.append(
          "\(ids.prefix(12)): \(found.debugDescription.prefix(60)), \(text.debugDescription.prefix(60))"
        )
      }
    }
    return Array(result.prefix(5))
  }

  @Test(arguments: [
    "mistral-v1", "mistral-v3", "spm-bpe-bf", "spm-unigram-nmt", "spm-unigram-bf",
    "small-bpe-noprefix", "small-bpe-nfkc-unk", "small-unigram-user", "small-unigram-t5",
    "small-unigram-suffix", "small-bpe-suffix",
  ]) func sentencePiece(_ name: String) throws {
    let expected = try Expected(name)
    let model = try Golden.bytes("Tokenizers/sources/\(name)/tokenizer.model")
    let tokenizer = try Tokenizer(TokenizerDefinition(sentencePiece: model))
    let encoded = try Self.differences(tokenizer, expected.texts, expected.ids)
    #expect(encoded == [])
    let decoded = try Self.decodingDifferences(
      tokenizer, expected.ids, expected.decoded("decoded"))
    #expect(decoded == [])
  }

  @Test(arguments: ["mistral-v3", "spm-bpe-bf", "spm-unigram-nmt", "spm-unigram-bf", "bert-bge"])
  func tokenizerJSON(_ name: String) throws {
    let expected = try Expected(name)
    let file = try Golden.bytes("Tokenizers/sources/\(name)/tokenizer.json")
    let tokenizer = try Tokenizer(TokenizerDefinition(tokenizerJSON: file))
    let plain = expected.ids("json", besides: expected.ids)
    let special = expected.ids("json_special", besides: plain)
    let asText = try Self.differences(tokenizer, expected.texts, plain)
    #expect(asText == [])
    let parsed = try Self.differences(tokenizer, expected.texts, special, special: .parse)
    #expect(parsed == [])
    let decoded = try Self.decodingDifferences(
      tokenizer, special, expected.decoded("json_decoded"))
    #expect(decoded == [])
    // The files are compact; what is written, without its blanks, is the same.
    let written = try JSONValue.parse(tokenizer.definition.tokenizerJSON())
    #expect(try written.bytes() == JSONValue.parse(file).bytes())
  }
}

/// One long text, whose sums of scores leave what binary32 tells apart.
@Suite struct LongTextTests {
  @Test(arguments: [
    "mistral-v1", "spm-bpe-bf", "spm-unigram-nmt", "spm-unigram-bf", "small-unigram-t5",
    "small-unigram-user", "small-unigram-suffix",
  ]) func sentencePiece(_ name: String) throws {
    let texts = try GGUFVocabularyTests.Expected.corpus()
    let long = (texts + texts).joined(separator: "\n")
    let root = try JSONValue.parse(Golden.bytes("Tokenizers/sources/long.json"))
    let expected = try #require(root["ids"]?[name])
    let model = try Golden.bytes("Tokenizers/sources/\(name)/tokenizer.model")
    let ids = try Tokenizer(TokenizerDefinition(sentencePiece: model)).encode(long)
    #expect(ids.count == expected["count"]?.int)
    let text = ids.map(String.init).joined(separator: " ")
    #expect(Golden.sha256(text.utf8) == expected["sha256"]?.string)
  }
}
