import Foundation
import Lathe
import Testing
import _TestSupport

/// llama.cpp computes with Lathe's GGUF what Transformers computes with the checkpoint.
@Suite struct FamilyLogitsTests {
  struct Question: Encodable {
    let tokens: [Int]
    let vocabulary: Int
    /// A token that ends no text: llama.cpp tells no probabilities beside one that does.
    let sampled: Int
  }
  struct Answer: Decodable {
    let logprobs: [[Double?]]
  }

  /// Bounds for log-probabilities: the exact order of sums, or the table by which ggml computes gelu.
  @Test(arguments: [
    ("gptoss/gptoss-bf16", 68, 1e-3), ("gpt2/gpt2", 68, 0.02), ("gemma3/gemma3-text", 274, 0.02),
    ("mamba/mamba", 70, 1e-3),
  ])
  func logProbabilitiesAgree(path: String, letter: Int, bound: Double) throws {
    let folder = try TemporaryFolder()
    let model = ModelCase(path: path)
    let output = folder.path("out.gguf")
    try Conversion.run(try model.unpack(into: folder), output, type: "f32")
    let expected = try folder.write(
      "expected.safetensors", Golden.bytes("Models/\(path)/expected_logits.safetensors"))
    let recorded = try SmallFiles.read(expected).tensors
    let ids = try #require(recorded["input_ids"])
    let logits = try #require(recorded["logits"])
    let vocabulary = try #require(logits.shape.last)
    let tokens = Array(ids.numbers(Int64.self).prefix(ids.shape.last ?? 0).prefix(12).map(Int.init))
    let rows = logits.numbers(Float.self)

    let question = Question(tokens: tokens, vocabulary: vocabulary, sampled: letter)
    let peer = try Peer.run(
      "llama_logits.py", [output],
      input: String(decoding: try JSONEncoder().encode(question), as: UTF8.self))
    try #require(peer.status == 0, "llama_logits.py: \(peer.standardError)")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(peer.standardOutput.utf8))
    try #require(answer.logprobs.count == tokens.count)
    var worst = 0.0
    for (row, found) in answer.logprobs.enumerated() {
      let theirs = rows[row * vocabulary..<(row + 1) * vocabulary].map(Double.init)
      let peak = theirs.max() ?? 0
      let norm = peak + log(theirs.reduce(0) { $0 + exp($1 - peak) })
      for (id, value) in found.enumerated() {
        guard let value else { continue }
        worst = max(worst, abs(value - (theirs[id] - norm)))
      }
    }
    #expect(worst <= bound, "\(path): \(worst)")
    #expect(worst > 0)
  }
}
