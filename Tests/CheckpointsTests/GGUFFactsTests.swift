import Checkpoints
import Foundation
import Tensors
import Testing
import _TestSupport

/// Numbers and labels beside those that gguf-py computes.
struct GGUFFactsTests {
  struct Facts: Decodable {
    struct Label: Decodable {
      let total, shared, expert, experts: Int
      let label: String
    }
    struct Model: Decodable {
      struct Tensor: Decodable {
        let name: String
        let shape: [Int]
      }
      let tensors: [Tensor]
      let total, shared, expert, experts: Int
    }
    let size_labels: [Label]
    let models: [Model]
    let file_types: [String: UInt32]
  }

  let facts: Facts
  init() throws {
    facts = try JSONDecoder().decode(
      Facts.self, from: Data(try Golden.bytes("FileFormats/gguf/facts.json")))
  }

  @Test func sizeLabels() {
    #expect(facts.size_labels.count > 400)
    for item in facts.size_labels {
      let count = GGUFSizeLabel.Count(
        total: item.total, shared: item.shared, perExpert: item.expert, experts: item.experts)
      #expect(GGUFSizeLabel.label(count) == item.label, "\(item)")
    }
  }

  @Test func parameterCounts() {
    for model in facts.models {
      let count = GGUFSizeLabel.Count(model.tensors.map { ($0.name, Shape($0.shape)) })
      #expect(
        count
          == GGUFSizeLabel.Count(
            total: model.total, shared: model.shared, perExpert: model.expert,
            experts: model.experts))
    }
  }

  @Test func fileTypes() {
    var expected = facts.file_types
    #expect(expected.removeValue(forKey: "GUESSED") == GGUFFileType.guessed)
    #expect(
      Dictionary(uniqueKeysWithValues: GGUFFileType.all.map { ($0.name, $0.number) }) == expected)
    #expect(GGUFFileType.named("q4_k_m")?.number == 15)
    #expect(GGUFFileType.numbered(32)?.name == "BF16")
  }
}
