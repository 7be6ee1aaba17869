import Foundation
import Lathe
import Testing
import _TestSupport

/// What the three Gemmas have beyond their reference cases.
@Suite struct GemmaFamilyTests {
  /// What llama.cpp computes otherwise is refused by name.
  @Test(arguments: [
    ("variants/gemma", "tie_word_embeddings", "false", "embedding for its head"),
    ("variants/gemma", "hidden_act", "\"silu\"", "always uses gelu"),
    ("gemma2/gemma2", "query_pre_attn_scalar", "64", "derives the query scale"),
    ("gemma2/gemma2", "final_logit_softcapping", "null", "always caps"),
    ("gemma2/gemma2", "attn_logit_softcapping", "null", "always caps"),
    ("gemma3/gemma3-text", "query_pre_attn_scalar", "64", "derives the query scale"),
    ("gemma3/gemma3-text", "attn_logit_softcapping", "50.0", "does not cap attention"),
    ("gemma3/gemma3-text", "hidden_activation", "\"silu\"", "always uses gelu"),
    (
      "gemma3/gemma3-text", "rope_parameters",
      """
      {"full_attention": {"rope_theta": 1e6, "rope_type": "default"},
       "sliding_attention": {"rope_theta": 1e4, "rope_type": "linear", "factor": 2.0}}
      """, "rope of sliding layers"
    ),
  ])
  func whatLlamaCppComputesOtherwiseIsRefused(
    path: String, key: String, value: String, sentence: String
  ) throws {
    let folder = try TemporaryFolder()
    let model = try ModelCase(path: path).unpack(into: folder)
    try ModelCase.change(model, key, value)
    if key == "tie_word_embeddings" { try addHead(model) }
    let refused = try lathe("convert", model, "-o", folder.path("out.gguf"))
    #expect(refused.status == 69)
    #expect(refused.standardError.contains(sentence), "\(refused.standardError)")
    let forced = try lathe(
      "convert", model, "-o", folder.path("out.gguf"), "--force-lossy-architecture")
    #expect(forced.status == 0, "\(forced.standardError)")
  }

  /// A head of its own, as an untied model has it.
  private func addHead(_ model: String) throws {
    let path = model + "/model.safetensors"
    let content = try SmallFiles.read(path)
    let embedding = try #require(content.tensors["model.embed_tokens.weight"])
    var head = embedding
    head.name = "lm_head.weight"
    head.bytes.reverse()
    let tensors = (content.tensors.values + [head]).sorted { $0.name < $1.name }
    try Data(SmallFiles.safetensors(tensors, metadata: content.metadata))
      .write(to: URL(filePath: path))
  }

  /// A tied model that stores its head nevertheless: it is compared, and not written twice.
  @Test func aCopyOfTheEmbeddingIsDropped() throws {
    let folder = try TemporaryFolder()
    let model = try ModelCase(path: "gemma2/gemma2").unpack(into: folder)
    let path = model + "/model.safetensors"
    let content = try SmallFiles.read(path)
    var head = try #require(content.tensors["model.embed_tokens.weight"])
    head.name = "lm_head.weight"
    let tensors = (content.tensors.values + [head]).sorted { $0.name < $1.name }
    try Data(SmallFiles.safetensors(tensors, metadata: content.metadata))
      .write(to: URL(filePath: path))
    try Conversion.run(model, folder.path("out.gguf"))
    #expect(try Content(folder.path("out.gguf")).tensors["output.weight"] == nil)
    try addHead(model)
    let result = try lathe("convert", model, "-o", folder.path("other.gguf"))
    #expect(result.status == 65, "\(result.standardError)")
  }

  /// Norms are stored around one: rounded where a sum needs more digits than f32 has, and proven
  /// exact where every value comes back.
  @Test func normsAreProbed() throws {
    let folder = try TemporaryFolder()
    let model = try ModelCase(path: "variants/gemma").unpack(into: folder)
    let path = model + "/model.safetensors"
    let content = try SmallFiles.read(path)
    func plan(_ first: Float, _ second: Float) throws -> Fidelity? {
      var tensors = content.tensors
      var norm = SmallFiles.floats(32, seed: 3)
      norm[0] = first
      norm[1] = second
      tensors["model.norm.weight"] = SmallFiles.Tensor("model.norm.weight", "F32", [32], norm)
      let list = tensors.values.sorted { $0.name < $1.name }
      try Data(SmallFiles.safetensors(list, metadata: content.metadata))
        .write(to: URL(filePath: path))
      let request = ConversionRequest(source: model, destination: folder.path("plan.gguf"))
      let plan = try Planner(request).plan().plan
      return plan.tensors.first { $0.name == "output_norm.weight" }?.fidelity
    }
    #expect(try plan(1e-9, 0) == .rounded)
    var exact = content.tensors
    exact["model.norm.weight"] = SmallFiles.Tensor(
      "model.norm.weight", "F32", [32], [Float](repeating: 0.25, count: 32))
    try Data(
      SmallFiles.safetensors(
        exact.values.sorted { $0.name < $1.name }, metadata: content.metadata)
    ).write(to: URL(filePath: path))
    let request = ConversionRequest(source: model, destination: folder.path("plan.gguf"))
    let plan = try Planner(request).plan().plan
    let norm = try #require(plan.tensors.first { $0.name == "output_norm.weight" })
    #expect(norm.fidelity == .exact && norm.layoutText == "undo add(-1)")
    #expect(plan.text().contains("rounded") == false)
  }
}
