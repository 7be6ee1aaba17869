import Foundation
import Lathe
import Testing
import _TestSupport

/// A real llama.cpp computes from Lathe's GGUF what Transformers computed from the folder.
///
/// The bounds are those of the order of summation; llama.cpp's own figures with the peer's files are of their size.
@Suite struct ReferenceLogitsTests {
  struct Question: Encodable {
    let tokens: [Int64]
    let vocabulary: Int
    let sampled: Int
  }
  struct Answer: Decodable {
    let logprobs: [[Double]]
  }

  /// The token is one that ends nothing and is a whole character.
  @Test(arguments: [("qwen2moe/qwen2moe", 40), ("deepseek/deepseek-v3-mla", 40)])
  func logProbabilitiesAgree(path: String, letter: Int) throws {
    let folder = try TemporaryFolder()
    let output = folder.path("out.gguf")
    try Conversion.run(try ModelCase(path: path).unpack(into: folder), output, type: "f32")
    let recorded = folder.path("logits/model.safetensors")
    try FileManager.default.createDirectory(
      atPath: folder.path("logits"), withIntermediateDirectories: true)
    try Data(Golden.bytes("Models/\(path)/expected_logits.safetensors")).write(
      to: URL(filePath: recorded))
    let expected = try Content(recorded).tensors
    let ids = try #require(expected["input_ids"])
    let logits = try #require(expected["logits"])
    let (count, vocabulary) = (logits.shape.axes[1], logits.shape.axes[2])
    let tokens = ids.bytes.withUnsafeBytes { raw in
      (0..<count).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self) }
    }

    let question = Question(tokens: tokens, vocabulary: vocabulary, sampled: letter)
    let peer = try Peer.run(
      "llama_logits.py", [output],
      input: String(decoding: try JSONEncoder().encode(question), as: UTF8.self))
    try #require(peer.status == 0, "llama_logits.py: \(peer.standardError.suffix(2000))")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(peer.standardOutput.utf8))
    try #require(answer.logprobs.count == count)

    var worst = 0.0
    for (row, found) in answer.logprobs.enumerated() {
      let scores = logits.bytes.withUnsafeBytes { raw in
        (0..<vocabulary).map {
          Double(raw.loadUnaligned(fromByteOffset: 4 * (row * vocabulary + $0), as: Float.self))
        }
      }
      let top = scores.max() ?? 0
      let total = log(scores.reduce(0) { $0 + exp($1 - top) }) + top
      for (score, logprob) in zip(scores, found) {
        worst = max(worst, abs(score - total - logprob))
      }
    }
    #expect(worst < 5e-5)
  }
}
