import Architectures
import Documents
import Foundation
import ModelGraph
import Tensors
import Testing
import _TestSupport

/// The graphs of the reference checkpoints, from their headers.
@Suite struct CheckpointGraphTests {
  /// Outputs other than logits, and where logits are not made.
  static let outputs: [String: [String]] = [
    "bert": ["hidden: floats [batch, seq, 64]", "pooled_out: floats [batch, 64]"]
  ]

  static let cases = [
    "bert", "bloom", "deepseek-v2-mla", "deepseek-v3-mla", "falcon-7b-multiquery",
    "falcon-new-arch", "gemma2", "gemma3-text", "gpt2", "gptoss-bf16", "gptoss-mxfp4",
    "llama-bpe-kquant", "llama-spm-gqa", "mamba", "mistral-gqa", "qwen2moe", "t5-gated",
  ]

  static func entries() throws -> JSONValue {
    try JSONValue.parse(
      String(decoding: try Golden.bytes("Graphs/headers.json"), as: UTF8.self))
  }

  /// The model of a checkpoint.
  static func model(_ name: String) throws -> Model {
    let entry = try #require(try entries()[name])
    let family = try #require(entry["family"]?.string)
    let classes = entry["config"]?["architectures"]?.array?.compactMap(\.string) ?? []
    var shipped: Architecture?
    for name in classes { shipped = try shipped ?? Architectures.find(class: name) }
    let architecture =
      try shipped
      ?? Architectures.parse(file: "\(family).arch", text: FamilyCase.make(family).text())
    let tensors = try #require(entry["tensors"]?.object)
    var header = PlainHeader(
      dialect: .huggingface, config: entry["config"],
      tensors: tensors.mapValues { Shape($0.array?.compactMap(\.int) ?? []) })
    header.encodings = HeaderCase.packed(entry["config"] ?? .null, tensors.keys)
    return try architecture.instantiate(header)
  }

  @Test func everyCheckpointIsTried() throws {
    #expect(try Self.entries().object?.keys.sorted() == Self.cases)
  }

  @Test(arguments: cases) func logitsHaveTheVocabularysShape(_ name: String) throws {
    let model = try Self.model(name)
    let graph = try model.graph(name == "t5-gated" ? "decode" : "")
    let found = graph.outputs.map { "\($0.name): \(graph.type(of: $0.value)?.description ?? "")" }
    guard case .int(let vocabulary)? = model["vocab"] else {
      Issue.record("no vocabulary")
      return
    }
    #expect(found == Self.outputs[name] ?? ["logits: floats [batch, seq, \(vocabulary)]"])
    // The graphs together read every tensor, with the shape that the model gives it.
    var read: Set<String> = []
    for name in model.architecture.graphs.keys {
      for parameter in try model.graph(name).parameters {
        read.insert("\(parameter.name) \(parameter.shape)")
        if let bias = parameter.bias { read.insert("\(parameter.name).bias \(bias)") }
      }
    }
    #expect(read == Set(model.tensors.map { "\($0.fullName) \($0.shape)" }))
  }

  @Test func theEncoderGivesStates() throws {
    let graph = try Self.model("t5-gated").graph("encode")
    #expect(graph.outputs.map(\.name) == ["states"])
    #expect(graph.type(of: graph.outputs[0].value)?.description == "floats [batch, seq, 64]")
  }

  @Test func aGraphThatTheFileLacksIsAnError() throws {
    let error = #expect(throws: ArchitectureError.self) {
      try Self.model("t5-gated").graph("generate")
    }
    #expect(error?.code == .name)
    #expect(error?.message.contains("generate") == true)
  }
}
