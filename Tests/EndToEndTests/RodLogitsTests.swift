import Foundation
import Testing
import _TestSupport

/// A trained Llama, converted, gives a real llama.cpp the log-probabilities that Transformers computes.
@Suite struct RodLogitsTests {
  struct Recorded: Decodable {
    let vocabulary: Int
    let tokens: [Int]
    let ids: [[Int]]
    let logprobs: [[Double]]
    let peer_differences: [String: Double]
  }
  struct Question: Encodable {
    let tokens: [Int]
    let vocabulary: Int
  }
  struct Answer: Decodable {
    let logprobs: [[Double]]
  }

  /// f32 leaves only the order of summation; the narrower types round activations too (peer_differences).
  @Test(arguments: [("f32", 1e-4), ("bf16", 0.08), ("q8_0", 0.4)])
  func logProbabilitiesAgree(type: String, bound: Double) throws {
    let decoder = JSONDecoder()
    let recorded = try decoder.decode(
      Recorded.self, from: Data(try Golden.bytes("Peers/rod-logits.json")))
    let theirs = try #require(recorded.peer_differences[type])
    #expect(theirs < bound, "the bound is not one the peer's own file keeps")

    let folder = try TemporaryFolder()
    let output = folder.path("rod-\(type).gguf")
    let converted = try LatheBinary.run([
      "convert", Golden.path("Models/rod"), "-o", output, "--type", type,
    ])
    try #require(converted.status == 0, "lathe convert: \(converted.standardError)")

    let question = Question(tokens: recorded.tokens, vocabulary: recorded.vocabulary)
    let peer = try Peer.run(
      "llama_logits.py", [output],
      input: String(decoding: try JSONEncoder().encode(question), as: UTF8.self))
    try #require(peer.status == 0, "llama_logits.py: \(peer.standardError)")
    let answer = try decoder.decode(Answer.self, from: Data(peer.standardOutput.utf8))
    try #require(answer.logprobs.count == recorded.tokens.count)

    var worst = 0.0
    for (row, ids) in recorded.ids.enumerated() {
      for (index, id) in ids.enumerated() {
        worst = max(worst, abs(answer.logprobs[row][id] - recorded.logprobs[row][index]))
      }
    }
    #expect(worst <= bound)
  }
}
