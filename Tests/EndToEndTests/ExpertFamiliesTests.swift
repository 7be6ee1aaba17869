import Foundation
import Lathe
import Testing
import _TestSupport

/// Qwen, OLMo-2, Mistral and Mixtral: what a GGUF cannot say is refused or told, and experts come
/// in both ways of storing them.
@Suite struct ExpertFamiliesTests {
  /// A change of a configuration, and what is said of it.
  struct Change: CustomTestStringConvertible, Sendable {
    let model: String
    let settings: [String: JSONValue?]
    let says: String
    var testDescription: String { "\(model): \(says)" }
    init(_ model: String, _ settings: [String: JSONValue?], _ says: String) {
      self.model = "variants/\(model)"
      self.settings = settings
      self.says = says
    }
  }

  static let refused = [
    Change("qwen2-mha-yarn", ["hidden_act": "gelu"], "llama.cpp's qwen2 always uses silu"),
    Change("qwen3-biases", ["hidden_act": "relu"], "llama.cpp's qwen3 always uses silu"),
    Change("olmo2-mha-linear", ["hidden_act": "gelu"], "llama.cpp's olmo2 always uses silu"),
    Change("mixtral-old", ["hidden_act": "gelu"], "llama.cpp's llama always uses silu"),
    Change("qwen2moe-old", ["hidden_act": "gelu"], "llama.cpp's qwen2moe always uses silu"),
    Change("qwen3moe-old", ["hidden_act": "gelu"], "llama.cpp's qwen3moe always uses silu"),
    Change("qwen2moe-old", ["norm_topk_prob": true], "never normalizes the experts' weights"),
    Change("qwen3moe-old", ["norm_topk_prob": false], "always normalizes the experts' weights"),
    Change("qwen3moe-old", ["norm_topk_prob": nil], "always normalizes the experts' weights"),
    Change("deepseek-v3-yarn", ["hidden_act": "gelu"], "llama.cpp's deepseek2 always uses silu"),
    Change("deepseek-v3-yarn", ["rope_interleave": false], "rotates neighbouring pairs"),
    Change(
      "deepseek-v3-yarn", ["rope_scaling": yarn(["mscale": 2, "mscale_all_dim": 1])],
      "another mscale than mscale_all_dim"),
    Change("deepseek-v3-yarn", ["rope_scaling": yarn([:])], "another mscale than mscale_all_dim"),
    Change(
      "deepseek-v3-yarn",
      ["rope_scaling": yarn(["mscale": 1, "mscale_all_dim": 1, "attention_factor": 2])],
      "another mscale than mscale_all_dim"),
    Change(
      "deepseek-v2-q-lora",
      ["n_group": 2, "topk_group": 1, "topk_method": "group_limited_greedy"],
      "weighs a group of experts by its two best"),
  ]

  static func yarn(_ scales: [String: JSONValue]) -> JSONValue {
    var result: JSONValue = [
      "type": "yarn", "factor": 8, "original_max_position_embeddings": 64, "beta_fast": 32,
      "beta_slow": 1,
    ]
    for (key, value) in scales { result[key] = value }
    return result
  }

  @Test(arguments: refused)
  func isRefusedUnlessForced(change: Change) throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel(change.model, in: folder)
    try model.configure(change.settings)
    let error = #expect(throws: ConversionError.self) {
      try model.convert(to: folder.path("refused.gguf"))
    }
    #expect(error?.code == .policy)
    #expect(error?.description.contains(change.says) == true, "\(String(describing: error))")
    #expect(error?.description.contains("--force-lossy-architecture") == true)
    let plan = try model.convert(to: folder.path("forced.gguf"), forced: true)
    #expect(plan.warnings.contains { $0.contains(change.says) })
    let losses = try #require(
      try Content(folder.path("forced.gguf")).metadata["lathe.losses"]?.strings)
    #expect(losses.contains { $0.contains(change.says) })
    // The way back is the model again: its configuration is kept beside the keys.
    try Conversion.run(folder.path("forced.gguf"), folder.path("back"))
    #expect(try Content(folder.path("back")).tensors == Content(model.path).tensors)
  }

  static let warned = [
    Change("qwen2-window", [:], "results differ from position 32"),
    Change("qwen2-window", ["sliding_window": 64, "max_window_layers": 0], "from position 64"),
    Change(
      "qwen2-window",
      ["max_window_layers": 9, "layer_types": ["sliding_attention", "full_attention"]],
      "results differ from position 32"),
    Change("qwen2moe-window", [:], "results differ from position 64"),
    Change(
      "qwen3-yarn-tied",
      ["use_sliding_window": true, "sliding_window": 16, "max_window_layers": 1],
      "results differ from position 16"),
    Change(
      "qwen3moe-old", ["use_sliding_window": true, "sliding_window": 16], "from position 16"),
    Change("mistral-bare-config", [:], "results differ from position 4096"),
    Change("mixtral-old", ["sliding_window": 40], "results differ from position 40"),
    Change("qwen3-biases", [:], "attn_output.bias"), Change("qwen3moe-fused", [:], "output.bias"),
    Change("olmo2-tied-biases", [:], "attn_output.bias"),
    Change("olmo2-tied-biases", [:], "needs output.weight"),
    Change("deepseek-v2-lite", [:], "expects them only for 26 or 27 layers"),
    Change("deepseek-v3-no-scoring", [:], "expects them only for 26 or 27 layers"),
    Change("deepseek-v3-dense", [:], "has no place for the biases"),
  ]

  @Test(arguments: warned)
  func isConvertedWithAWarning(change: Change) throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel(change.model, in: folder)
    try model.configure(change.settings)
    let plan = try model.convert(to: folder.path("out.gguf"))
    #expect(plan.warnings.contains { $0.contains(change.says) }, "\(plan.warnings)")
  }

  static let silent = [
    Change("qwen2-window", ["use_sliding_window": false], "from position"),
    Change("qwen2-window", ["sliding_window": 256], "from position"),
    Change("qwen2-window", ["sliding_window": .null], "from position"),
    Change("qwen2-window", ["max_window_layers": 2], "from position"),
    Change("qwen2moe-window", ["max_window_layers": 0], "from position"),
    Change("mistral-bare-config", ["sliding_window": .null], "from position"),
    Change("mistral-bare-config", ["max_position_embeddings": 4096], "from position"),
    Change("qwen3moe-old", ["sliding_window": 16], "from position"),
  ]

  @Test(arguments: silent)
  func needsNoWarning(change: Change) throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel(change.model, in: folder)
    try model.configure(change.settings)
    let plan = try model.convert(to: folder.path("out.gguf"))
    #expect(!plan.warnings.contains { $0.contains(change.says) }, "\(plan.warnings)")
  }

  @Test func tiedQwen2MoeIsSaidNotToLoad() throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel("variants/qwen2moe-old", in: folder)
    try model.configure(["tie_word_embeddings": true])
    try model.rewrite { $0["lm_head.weight"] = nil }
    let plan = try model.convert(to: folder.path("out.gguf"))
    #expect(plan.warnings.contains { $0.contains("needs output.weight") })
    #expect(!plan.tensors.contains { $0.name == "output.weight" })
  }

  /// Dense layers among sparse ones: the peer fails, llama.cpp cannot load them, Lathe needs a word.
  @Test(
    arguments: [
      ("qwen2moe-old", ["mlp_only_layers": [1]]), ("qwen3moe-old", ["mlp_only_layers": [1]]),
      ("qwen3moe-old", ["decoder_sparse_step": 2]), ("qwen2moe-old", ["num_experts": 0]),
    ] as [(String, [String: JSONValue?])])
  func denseLayersAreRefusedUnlessForced(name: String, settings: [String: JSONValue?]) throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel("variants/\(name)", in: folder)
    try model.configure(settings)
    let dense =
      settings["decoder_sparse_step"] != nil ? [0] : settings["num_experts"] != nil ? [0, 1] : [1]
    try model.rewrite { tensors in
      let wide = tensors["model.layers.0.self_attn.o_proj.weight"]
      let encoding = try #require(wide?.encoding)
      for layer in dense {
        let start = "model.layers.\(layer).mlp."
        tensors = tensors.filter { !$0.key.hasPrefix(start) }
        for (part, shape) in [
          ("gate", [64, 32] as Shape), ("up", [64, 32]), ("down", [32, 64]),
        ] {
          let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 7 + part.count) & 0x3F }
          tensors["\(start)\(part)_proj.weight"] = Content.Tensor(
            encoding: encoding, shape: shape, bytes: bytes)
        }
      }
    }
    let error = #expect(throws: ConversionError.self) {
      try model.convert(to: folder.path("refused.gguf"))
    }
    #expect(error?.description.contains("dense layers among sparse ones") == true)
    try model.convert(to: folder.path("forced.gguf"), forced: true)
    let names = try Content(folder.path("forced.gguf")).tensors.keys
    for layer in 0..<2 {
      #expect(names.contains("blk.\(layer).ffn_up.weight") == dense.contains(layer))
      #expect(names.contains("blk.\(layer).ffn_up_exps.weight") != dense.contains(layer))
    }
    try Conversion.run(folder.path("forced.gguf"), folder.path("back"))
    #expect(try Content(folder.path("back")).tensors == Content(model.path).tensors)
  }

  /// Fused experts and single ones are one model.
  @Test(arguments: [
    ("mixtral-old", "block_sparse_moe.experts", ["w1", "w3", "w2"]),
    ("qwen2moe-old", "mlp.experts", ["gate_proj", "up_proj", "down_proj"]),
    ("qwen3moe-old", "mlp.experts", ["gate_proj", "up_proj", "down_proj"]),
    ("deepseek-v3-yarn", "mlp.experts", ["gate_proj", "up_proj", "down_proj"]),
  ])
  func fusedExpertsGiveTheSameFile(name: String, place: String, parts: [String]) throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel("variants/\(name)", in: folder)
    try model.convert(to: folder.path("single.gguf"), type: "f16")
    let single = try Content(model.path).tensors
    try model.rewrite { tensors in
      for layer in 0..<2 {
        let start = "model.layers.\(layer)."
        var experts: [[Content.Tensor]] = []
        while let first = tensors["\(start)\(place).\(experts.count).\(parts[0]).weight"] {
          let rest = try parts.dropFirst().map {
            try #require(tensors["\(start)\(place).\(experts.count).\($0).weight"])
          }
          experts.append([first] + rest)
        }
        // DeepSeek's first layer is dense.
        #expect(experts.count > 2 || layer == 0 && name.hasPrefix("deepseek"))
        if experts.isEmpty { continue }
        tensors = tensors.filter { !$0.key.hasPrefix("\(start)\(place).") }
        tensors["\(start)mlp.experts.gate_up_proj"] = .stacked(
          experts.map { .joined([$0[0], $0[1]]) })
        tensors["\(start)mlp.experts.down_proj"] = .stacked(experts.map { $0[2] })
        if let router = tensors.removeValue(forKey: "\(start)block_sparse_moe.gate.weight") {
          tensors["\(start)mlp.gate.weight"] = router
        }
      }
    }
    try model.convert(to: folder.path("fused.gguf"), type: "f16")
    #expect(
      try Content(folder.path("fused.gguf")).tensors
        == Content(folder.path("single.gguf")).tensors)
    // What comes back is what Transformers publishes: a tensor per expert.
    try model.convert(to: folder.path("exact.gguf"))
    try Conversion.run(folder.path("exact.gguf"), folder.path("back"))
    #expect(try Content(folder.path("back")).tensors == single)
  }

  /// A GGUF tells by its experts which class it is of, without Lathe's keys.
  @Test(arguments: [
    ("mixtral-old", "MixtralForCausalLM"), ("mistral-window", "LlamaForCausalLM"),
    ("qwen3moe-old", "Qwen3MoeForCausalLM"), ("deepseek-v2-q-lora", "DeepseekV2ForCausalLM"),
    ("deepseek-v3-yarn", "DeepseekV3ForCausalLM"),
  ])
  func theClassIsFoundWithoutLineage(name: String, className: String) throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel("variants/\(name)", in: folder)
    var request = ConversionRequest(source: model.path, destination: folder.path("plain.gguf"))
    request.lineage = .omitted
    let (plan, opened) = try Planner(request).plan()
    _ = try Executor(plan: plan, source: opened, options: RunOptions()).run()
    try Conversion.run(folder.path("plain.gguf"), folder.path("back"), type: "f16")
    let data = try Data(contentsOf: URL(filePath: folder.path("back/config.json")))
    let config = try JSONValue.parse(Array(data))
    #expect(config["architectures"] == [.string(className)])
    #expect(
      try Content(folder.path("back")).tensors.keys.sorted()
        == Content(model.path).tensors.keys.sorted())
  }

  /// What a description does not say at all is refused, and no option forces it.
  @Test(arguments: [["mlp_bias": true], ["moe_layer_freq": 2]] as [[String: JSONValue?]])
  func deepseekWithoutADescriptionIsRefused(settings: [String: JSONValue?]) throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel("variants/deepseek-v2-lite", in: folder)
    try model.configure(settings)
    let error = #expect(throws: ConversionError.self) {
      try model.convert(to: folder.path("out.gguf"), forced: true)
    }
    #expect(error?.exitStatus == .unsupported)
    #expect(error?.description.contains("dense layers behind the first ones") == true)
  }

  /// Layers behind the last one predict further tokens: the peer leaves them out, too, and says nothing.
  @Test func furtherLayersAreListedAsLost() throws {
    let folder = try TemporaryFolder()
    let model = try EditedModel("variants/deepseek-v3-yarn", in: folder)
    try model.rewrite { tensors in
      let matrix = try #require(tensors["model.layers.0.mlp.up_proj.weight"])
      for name in ["eh_proj.weight", "mlp.up_proj.weight", "shared_head.norm.weight"] {
        tensors["model.layers.2.\(name)"] = matrix
      }
    }
    let plan = try model.convert(to: folder.path("out.gguf"))
    #expect(plan.lost.map(\.name).allSatisfy { $0.hasPrefix("model.layers.2.") })
    #expect(plan.lost.map(\.reason) == Array(repeating: "multi-token prediction heads", count: 3))
    try model.configure(["num_nextn_predict_layers": 0])
    #expect(throws: ConversionError.self) { try model.convert(to: folder.path("refused.gguf")) }
  }
}
