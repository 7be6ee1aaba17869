import Checkpoints
import Documents
import Tensors
import Testing
import _TestSupport

@testable import Conversion

/// Model cards beside gguf-py's reading of them.
@Suite struct ModelCardTests {
  /// Cards that gguf-py reads, and Lathe takes otherwise: Documentation/GGUF-differences.md.
  static let differences: Set<String> = ["anchor", "tags-numbers"]
  /// Cards that gguf-py's converter fails at, and what Lathe takes from them beside a warning.
  static let rescued: [String: Metadata] = [
    "version-number": ["general.version": .string("1.0")],
    "version-date": ["general.version": .string("2024-05-01")],
    "tags-mixed": ["general.tags": .array(.strings(["a", "1", "true"]))],
  ]

  private static func keys(_ card: ModelCard, _ folder: String, _ parameters: Int) -> Metadata {
    let tensor = WriteRequest.Tensor(
      name: "t", encoding: Encoding(.f32), shape: Shape([max(parameters, 1)]))
    var keys = GeneralKeys(
      architecture: "llama", folderName: folder, config: nil, generationConfig: nil,
      tensors: parameters > 0 ? [tensor] : [], fileType: nil, card: card
    ).head()
    keys["general.architecture"] = nil
    keys["general.type"] = nil
    return keys
  }

  @Test func readsCardsAsGGUFsPeerDoes() throws {
    let document = try JSONValue.parse(try Golden.bytes("Conversion/model-cards.json"))
    let cases = try #require(document["cases"]?.array)
    #expect(cases.count >= 80)
    var failing = 0
    for item in cases {
      let folder = try #require(item["folder"]?.string)
      let card = ModelCard(Array(try #require(item["card"]?.string).utf8))
      let parameters = try #require(item["parameters"]?.int)
      var found = Self.keys(card, folder, parameters)
      guard let expected = item["keys"]?.object else {
        failing += 1
        let told = CardKeys(card, parameters: parameters)
        if let rescued = Self.rescued[folder] {
          for (key, value) in rescued { #expect(found[key] == value, "\(folder) \(key)") }
        } else {
          #expect(!told.warnings.isEmpty, "\(folder)")
        }
        continue
      }
      // The converter computes a label where nothing states one.
      if expected["general.size_label"] == nil { found["general.size_label"] = nil }
      if Self.differences.contains(folder) { continue }
      #expect(Set(found.keys) == Set(expected.keys), "\(folder)")
      for (key, value) in expected {
        #expect(found[key]?.json() == value["value"], "\(folder) \(key)")
        let type = value["type"]?.string
        let wanted = ["STRING": "string", "UINT32": "u32", "ARRAY STRING": "array<string>"]
        #expect(found[key]?.typeName == type.flatMap { wanted[$0] }, "\(folder) \(key)")
      }
    }
    #expect(failing == 12)
  }

  @Test func warnsOfCardsThatCannotBeRead() {
    for text in ["---\nlicense: \"mit\n---\n", "---\n- a\n---\n", "---\na: &b c\n---\n"] {
      let card = ModelCard(Array(text.utf8))
      #expect(card.fields.isEmpty)
      #expect(card.warnings.count == 1)
      #expect(card.warnings.first?.contains("README.md") == true)
    }
    let line = ModelCard(Array("---\na: b\nc: [d\n---\n".utf8)).warnings.first
    #expect(line?.contains("line ") == true)
    #expect(ModelCard([0x2D, 0x2D, 0x2D, 0x0A, 0xFF]).warnings.count == 1)
    #expect(ModelCard(Array("\u{FEFF}---\nlicense: mit\n---\n".utf8)).warnings.count == 1)
    #expect(
      CardKeys(ModelCard(Array("---\nlanguage: no\n---\n".utf8)), parameters: 0).warnings.count == 1
    )
  }

  /// The card that a GGUF's keys give leads to the same keys.
  @Test func comesBack() throws {
    let document = try JSONValue.parse(try Golden.bytes("Conversion/model-cards.json"))
    var compared = 0
    for item in try #require(document["cases"]?.array) {
      let folder = try #require(item["folder"]?.string)
      let card = ModelCard(Array(try #require(item["card"]?.string).utf8))
      let keys = Self.keys(card, folder, 0)
      guard let bytes = CardText.bytes(keys) else { continue }
      let again = Self.keys(ModelCard(bytes), folder, 0)
      let kept = keys.filter { key, value in
        let tells = [
          "license", "author", "description", "source", "base_model", "dataset", "tags",
          "languages",
        ]
        let isEmptyCount = key.hasSuffix(".count") && value.int == 0
        return tells.contains { key.hasPrefix("general.\($0)") } && !isEmptyCount
      }
      for (key, value) in kept {
        #expect(again[key] == value, "\(folder) \(key): \(String(decoding: bytes, as: UTF8.self))")
      }
      compared += 1
    }
    #expect(compared > 40)
    #expect(CardText.bytes(["general.name": .string("x")]) == nil)
  }
}
