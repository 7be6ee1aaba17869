import Foundation
import Testing
import _TestSupport

/// The inputs of llama-quantize's evidence come out the same, byte for byte, when they are made anew.
@Suite struct SeededModelTests {
  @Test func inputsAreThoseOfTheEvidence() throws {
    let evidence = try QuantizeEvidence.read()
    var found: [String: String] = [:]
    for (name, bytes) in SeededModel.files() { found[name] = Golden.sha256(bytes) }
    #expect(found == evidence.inputs)
  }

  @Test func everyPresetIsRecorded() throws {
    let evidence = try QuantizeEvidence.read()
    for model in ["dense.gguf", "odd.gguf", "moe.gguf"] {
      for importance in [true, false] {
        let recorded = evidence.runs.filter {
          $0.model == model && $0.options.isEmpty && ($0.importance != nil) == importance
        }
        // Rows of 40 weights have no place in Q1_0, and no fallback either.
        #expect(Set(recorded.map(\.preset)).count == (model == "odd.gguf" ? 34 : 35))
      }
    }
  }
}
