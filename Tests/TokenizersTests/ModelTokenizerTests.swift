import Documents
import Foundation
import Testing
import Tokenizers
import _TestSupport

/// The tokenizers of the reference checkpoints against the ids of Transformers and SentencePiece.
@Suite struct ModelTokenizerTests {
  static let names: [String] = {
    let root = URL(filePath: Golden.path("Models"))
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: root.path())) ?? []
    return files.filter { $0.hasSuffix("/expected_tokens.json.zst") }
      .map { String($0.dropLast("/expected_tokens.json.zst".count)) }.sorted()
  }()

  /// Texts whose ids differ from those of Transformers 5.23 where there is only a SentencePiece
  /// model, whose own ids are right; by checkpoint.
  ///
  /// Transformers does not put the space before a text that begins with one (Llama), or before any
  /// (Mistral, Mixtral); all but the empty text show it.
  static let transformersDiffers = [
    "llama/llama-spm-gqa": 3, "mistral/mistral-gqa": 15, "mixtral/mixtral": 15,
  ]

  static func source(_ name: String) throws -> TokenizerSource {
    func bytes(_ file: String) -> [UInt8]? { try? Golden.bytes("Models/\(name)/\(file)") }
    var files: [String: [UInt8]] = [:]
    for file in TokenizerSource.names { files[file] = bytes(file) }
    return TokenizerSource(
      files: files, config: try bytes("config.json").map { try JSONValue.parse($0) },
      generationConfig: try bytes("generation_config.json").map { try JSONValue.parse($0) })
  }

  static func ids(_ value: JSONValue?) -> [Int32] {
    value?.array?.compactMap { $0.int.map(Int32.init) } ?? []
  }

  @Test func allCheckpointsAreThere() { #expect(Self.names.count == 28) }

  @Test(arguments: names) func transformers(_ name: String) throws {
    let root = try JSONValue.parse(Golden.bytes("Models/\(name)/expected_tokens.json"))
    let cases = try #require(root["cases"]?.array)
    #expect(cases.count >= 14)
    let source = try Self.source(name)
    // What Transformers reads: tokenizer.json if there is one.
    let definition =
      source.bytes("tokenizer.json") != nil
      ? try TokenizerJSONFormat().define(source) : try TokenizerFormats.define(source)
    let tokenizer = try Tokenizer(definition)
    var differences: [String] = []
    for entry in cases {
      let text = entry["text"]?.string ?? ""
      let plain = try tokenizer.encode(text, special: .parse)
      let framed = try tokenizer.encode(text, special: .parse, addSpecial: true)
      if plain != Self.ids(entry["ids_no_special"]) || framed != Self.ids(entry["ids"]) {
        differences.append(
          "\(text.debugDescription): \(framed), expected \(Self.ids(entry["ids"]))")
      }
    }
    #expect(differences.count == Self.transformersDiffers[name] ?? 0, "\(differences)")
  }

  @Test(arguments: names) func sentencePiece(_ name: String) throws {
    let source = try Self.source(name)
    guard let bytes = try? Golden.bytes("Models/\(name)/expected_spm.json") else {
      #expect(source.bytes("tokenizer.model") == nil)
      return
    }
    let root = try JSONValue.parse(bytes)
    let texts = root["texts"]?.array?.compactMap(\.string) ?? []
    let expected = root["spm_ids"]?.array?.map { Self.ids($0) } ?? []
    #expect(texts.count == expected.count && texts.count >= 14)
    let model = try #require(source.bytes("tokenizer.model") ?? source.bytes("spiece.model"))
    let tokenizer = try Tokenizer(TokenizerDefinition(sentencePiece: model))
    for (text, ids) in zip(texts, expected) {
      #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
    }
  }
}
