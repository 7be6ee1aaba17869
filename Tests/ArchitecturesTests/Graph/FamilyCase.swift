import Architectures
import Foundation
import ModelGraph
import Testing
import _TestSupport

/// A family with hyper-parameters, and what its graph must be.
struct FamilyCase: Sendable, CustomTestStringConvertible {
  let family: String
  let variant: String
  var modelClass = ""
  var graph = ""
  var given: [String: Value] = [:]
  var present: Set<String> = []
  /// Outputs with their types.
  var outputs = ["logits: floats [batch, seq, 96]"]
  /// Runs of layers alike: first layer and body of each.
  var runs = ["0 as 0"]
  /// Tensors that must be read, and others that must not.
  var reads: [String] = []
  var lacks: [String] = []

  var testDescription: String { "\(family): \(variant)" }

  /// Three layers of width 64 with four heads, 96 tokens.
  static func make(
    _ family: String, _ variant: String = "as is", _ given: [String: Value] = [:],
    change: (inout FamilyCase) -> Void = { _ in }
  ) -> FamilyCase {
    var result = FamilyCase(family: family, variant: variant)
    let common: [String: Value] = [
      "layers": .int(3), "context": .int(128), "width": .int(64), "ff": .int(160),
      "heads": .int(4), "vocab": .int(96),
    ]
    result.given = common.merging(own[family] ?? [:]) { $1 }.merging(given) { $1 }
    change(&result)
    return result
  }

  /// What a family needs beside that.
  private static let own: [String: [String: Value]] = [
    "bert": ["labels": .int(5), "pooled": .bool(true)],
    "deepseek2": [
      "rank": .int(32), "nope": .int(16), "rope_dims": .int(8), "v_width": .int(16),
      "experts": .int(8), "used": .int(2), "expert_ff": .int(32), "dense": .int(1),
      "shared": .int(2), "groups": .int(4), "groups_used": .int(2), "q_rank": .int(0),
    ],
    "falcon": [:],
    "gemma": ["head_width": .int(32), "kv_heads": .int(2)],
    "gemma2": ["head_width": .int(32), "kv_heads": .int(2)],
    "gemma3": ["head_width": .int(32), "kv_heads": .int(2), "pattern": .int(3)],
    "gptoss": [
      "kv_heads": .int(2), "head_width": .int(32), "window": .int(16), "experts": .int(8),
      "used": .int(2),
    ],
    "llama": ["kv_heads": .int(2)],
    "mamba": ["inner": .int(128)],
    "qwen2moe": [
      "kv_heads": .int(2), "experts": .int(8), "used": .int(2), "expert_ff": .int(32),
      "shared_ff": .int(48),
    ],
    "stablelm": ["kv_heads": .int(2), "rope_dims": .int(4)],
    "starcoder2": ["kv_heads": .int(2)],
    "t5": ["head_width": .int(16)],
    "t5encoder": ["head_width": .int(16)],
  ]

  static let all: [FamilyCase] = [
    .make("llama"),
    .make(
      "llama", "llama3 scaling, biases, tied, wide heads",
      [
        "rope.type": .text("llama3"), "qkvo_bias": .bool(true), "mlp_bias": .bool(true),
        "tied": .bool(true), "head_width": .int(32), "window": .int(8),
      ]
    ) {
      $0.reads = ["rope_freqs", "embedding"]; $0.lacks = ["head"]
    },
    .make("bert", "plain") {
      $0.outputs = ["hidden: floats [batch, seq, 64]", "pooled_out: floats [batch, 64]"]
      $0.present = ["pooler"]
    },
    .make("bert", "without pooler", ["pooled": .bool(false)]) {
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.lacks = ["pooler"]
    },
    .make("bert", "masked language model", ["pooled": .bool(false)]) {
      $0.modelClass = "BertForMaskedLM"
      $0.outputs = ["hidden: floats [batch, seq, 64]", "logits: floats [batch, seq, 96]"]
      $0.reads = ["mlm_dense", "mlm_bias"]
      $0.lacks = ["mlm_head"]
    },
    .make("bert", "sequences classified") {
      $0.modelClass = "BertForSequenceClassification"
      $0.present = ["score_pooler"]
      $0.outputs = [
        "hidden: floats [batch, seq, 64]", "pooled_out: floats [batch, 64]",
        "logits: floats [batch, 5]",
      ]
    },
    .make("bert", "tokens classified", ["pooled": .bool(false)]) {
      $0.modelClass = "BertForTokenClassification"
      $0.outputs = ["hidden: floats [batch, seq, 64]", "logits: floats [batch, seq, 5]"]
    },
    .make("bert", "question answering", ["pooled": .bool(false)]) {
      $0.modelClass = "BertForQuestionAnswering"
      $0.outputs = ["hidden: floats [batch, seq, 64]", "logits: floats [batch, seq, 2]"]
    },
    .make("bloom"),
    .make("bloom", "residual behind the norm", ["post_norm": .bool(true)]),
    .make("bloom", "without a head") {
      $0.modelClass = "BloomModel"
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.lacks = ["head", "embedding.bias"]
    },
    .make("gpt2"),
    .make("gpt2", "scaled by layer", ["by_layer": .bool(true), "activation": .text("relu")]) {
      $0.runs = ["0 as 0", "1 as 1", "2 as 2"]
    },
    .make("gpt2", "without a head") {
      $0.modelClass = "GPT2Model"
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.lacks = ["head"]
    },
    .make("falcon", "one key head"),
    .make("falcon", "new decoder", ["new_arch": .bool(true), "kv_given": .int(2)]) {
      $0.reads = ["block.0.norm_for_attn", "block.2.norm_for_ffn"]
    },
    .make(
      "falcon", "new decoder, one norm",
      [
        "new_arch": .bool(true), "kv_given": .int(2), "norms": .int(1),
      ]
    ) { $0.reads = ["block.0.norm"] },
    .make(
      "falcon", "alibi, sequential, biases",
      [
        "alibi": .bool(true), "parallel": .bool(false), "biased": .bool(true),
        "multi_query": .bool(false),
      ]
    ) { $0.reads = ["block.1.ffn_norm"] },
    .make("stablelm", "partly rotated", ["qkv_bias": .bool(true)]) {
      $0.reads = ["block.0.ffn_norm", "head"]
      $0.lacks = ["block.0.attn_q_norm"]
    },
    .make(
      "stablelm", "norms per head, parallel, tied",
      [
        "qk_norm": .bool(true), "parallel": .bool(true), "tied": .bool(true),
      ]
    ) {
      $0.reads = ["block.2.attn_k_norm", "embedding"]
      $0.lacks = ["block.0.ffn_norm", "head"]
    },
    .make("stablelm", "without a head") {
      $0.modelClass = "StableLmModel"
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
    },
    .make("starcoder2", "biases, tied") { $0.lacks = ["head"] },
    .make(
      "starcoder2", "no biases, a window, a head",
      ["biased": .bool(false), "window": .int(16), "tied": .bool(false)]
    ) { $0.reads = ["head"] },
    .make("starcoder2", "without a head") {
      $0.modelClass = "Starcoder2Model"
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
    },
    .make("qwen2moe"),
    .make(
      "qwen2moe", "a dense layer among sparse ones, normalised",
      [
        "dense_at": .list([.int(1)]), "normalize": .bool(true),
      ]
    ) {
      $0.runs = ["0 as 0", "1 as 1", "2 as 0"]
      $0.reads = ["block.1.ffn_gate", "block.2.router"]
      $0.lacks = ["block.1.router", "block.0.ffn_gate"]
    },
    .make(
      "qwen2moe", "sliding layers",
      [
        "use_window": .bool(true), "window": .int(8), "full_from": .int(1),
      ]
    ) { $0.runs = ["0 as 0", "1 as 1"] },
    .make("deepseek2", "v2, dense first") {
      $0.modelClass = "DeepseekV2ForCausalLM"
      $0.runs = ["0 as 0", "1 as 1"]
      $0.lacks = ["block.1.router_bias", "block.0.router"]
    },
    .make("deepseek2", "v2, greedy, all dense", ["groups": .int(1), "dense": .int(3)]) {
      $0.modelClass = "DeepseekV2ForCausalLM"
    },
    .make("deepseek2", "v2, greedy", ["groups": .int(1), "shared": .int(0)]) {
      $0.modelClass = "DeepseekV2ForCausalLM"
      $0.runs = ["0 as 0", "1 as 1"]
    },
    .make(
      "deepseek2", "v3, low-rank queries, yarn",
      [
        "q_rank": .int(24), "normalize": .bool(true), "rope.type": .text("yarn"),
        "rope.mscale_all": .real(1), "qkvo_bias": .bool(true),
      ]
    ) {
      $0.modelClass = "DeepseekV3ForCausalLM"
      $0.runs = ["0 as 0", "1 as 1"]
      $0.reads = ["block.1.router_bias", "block.2.q_up"]
    },
    .make("gptoss") { $0.runs = ["0 as 0", "1 as 1", "2 as 0"] },
    .make("gemma"),
    .make(
      "gemma", "the legacy word, another head", ["activation": .text("gelu"), "tied": .bool(false)]
    ) {
      $0.reads = ["head"]
    },
    .make("gemma", "without a head") {
      $0.modelClass = "GemmaModel"
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.lacks = ["head"]
    },
    .make("gemma2", "without a head") {
      $0.modelClass = "Gemma2Model"
      $0.runs = ["0 as 0", "1 as 1", "2 as 0"]
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.lacks = ["head"]
    },
    .make("mamba", "without a head") {
      $0.modelClass = "MambaModel"
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.lacks = ["head"]
    },
    .make("gemma2") { $0.runs = ["0 as 0", "1 as 1", "2 as 0"] },
    .make("gemma3") { $0.runs = ["0 as 0", "2 as 1"] },
    .make("mamba"),
    .make("mamba", "biases", ["in_bias": .bool(true), "conv_bias": .bool(false)]),
    .make("t5", "encoder") {
      $0.graph = "encode"
      $0.outputs = ["states: floats [batch, seq, 64]"]
      $0.reads = ["encoder.0.relative", "encoder.2.ffn_in"]
    },
    .make("t5", "decoder") {
      $0.graph = "decode"
      $0.reads = ["decoder.0.relative", "decoder.2.cross_q"]
      $0.lacks = ["encoder.0.relative"]
    },
    .make("t5", "a table in every layer") {
      $0.graph = "decode"
      $0.modelClass = "UMT5ForConditionalGeneration"
      $0.runs = ["0 as 0"]
      $0.reads = ["decoder.2.relative", "decoder.2.ffn_gate"]
    },
    .make("t5encoder", "plain") {
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.reads = ["block.0.relative", "block.2.ffn_in"]
    },
    .make("t5encoder", "gated, a table in every layer") {
      $0.modelClass = "UMT5EncoderModel"
      $0.outputs = ["hidden: floats [batch, seq, 64]"]
      $0.reads = ["block.2.relative", "block.2.ffn_up"]
    },
    .make(
      "t5", "gated decoder, untied, two layers",
      [
        "gated": .bool(true), "tied": .bool(false), "dec_layers": .int(2),
      ]
    ) {
      $0.graph = "decode"
      $0.reads = ["decoder.1.ffn_gate", "head"]
      $0.lacks = ["decoder.2.attn_q"]
    },
  ]

  /// The family's file: one that the program carries, or a draft.
  func text() throws -> String {
    let carried = Golden.root.appending(path: "Formats/Architectures/\(family).arch")
    if let text = try? String(contentsOf: carried, encoding: .utf8) { return text }
    return String(
      decoding: try Golden.bytes("Architectures/drafts/\(family).arch"), as: UTF8.self)
  }

  /// The graph of the case, from the family's file or a changed one.
  func build(_ changed: String? = nil) throws -> Graph {
    let architecture = try Architectures.parse(
      file: "\(family).arch", text: try changed ?? text())
    let model = FamilyModel(
      architecture: architecture, given: given, present: present,
      modelClass: modelClass.isEmpty ? architecture.classes[0] : modelClass)
    let template = try #require(architecture.graphs[graph])
    return try GraphBuilder.build(template, of: Array(architecture.graphs.values), in: model)
  }
}
