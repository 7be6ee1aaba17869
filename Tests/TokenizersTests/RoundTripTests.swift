import Documents
import Foundation
import Testing
import _TestSupport

@testable import Tokenizers

/// tokenizer.json to GGUF and back, and ids to text and back.
@Suite struct RoundTripTests {
  /// A folder with a tokenizer.json.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let source: TokenizerSource
    var testDescription: String { name }

    var file: [UInt8] { source.bytes("tokenizer.json") ?? [] }
  }

  /// The tokenizer.json files of the golden data, equal ones once, and those made of rank files.
  static let cases: [Case] = {
    let root = Golden.path("")
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
    var cases: [Case] = []
    var seen: Set<[UInt8]> = []
    let suffixes = ["/tokenizer.json", "/tokenizer.json.zst"]
    let folders = paths.compactMap { path in
      suffixes.first { path.hasSuffix($0) }.map { String(path.dropLast($0.count)) }
    }
    for folder in folders.sorted() {
      func bytes(_ name: String) -> [UInt8]? { try? Golden.bytes("\(folder)/\(name)") }
      func object(_ name: String) -> JSONValue? {
        bytes(name).flatMap { try? JSONValue.parse($0) }
      }
      guard let file = bytes("tokenizer.json"), seen.insert(file).inserted else { continue }
      var files = ["tokenizer.json": file]
      for name in ["tokenizer_config.json", "special_tokens_map.json"] {
        files[name] = bytes(name)
      }
      cases.append(
        Case(
          name: folder,
          source: TokenizerSource(
            files: files, config: object("config.json"),
            generationConfig: object("generation_config.json"))))
    }
    for name in RankTokenizerTests.names {
      let definition = try? RankTokenizerTests.vocabulary(name).definition()
      guard let file = try? definition?.tokenizerJSON() else { continue }
      cases.append(Case(name: name, source: TokenizerSource(files: ["tokenizer.json": file])))
    }
    return cases
  }()

  static let names = cases.map(\.name)

  static func named(_ name: String) throws -> Case {
    try #require(cases.first { $0.name == name })
  }

  /// Texts of the corpus that a tokenizer splits otherwise after the way through GGUF's keys alone;
  /// Documentation/Tokenizer-differences.md says why.
  static let rebuiltDiffers = [
    "Models/gptneox/gptneox-parallel": 76, "Models/phi3/phi3": 63, "Models/t5/t5-gated": 82,
    "Tokenizers/sources/spm-bpe-bf": 1, "Tokenizers/sources/spm-unigram-bf": 89,
    "Tokenizers/sources/spm-unigram-nmt": 56,
  ]
  /// Texts whose ids give a text with other ids; the same page says why.
  static let unstable = [
    "Models/phi3/phi3": 41, "Models/t5/t5-gated": 1, "Tokenizers/sources/spm-bpe-bf": 1,
    "Tokenizers/sources/spm-unigram-bf": 231,
  ]

  @Test func allAreThere() { #expect(Self.cases.count >= 26) }

  @Test(arguments: names) func storedFileComesBack(_ name: String) throws {
    let source = try Self.named(name).source
    let vocabulary = try TokenizerJSONFormat().read(source)
    let json = try #require(vocabulary.huggingFaceJSON)
    var keys = try vocabulary.ggufKeys(length: vocabulary.count).metadata
    keys["tokenizer.huggingface.json"] = .string(String(decoding: json, as: UTF8.self))
    let back = try HuggingFaceTokenizerFiles.make(fromGGUF: keys)
    #expect(back.files["tokenizer.json"] == source.bytes("tokenizer.json"))
    // The definition is that of the file, too.
    let definition = try TokenizerDefinition(fromGGUF: keys)
    let original = try TokenizerDefinition(tokenizerJSON: json)
    #expect(try definition.tokenizerJSON() == original.tokenizerJSON())
  }

  @Test(arguments: names) func rebuiltFileSplitsAlike(_ name: String) throws {
    let source = try Self.named(name).source
    let vocabulary = try TokenizerJSONFormat().read(source)
    let keys = try vocabulary.ggufKeys(length: vocabulary.count).metadata
    let files = try HuggingFaceTokenizerFiles.make(fromGGUF: keys)
    #expect(files.notes.contains { $0.contains("rebuilt") })
    let rebuilt = try Tokenizer(TokenizerDefinition(fromGGUF: keys))
    let original = try Tokenizer(TokenizerJSONFormat().define(source))
    var differences: [String] = []
    for text in try GGUFVocabularyTests.Expected.corpus() {
      let found = try rebuilt.encode(text)
      let wanted = try original.encode(text)
      if found != wanted {
        let place = zip(found, wanted).prefix { $0 == $1 }.count
        differences.append(
          "\(text.debugDescription.prefix(60)) at \(place): \(found.dropFirst(place).prefix(5)), "
            + "before \(wanted.dropFirst(place).prefix(5))")
      }
    }
    #expect(
      differences.count == Self.rebuiltDiffers[name] ?? 0, "\(differences.prefix(3))")
  }

  static func unknown(_ tokenizer: Tokenizer) -> Int32? {
    switch tokenizer.definition.model {
    case .unigram(let model): model.unknownID.map { Int32($0) }
    case .wordPiece(let model): model.vocabulary.id(of: model.unknownToken)
    case .sentencePieceBPE(let model), .sentencePieceUnigram(let model):
      model.types.firstIndex(of: .unknown).map { Int32($0) }
    case .bpe(let model): model.unknownToken.flatMap { model.vocabulary.id(of: $0) }
    case .wordLevel, .rankBPE: nil
    }
  }

  static let models = [
    "mistral-v1", "mistral-v3", "spm-bpe-bf", "spm-unigram-bf", "spm-unigram-nmt",
  ]

  static func tokenizer(_ name: String) throws -> Tokenizer {
    if models.contains(name) {
      let bytes = try Golden.bytes("Tokenizers/sources/\(name)/tokenizer.model")
      return try Tokenizer(TokenizerDefinition(sentencePiece: bytes))
    }
    return try Tokenizer(TokenizerJSONFormat().define(named(name).source))
  }

  @Test(arguments: names + models) func idsToTextAndBack(_ name: String) throws {
    let tokenizer = try Self.tokenizer(name)
    var differences: [String] = []
    for text in try GGUFVocabularyTests.Expected.corpus() {
      let ids = try tokenizer.encode(text)
      // What is unknown cannot come back.
      if let unknown = Self.unknown(tokenizer), ids.contains(unknown) { continue }
      let back = try tokenizer.decode(ids)
      if try tokenizer.encode(back) != ids { differences.append(text) }
    }
    #expect(
      differences.count == Self.unstable[name] ?? 0,
      "\(differences.prefix(40).map { $0.debugDescription.prefix(30) })")
  }
}
