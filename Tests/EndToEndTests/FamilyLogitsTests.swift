import Foundation
import Lathe
import Testing
import _TestSupport

/// A real llama.cpp computes from Lathe's GGUF what Transformers computed from the checkpoint.
///
/// Encoder models have tests of their own (MiniLM), and T5 a script's figures: the server answers about decoders.
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

  /// Families whose gelu ggml takes from a table of f16; elsewhere only the order of sums differs.
  static let tabled: Set<String> = [
    "bloom/bloom", "falcon/falcon-7b-multiquery", "falcon/falcon-new-arch", "gemma2/gemma2",
    "gemma3/gemma3-text", "gpt2/gpt2", "gptneox/gptneox-parallel", "phi2/phi2",
    "starcoder2/starcoder2",
  ]
  /// Cases that llama.cpp does not load or compute as they are, with what the plan says of it.
  static let others: [String: String] = [
    "deepseek/deepseek-v2-mla": "does not load this file", "gptoss/gptoss-mxfp4": "truncate",
  ]
  static let encoders = ["bert/bert", "t5/t5-gated"]

  /// The reference checkpoints; variants are compared by tools/peers/compare_logits.py.
  static let references = ModelCase.all.map(\.path).filter {
    !$0.hasPrefix("variants/") && $0 != "rod" && !encoders.contains($0)
  }

  @Test func everyReferenceIsTried() {
    #expect(Self.references.count == 26)
    #expect(Set(Self.references).isSuperset(of: Self.tabled.union(Self.others.keys)))
  }

  @Test(arguments: references.filter { others[$0] == nil })
  func logProbabilitiesAgree(path: String) throws {
    let folder = try TemporaryFolder()
    let output = folder.path("out.gguf")
    try Conversion.run(try ModelCase(path: path).unpack(into: folder), output, type: "f32")
    let expected = try folder.write(
      "expected.safetensors", Golden.bytes("Models/\(path)/expected_logits.safetensors"))
    let recorded = try SmallFiles.read(expected).tensors
    let ids = try #require(recorded["input_ids"])
    let logits = try #require(recorded["logits"])
    let vocabulary = try #require(logits.shape.last)
    let tokens = ids.numbers(Int64.self).prefix(ids.shape.last ?? 0).map(Int.init)
    let rows = logits.numbers(Float.self)[..<(tokens.count * vocabulary)].map(Double.init)

    let texts = try SourceCheckpoint(output).reader.metadata["tokenizer.ggml.tokens"]?.array
    let letter = (0..<(texts?.count ?? 0)).first { texts?.element(at: $0)?.string == "e" }
    let question = Question(
      tokens: tokens, vocabulary: vocabulary, sampled: try #require(letter))
    let peer = try Peer.run(
      "llama_logits.py", [output],
      input: String(decoding: try JSONEncoder().encode(question), as: UTF8.self))
    try #require(peer.status == 0, "llama_logits.py: \(peer.standardError.suffix(2000))")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(peer.standardOutput.utf8))
    try #require(answer.logprobs.count == tokens.count)

    var (worst, compared) = (0.0, 0)
    for (row, found) in answer.logprobs.enumerated() {
      let theirs = rows[row * vocabulary..<(row + 1) * vocabulary]
      let top = theirs.max() ?? 0
      let total = log(theirs.reduce(0) { $0 + exp($1 - top) }) + top
      for (value, score) in zip(found, theirs) {
        // Probabilities come as f32, so the smallest are not known.
        guard let value, score - total > -60 else { continue }
        worst = max(worst, abs(value - (score - total)))
        compared += 1
      }
    }
    let mean = rows.reduce(0, +) / Double(rows.count)
    let spread = (rows.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows.count))
      .squareRoot()
    #expect(worst <= spread * (Self.tabled.contains(path) ? 4e-3 : 3e-5), "\(worst) of \(spread)")
    #expect(worst > 0)
    #expect(compared > rows.count / 2)
  }

  @Test(arguments: others.keys.sorted())
  func whatLlamaCppCannotDoIsSaid(path: String) throws {
    let folder = try TemporaryFolder()
    var request = ConversionRequest(
      source: try ModelCase(path: path).unpack(into: folder), destination: folder.path("out.gguf"))
    request.forceLossyArchitecture = true
    let words = try #require(Self.others[path])
    let warnings = try Planner(request).plan().plan.warnings
    #expect(warnings.contains { $0.contains(words) }, "\(warnings)")
  }
}
