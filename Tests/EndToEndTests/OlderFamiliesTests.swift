import Foundation
import Lathe
import Testing
import _TestSupport

/// Bloom, Falcon, StableLM, Starcoder2 and T5: what llama.cpp would compute otherwise is refused, what it
/// does not load is said, and what it loads computes what Transformers computes.
@Suite struct OlderFamiliesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A change to a case of Golden/Models, and what must be said about it.
  struct Change: CustomStringConvertible, Sendable {
    let model: String
    /// Keys of config.json, as JSON.
    let config: String
    /// Parts of the sentence.
    let says: [String]
    /// Tensors to add: name and shape.
    var tensors: [(name: String, shape: [Int])] = []
    /// Tensors to leave out, by a part of the name.
    var dropped: [String] = []
    var description: String { "\(model) \(config)" }
  }

  /// The folder of a changed case.
  private func unpack(_ change: Change) throws -> String {
    let path = try ModelCase(path: change.model).unpack(into: folder)
    let url = URL(filePath: path)
    let place = url.appending(path: "config.json")
    var config =
      try JSONSerialization.jsonObject(with: Data(contentsOf: place)) as? [String: Any] ?? [:]
    let changed = try JSONSerialization.jsonObject(with: Data(change.config.utf8))
    config.merge(changed as? [String: Any] ?? [:]) { $1 }
    try JSONSerialization.data(withJSONObject: config).write(to: place)
    if change.tensors.isEmpty && change.dropped.isEmpty { return path }
    let file = url.appending(path: "model.safetensors")
    var (tensors, metadata) = try SmallFiles.read(file.path())
    for (name, shape) in change.tensors {
      let numbers = [UInt16](repeating: 0x3F80, count: shape.reduce(1, *))
      tensors[name] = SmallFiles.Tensor(name, "BF16", shape, numbers)
    }
    for part in change.dropped {
      tensors = tensors.filter { !$0.key.contains(part) }
    }
    let sorted = tensors.values.sorted { $0.name < $1.name }
    try Data(SmallFiles.safetensors(sorted, metadata: metadata)).write(to: file)
    return path
  }

  /// What the file's own keys say is lost.
  private func losses(_ path: String) throws -> String {
    guard case .array(let list)? = try Content(path).metadata["lathe.losses"] else { return "" }
    return (0..<list.count).compactMap { list.element(at: $0)?.string }.joined(separator: "; ")
  }

  static let refused: [Change] = [
    Change(
      model: "bloom/bloom", config: #"{"apply_residual_connection_post_layernorm": true}"#,
      says: ["the residual is taken behind the norm"]),
    Change(
      model: "variants/falcon-multi-head", config: #"{"alibi": true}"#, says: ["ALiBi", "rotates"]),
    Change(
      model: "variants/falcon-multi-head", config: #"{"parallel_attn": false}"#,
      says: ["attention before mlp"],
      tensors: (0..<2).flatMap { layer in
        ["weight", "bias"].map { ("transformer.h.\(layer).post_attention_layernorm.\($0)", [32]) }
      }),
    Change(
      model: "variants/falcon-multi-head", config: #"{"bias": true}"#, says: ["biases"],
      tensors: (0..<2).flatMap { layer in
        [
          ("self_attention.query_key_value", 96), ("self_attention.dense", 32),
          ("mlp.dense_h_to_4h", 128), ("mlp.dense_4h_to_h", 32),
        ].map { ("transformer.h.\(layer).\($0).bias", [$1]) }
      }),
    Change(
      model: "falcon/falcon-new-arch", config: #"{"activation": "relu"}"#,
      says: ["always uses gelu"]),
    Change(
      model: "stablelm/stablelm", config: #"{"hidden_act": "gelu"}"#, says: ["always uses silu"]),
    Change(
      model: "stablelm/stablelm",
      config: #"{"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}"#, says: ["llama3"]),
    Change(
      model: "starcoder2/starcoder2", config: #"{"hidden_act": "relu"}"#, says: ["always uses gelu"]
    ),
    Change(
      model: "t5/t5-gated", config: #"{"relative_attention_max_distance": 64}"#,
      says: ["relative_attention_max_distance", "128"]),
    Change(
      model: "variants/t5-plain", config: #"{"feed_forward_proj": "gelu"}"#,
      says: ["relu where there is no gate"]),
    Change(
      model: "variants/t5encoder", config: #"{"dense_act_fn": "silu"}"#,
      says: ["gelu where there is a gate"]),
    Change(
      model: "variants/t5encoder", config: #"{"relative_attention_max_distance": 20}"#,
      says: ["relative_attention_max_distance"]),
  ]

  @Test(arguments: refused) func isRefused(_ change: Change) throws {
    let model = try unpack(change)
    let output = folder.path("out.gguf")
    let result = try lathe("convert", model, "-o", output, "--type", "f32")
    #expect(result.status == 69, "\(result.standardError)")
    for part in change.says + ["--force-lossy-architecture"] {
      #expect(result.standardError.contains(part), "\(part): \(result.standardError)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))

    let forced = try lathe(
      "convert", model, "-o", output, "--type", "f32", "--force-lossy-architecture")
    #expect(forced.status == 0, "\(forced.standardError)")
    let losses = try losses(output)
    for part in change.says { #expect(losses.contains(part), "\(losses)") }
    // The way back has every setting, and every tensor.
    let back = folder.path("back")
    let returned = try lathe("convert", output, "-o", back)
    #expect(returned.status == 0, "\(returned.standardError)")
    let settings = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: "\(back)/config.json")))
    let changed = try JSONSerialization.jsonObject(with: Data(change.config.utf8))
    for (key, value) in changed as? [String: Any] ?? [:] {
      let found = (settings as? [String: Any])?[key] as? NSObject
      #expect(found == value as? NSObject, "\(key)")
    }
  }

  static let warned: [Change] = [
    Change(
      model: "variants/starcoder2-window", config: "{}",
      says: ["sliding window", "from position 32"]),
    Change(
      model: "variants/starcoder2-no-bias", config: "{}", says: ["no biases", "refuses the file"]),
    Change(
      model: "variants/stablelm-tied", config: "{}", says: ["tied embeddings", "output.weight"]),
    Change(model: "variants/t5-plain", config: "{}", says: ["scale_decoder_outputs"]),
    Change(
      model: "variants/t5-untied", config: #"{"num_layers": 1}"#,
      says: ["more layers in the decoder", "refuses the file"], dropped: ["encoder.block.1."]),
  ]

  @Test(arguments: warned) func isSaid(_ change: Change) throws {
    let model = try unpack(change)
    let output = folder.path("out.gguf")
    let result = try lathe("convert", model, "-o", output, "--type", "f32")
    #expect(result.status == 0, "\(result.standardError)")
    let losses = try losses(output)
    for part in change.says {
      #expect(result.standardError.contains(part), "\(result.standardError)")
      #expect(losses.contains(part), "\(losses)")
    }
  }

  /// What these models have in common with others is not said.
  @Test(arguments: ["bloom/bloom", "falcon/falcon-new-arch", "stablelm/stablelm", "t5/t5-gated"])
  func nothingIsSaidWithoutReason(path: String) throws {
    let model = try ModelCase(path: path).unpack(into: folder)
    let output = folder.path("out.gguf")
    let result = try lathe("convert", model, "-o", output, "--type", "f32")
    #expect(result.status == 0 && !result.standardError.contains("warning"))
    #expect(try Content(output).metadata["lathe.losses"] == nil)
  }

  static let described: [Change] = [
    Change(
      model: "falcon/falcon-new-arch", config: #"{"new_decoder_architecture": false}"#,
      says: ["ln_attn"]),
    Change(
      model: "variants/falcon-multi-head", config: #"{"num_kv_heads": 2}"#,
      says: ["grouped key and value heads need new_decoder_architecture"]),
    Change(
      model: "stablelm/stablelm", config: #"{"rotary_scaling_factor": 2.0}"#,
      says: ["rotary_scaling_factor"]),
    Change(
      model: "stablelm/stablelm", config: #"{"qk_layernorm": true}"#,
      says: ["self_attn.q_layernorm.norms.0.weight"]),
    Change(
      model: "variants/umt5", config: #"{"architectures": ["T5ForConditionalGeneration"]}"#,
      says: ["encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight"]),
    Change(
      model: "bloom/bloom", config: "{}", says: ["word_embeddings_layernorm.weight"],
      dropped: ["word_embeddings_layernorm.weight"]),
  ]

  @Test(arguments: described) func doesNotFit(_ change: Change) throws {
    let model = try unpack(change)
    let output = folder.path("out.gguf")
    let result = try lathe(
      "convert", model, "-o", output, "--type", "f32", "--force-lossy-architecture")
    #expect([65, 69].contains(result.status), "\(result.standardError)")
    for part in change.says {
      #expect(result.standardError.contains(part), "\(result.standardError)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  /// A 40B model's first configuration, which names the two norms nowhere: the same tensors and keys.
  @Test func falconsFirstConfiguration() throws {
    let model = try ModelCase(path: "falcon/falcon-new-arch").unpack(into: folder)
    try Conversion.run(model, folder.path("new.gguf"), type: "f32")
    let config = """
      {"architectures": ["RWForCausalLM"], "model_type": "RefinedWeb", "hidden_size": 64, "n_head": 4,
       "n_head_kv": 2, "n_layer": 2, "vocab_size": 512, "layer_norm_epsilon": 1e-05, "bias": false,
       "alibi": false, "parallel_attn": true, "apply_residual_connection_post_layernorm": false,
       "bos_token_id": 11, "eos_token_id": 511, "max_position_embeddings": 256, "multi_query": true,
       "auto_map": {"AutoConfig": "configuration_RW.RWConfig"}, "torch_dtype": "bfloat16"}
      """
    try Data(config.utf8).write(to: URL(filePath: "\(model)/config.json"))
    try Conversion.run(model, folder.path("old.gguf"), type: "f32")
    let (new, old) = (try Content(folder.path("new.gguf")), try Content(folder.path("old.gguf")))
    #expect(new.tensors == old.tensors)
    let own = { (key: String) in !ModelConversionTests.isOwn(key) }
    #expect(new.metadata.filter { own($0.key) } == old.metadata.filter { own($0.key) })
  }

  /// From a GGUF that Lathe did not write, the configuration follows from keys and names.
  @Test(arguments: [
    (
      "variants/falcon-eleven",
      #"{"new_decoder_architecture": true, "num_kv_heads": 3, "num_ln_in_parallel_attn": 1}"#
    ),
    (
      "variants/falcon-untied", #"{"tie_word_embeddings": false, "new_decoder_architecture": true}"#
    ),
    (
      "variants/stablelm-norms",
      #"{"qk_layernorm": true, "use_qkv_bias": true, "num_key_value_heads": 3}"#
    ),
    ("variants/stablelm-parallel", #"{"qk_layernorm": true, "use_parallel_residual": true}"#),
    ("variants/starcoder2-no-bias", #"{"use_bias": false, "tie_word_embeddings": false}"#),
    (
      "variants/t5-untied",
      #"{"feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "num_heads": 6}"#
    ),
    ("variants/bloom-six-heads", #"{"n_head": 6, "hidden_size": 48, "vocab_size": 520}"#),
  ])
  func foreignFilesComeBack(path: String, expected: String) throws {
    let model = try ModelCase(path: path).unpack(into: folder)
    let gguf = folder.path("foreign.gguf")
    let there = try lathe(
      "convert", model, "-o", gguf, "--type", "f32", "--no-lineage", "--no-embed-tokenizer")
    #expect(there.status == 0, "\(there.standardError)")
    #expect(!(try Content(gguf).metadata.keys.contains { $0.hasPrefix("lathe.") }))
    let back = folder.path("back")
    let result = try lathe("convert", gguf, "-o", back, "--type", "f32")
    #expect(result.status == 0, "\(result.standardError)")
    let settings = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: "\(back)/config.json")))
    let wanted = try JSONSerialization.jsonObject(with: Data(expected.utf8))
    for (key, value) in wanted as? [String: Any] ?? [:] {
      #expect((settings as? [String: Any])?[key] as? NSObject == value as? NSObject, "\(key)")
    }
    let names = try Content(model).tensors.keys.sorted()
    #expect(try Content(back).tensors.keys.sorted() == names)
  }
}
