import Architectures
import Failures
import Foundation
import ModelGraph
import Testing

/// A family's file with one mistake in its forward section.
struct BrokenFamily: Sendable, CustomTestStringConvertible {
  /// The family and variant whose file is changed.
  let family: FamilyCase
  /// What is replaced, once in the file, and by what.
  let found: String
  let replacement: String
  /// Part of the line at which the error must stand; the changed line if nil.
  var line: String?
  let words: [String]

  var testDescription: String { "\(family.family): \(replacement)" }

  init(
    _ family: FamilyCase, _ found: String, _ replacement: String, at line: String? = nil,
    _ words: String...
  ) {
    self.family = family
    self.found = found
    self.replacement = replacement
    self.line = line
    self.words = words
  }

  static let all: [BrokenFamily] = [
    .init(
      .make("llama"), "linear(h, attn_q)", "linear(linear(h, ffn_down), attn_q)", "linear: weight",
      "[64, 160]"),
    .init(
      .make("llama"), "linear(h, attn_q), heads)", "linear(h, attn_q), heads + 1)",
      "5 heads divide",
      "(layer 0)"),
    .init(
      .make("llama"), "v = split_heads(linear(h, attn_v), kv_heads)",
      "v = split_heads(linear(h, attn_v), heads)", at: "x = x + linear(attention",
      "attention: v", "[batch, seq, 2, 8]", "[batch, seq, 4, 8]"),
    .init(
      .make("llama"), "    v = split_heads(", "    w = split_heads(",
      at: "x = x + linear(attention", "'v'"),
    .init(
      .make("llama"), "logits = linear(rms_norm(x, final_norm, eps), head)",
      "logits = linear(rms_norm(head, final_norm, eps), x)",
      "expected a value of the graph; 'head' is a tensor"),
    .init(
      .make("llama"), "logits = linear(", "logit = linear(", at: "forward (", "'logits'",
      "never assigned"),
    .init(
      .make("llama"), "rope(split_heads(linear(h, attn_k)", "turn(split_heads(linear(h, attn_k)",
      "'turn'"),
    .init(
      .make("llama"), "x = x + linear(attention(q, k, v", "x = linear(attention(q, k, value",
      "'value'"),
    .init(
      .make("llama"), "causal = true, window", "casual = true, window",
      "attention has no attribute",
      "casual"),
    .init(
      .make("falcon", "new decoder", ["new_arch": .bool(true), "kv_given": .int(2)]),
      "m = layer_norm(x, norm_for_ffn, eps)", "n = layer_norm(x, norm_for_ffn, eps)",
      at: "x = x + linear(activate(linear(m", "'m' is not known here"),
    .init(
      .make("falcon", "one norm"), "h = layer_norm(x, norm, eps)",
      "h = layer_norm(layer_norm(x, norm, eps), norm_for_attn, eps)",
      "no tensor 'norm_for_attn' in layer 0"),
    .init(
      .make("deepseek2"), "split(linear(h, kv_down), rank, rope_dims)",
      "split(linear(h, kv_down), rank, nope)", "last axis of 32 + 16", "[batch, seq, 40]"),
    .init(
      .make("deepseek2"), "\n    if layer < dense\n", "\n    if layer <= dense\n",
      at: "x = x + linear(activate(linear(h, ffn_gate)", "no tensor 'ffn_gate' in layer 1"),
    .init(
      .make("deepseek2"), "linear(h, gate_exps[expert])",
      "linear(linear(h, shared_gate[expert]), gate_exps[expert])", "'shared_gate'", "8 experts"),
    .init(
      .make("gptoss"), "among = top_k(l, used)", "among = top_k(l, used + 7)",
      "top_k: k must be 1 to 8; found 9"),
    .init(
      .make("gptoss"), "sinks = sinks", "sinks = sinks, bias = attn_norm", at: "a = attention(q",
      "'attn_norm' is a tensor"),
    .init(
      .make("mamba"), "ssm_a, b, c, ssm_d)", "ssm_a, c, t, ssm_d)", "selective_scan: c",
      "[batch, seq, 16]", "[batch, seq, 4]"),
    .init(
      .make("gemma3"), "rms_norm(split_heads(linear(h, attn_q), heads), q_norm, eps)",
      "rms_norm(rms_norm(split_heads(linear(h, attn_q), heads), q_norm, eps), attn_norm, eps)",
      "rms_norm: weight",
      "[32]", "[64]"),
    .init(
      .make("qwen2moe"), "r = keep(p, top_k(p, used))", "r = keep(p, p)", "keep: mask", "floats"),
    .init(
      .make("bert"), "embed(positions, positional)", "embed(positional, positions)",
      "expected a value of the graph; 'positional' is a tensor"),
    .init(
      .make("t5", "decoder") { $0.graph = "decode" },
      "bias = relative_bias(decoder.0.relative, distance, causal = true)",
      "bias = relative_bias(decoder.0.relative, heads, causal = true)",
      "relative_bias: distance must be 17 or more; found 4"),
    .init(
      .make("t5", "decoder") { $0.graph = "decode" }, "scale = 1, causal = true, bias = bias",
      "scale = 1, causal = false, bias = bias", "attention: bias must stretch",
      "[4, seq, past + seq]"),
  ]
}

@Suite struct FamilyErrorTests {
  @Test(arguments: BrokenFamily.all) func errorNamesLineAndCause(_ broken: BrokenFamily) throws {
    let text = try broken.family.text()
    let parts = text.components(separatedBy: broken.found)
    try #require(parts.count == 2, "'\(broken.found)' must stand once")
    let changed = parts.joined(separator: broken.replacement)
    let expected = try #require(
      changed.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .filter { $0.element.contains(broken.line ?? broken.replacement) }.map(\.offset).first)
    let error = #expect(throws: ArchitectureError.self) { try broken.family.build(changed) }
    guard let error else { return }
    #expect(error.place.file == "\(broken.family.family).arch")
    #expect(error.place.line == expected + 1, "\(error)")
    #expect(error.place.column != nil)
    for word in broken.words { #expect(error.message.contains(word), "\(error)") }
  }
}
