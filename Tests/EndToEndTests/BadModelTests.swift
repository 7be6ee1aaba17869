import Foundation
import Testing
import _TestSupport

/// Folders whose parts disagree: each defect is named, with what was expected, and nothing is written.
@Suite struct BadModelTests {
  let folder: TemporaryFolder
  let model: URL

  init() throws {
    folder = try TemporaryFolder()
    model = folder.url.appending(path: "model")
    try Golden.unpack("Models/llama/llama-spm-gqa", to: model)
  }

  private func config(_ change: (inout [String: Any]) -> Void) throws {
    let url = model.appending(path: "config.json")
    var object =
      try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    change(&object)
    try JSONSerialization.data(withJSONObject: object).write(to: url)
  }

  private func tensors(_ change: (inout [String: SmallFiles.Tensor]) -> Void) throws {
    let path = model.appending(path: "model.safetensors").path()
    var (tensors, metadata) = try SmallFiles.read(path)
    change(&tensors)
    let sorted = tensors.values.sorted { $0.name < $1.name }
    try Data(SmallFiles.safetensors(sorted, metadata: metadata)).write(to: URL(filePath: path))
  }

  private func refusal(
    _ statuses: [Int32], _ parts: [String], _ location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try lathe("convert", model.path(), "-o", folder.path("out.gguf"), "--type", "f16")
    let said = Comment(rawValue: "\(result.status): \(result.standardError)")
    #expect(statuses.contains(result.status), said, sourceLocation: location)
    for part in parts {
      #expect(result.standardError.contains(part), "\(part): \(said)", sourceLocation: location)
    }
    #expect(try folder.names() == ["model"], sourceLocation: location)
  }

  @Test func theModelItselfConverts() throws {
    let result = try lathe("convert", model.path(), "-o", folder.path("out.gguf"), "--type", "f16")
    #expect(result.status == 0, "\(result.standardError)")
  }

  @Test(arguments: [
    "num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads",
    "max_position_embeddings", "vocab_size",
  ])
  func missingKey(_ key: String) throws {
    try config { $0[key] = nil }
    try refusal([65, 69], ["config.json", key])
  }

  @Test(arguments: [
    ("num_hidden_layers", 3), ("hidden_size", 65), ("num_attention_heads", 0), ("vocab_size", 513),
    ("num_key_value_heads", 3), ("intermediate_size", -128),
    ("num_hidden_layers", Int(Int32.max)), ("hidden_size", Int.max),
  ])
  func numbersThatDoNotFit(_ key: String, _ value: Int) throws {
    try config { $0[key] = value }
    try refusal([65, 69], [model.path()])
  }

  @Test func wrongKinds() throws {
    try config { $0["hidden_size"] = "64" }
    try refusal([65], ["config.json", "hidden_size"])
    try config { $0["hidden_size"] = 64.5 }
    try refusal([65], ["config.json", "hidden_size"])
  }

  @Test func configurationThatIsNone() throws {
    try Data("{\"architectures\": [\"Llama".utf8).write(to: model.appending(path: "config.json"))
    try refusal([65], ["config.json", "config.json:1:"])
    try Data("[]".utf8).write(to: model.appending(path: "config.json"))
    try refusal([65, 69], ["model"])
    try FileManager.default.removeItem(at: model.appending(path: "config.json"))
    try refusal([66, 69], ["config.json"])
  }

  @Test func unknownArchitecture() throws {
    try config { $0["architectures"] = ["PonderForCausalLM"] }
    try tensors { tensors in
      tensors["model.ponder.weight"] = SmallFiles.Tensor(
        "model.ponder.weight", "F32", [2], [Float(1), 2])
    }
    try refusal(
      [69], ["PonderForCausalLM", "LlamaForCausalLM", "'llama'", "'model.ponder.weight'"])
  }

  @Test func tensorsThatAreMissingOrTooMany() throws {
    try tensors { $0["model.layers.1.mlp.up_proj.weight"] = nil }
    try refusal([65, 69], ["model.layers.1.mlp.up_proj.weight"])
  }

  @Test func tensorsThatNothingDescribes() throws {
    try tensors { tensors in
      tensors["model.layers.0.mlp.extra.weight"] = SmallFiles.Tensor(
        "model.layers.0.mlp.extra.weight", "F32", [1], [Float(1)])
    }
    try refusal([65, 69], ["model.layers.0.mlp.extra.weight"])
  }

  @Test func wrongShape() throws {
    try tensors { $0["model.norm.weight"]?.shape = [32, 2] }
    try refusal([65, 69], ["model.norm.weight", "[64]", "[32, 2]"])
  }

  /// The configuration says that two tensors are one; they differ.
  @Test func tiedButDifferent() throws {
    try config { $0["tie_word_embeddings"] = true }
    try refusal([65], ["lm_head.weight", "model.embed_tokens.weight"])
  }

  @Test func tokenizerThatDisagreesWithTheVocabulary() throws {
    // Half the rows of the embedding: fewer than the tokenizer has tokens.
    try config { $0["vocab_size"] = 256 }
    try tensors { tensors in
      for name in ["model.embed_tokens.weight", "lm_head.weight"] {
        tensors[name]?.shape = [256, 64]
        tensors[name]?.bytes.removeLast(256 * 64 * 2)
      }
    }
    try refusal([65, 69], ["256", "480"])
  }

  @Test func noTokenizer() throws {
    try FileManager.default.removeItem(at: model.appending(path: "tokenizer.model"))
    try refusal([66, 69], ["tokenizer.json", "tokenizer.model"])
  }

  @Test func brokenTokenizers() throws {
    try Data([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]).write(
      to: model.appending(path: "tokenizer.model"))
    try refusal([65, 69], [model.appending(path: "tokenizer.model").path()])
    try FileManager.default.removeItem(at: model.appending(path: "tokenizer.model"))
    try Data("{\"model\": {\"type\": \"BPE\"".utf8)
      .write(to: model.appending(path: "tokenizer.json"))
    try refusal([65], [model.appending(path: "tokenizer.json").path()])
  }

  /// What a file of tensors holds beside its model's folder is used too: no folder is needed.
  @Test func theFileInsideTheFolder() throws {
    let result = try LatheBinary.run([
      "convert", model.appending(path: "model.safetensors").path(), "-o", folder.path("out.gguf"),
      "--type", "f16",
    ])
    #expect(result.status == 0, "\(result.standardError)")
    let whole = try lathe("convert", model.path(), "-o", folder.path("two.gguf"), "--type", "f16")
    #expect(whole.status == 0)
    #expect(try folder.bytes("out.gguf") == folder.bytes("two.gguf"))
  }

  @Test func aGGUFWithoutItsKeys() throws {
    let path = try folder.write(
      "x.gguf",
      SmallFiles.gguf(
        [("general.architecture", .text("llama"))],
        [("token_embd.weight", 0, [4, 2], [UInt8](repeating: 0, count: 32))]))
    let result = try lathe("convert", path, "-o", folder.path("out"))
    #expect([65, 69].contains(result.status), "\(result.standardError)")
    #expect(result.standardError.contains("llama.block_count"), "\(result.standardError)")
    #expect(try folder.names() == ["model", "x.gguf"])
  }
}
