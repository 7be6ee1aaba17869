import Foundation
import Lathe
import Testing
import _TestSupport

/// Hugging Face -> GGUF -> Hugging Face: what the GGUF has comes back bit for bit, the rest is listed.
@Suite struct ModelConversionTestsWayBack {
  /// Where the result goes, and with which type it is asked for.
  struct Way: CustomStringConvertible, Sendable {
    let model: ModelCase
    let format: String
    /// Whether the checkpoint's own type is asked for instead of `source`.
    let ownType: Bool
    var description: String { "\(model) \(format)\(ownType ? " own type" : "")" }
  }

  static let ways = ModelCase.all.flatMap { model in
    ["safetensors", "pytorch"].flatMap { format in
      [false, true].map { Way(model: model, format: format, ownType: $0) }
    }
  }

  /// Cases without one type of their own.
  static let mixed = [
    "gptoss/gptoss-mxfp4", "variants/deepseek-v3-yarn", "variants/gptoss-packed",
    "variants/llama-mixed-types", "variants/qwen3-yarn-tied",
  ]
  /// Tensors whose values are computed on both ways: equal within 1.2e-7 of their size.
  static let computed: [String: String] = ["variants/mamba-f32": "mixer.A_log"]

  static let pooler = ["pooler.dense.bias", "pooler.dense.weight"]
  /// What a GGUF cannot carry.
  static let lost: [String: [String]] = [
    "bert/bert": pooler,
    "variants/bert-cased": pooler,
    "variants/bert-gamma-beta": pooler.map { "bert.\($0)" },
    "variants/bert-masked-lm": [
      "cls.predictions.bias", "cls.predictions.transform.LayerNorm.bias",
      "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.dense.bias",
      "cls.predictions.transform.dense.weight",
    ],
    "variants/bert-no-pooler": ["embeddings.position_ids"],
    "variants/bert-one-type": pooler,
    "variants/bert-prefix": pooler.map { "bert.\($0)" },
    "variants/bert-sentence-cls": pooler,
    "variants/bert-sentence-mean": pooler,
    "variants/distilbert-masked-lm": [
      "vocab_layer_norm.bias", "vocab_layer_norm.weight", "vocab_projector.bias",
      "vocab_transform.bias", "vocab_transform.weight",
    ],
    "variants/t5-copies": [
      "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
    ],
  ]
  /// Copies of another tensor, which are not written again.
  static let copies = [
    "variants/t5-copies": ["decoder.embed_tokens.weight", "encoder.embed_tokens.weight"],
    "variants/t5encoder": ["encoder.embed_tokens.weight"],
  ]
  /// Old spellings that come back as Transformers writes them today.
  static let respelled = [
    ("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias"),
  ]
  /// Keys of config.json that say something else: a model without its head is another class.
  static let changedSettings = [
    "variants/bert-masked-lm": ["architectures"],
    "variants/distilbert-masked-lm": ["architectures"],
  ]

  @Test func tablesNameCases() {
    let paths = Set(ModelCase.all.map(\.path))
    #expect(paths.isSuperset(of: Self.mixed))
    #expect(paths.isSuperset(of: Self.lost.keys))
    #expect(paths.isSuperset(of: Self.copies.keys))
    #expect(paths.isSuperset(of: Self.changedSettings.keys))
  }

  @Test(arguments: ways)
  func comesBack(way: Way) throws {
    let folder = try TemporaryFolder()
    let model = try way.model.unpack(into: folder)
    let original = try Content(model)
    let types = Set(original.tensors.values.map(\.encoding.name)).subtracting(["i64"])
    #expect((types.count > 1) == Self.mixed.contains(way.model.path))
    if way.ownType, types.count > 1 { return }

    let gguf = folder.path("there.gguf")
    let there = try Conversion.run(model, gguf)
    #expect(there.lost.map(\.name).sorted() == Self.lost[way.model.path] ?? [])
    #expect(there.lost.allSatisfy { !$0.reason.isEmpty })
    let target = folder.path("back")
    let back = try Conversion.run(
      gguf, target, type: way.ownType ? types.first ?? "" : "source", format: way.format)
    let computed = Self.computed[way.model.path]
    #expect(back.fidelity == .exact || computed != nil)
    #expect(back.lost.isEmpty)

    let returned = try Content(target).tensors
    var expected = original.tensors
    for name in Self.lost[way.model.path] ?? [] { expected[name] = nil }
    for name in Self.copies[way.model.path] ?? [] { expected[name] = nil }
    for (name, tensor) in expected {
      for (old, new) in Self.respelled where name.hasSuffix(old) {
        expected[name] = nil
        expected[name.dropLast(old.count) + new] = tensor
      }
    }
    expected = Self.withSingleExperts(expected, unless: returned)
    #expect(returned.keys.sorted() == expected.keys.sorted())
    for (name, tensor) in expected {
      if let computed, name.hasSuffix(computed) {
        try compareNumbers(returned[name], tensor)
        continue
      }
      #expect(returned[name] == tensor, "\(name): \(String(describing: returned[name]?.encoding))")
    }
    try compareFiles(way.model, model, target)
  }

  /// Fused experts come back as published checkpoints store them: each by itself, but for families
  /// whose published checkpoints fuse them.
  private static func withSingleExperts(
    _ tensors: [String: Content.Tensor], unless returned: [String: Content.Tensor]
  ) -> [String: Content.Tensor] {
    var result = tensors
    for (name, tensor) in tensors where returned[name] == nil {
      let parts = name.split(separator: ".")
      guard let kind = parts.last, parts.dropLast().last == "experts" else { continue }
      result[name] = nil
      let start = name.dropLast(kind.count)
      for (expert, slice) in tensor.slices.enumerated() {
        guard kind == "gate_up_proj" else {
          result["\(start)\(expert).\(kind).weight"] = slice
          continue
        }
        let half = slice.slices.count / 2
        for (name, rows) in [("gate_proj", 0..<half), ("up_proj", half..<2 * half)] {
          let bytes = rows.flatMap { slice.slices[$0].bytes }
          result["\(start)\(expert).\(name).weight"] = Content.Tensor(
            encoding: slice.encoding, shape: Shape([half] + slice.shape.axes.dropFirst()),
            bytes: bytes)
        }
      }
    }
    return result
  }

  /// The same numbers but for what rounding twice may change.
  private func compareNumbers(_ found: Content.Tensor?, _ expected: Content.Tensor) throws {
    let found = try #require(found)
    #expect(found.shape == expected.shape)
    for (a, b) in zip(try found.widened(), try expected.widened()) {
      #expect(abs(a - b) <= 1.2e-7 * max(1, abs(b)))
    }
  }

  private func compareFiles(_ model: ModelCase, _ before: String, _ after: String) throws {
    func document(_ folder: String, _ name: String) throws -> NSDictionary? {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return nil }
      return try JSONSerialization.jsonObject(with: data) as? NSDictionary
    }
    func settings(_ folder: String) throws -> NSDictionary {
      let found = try #require(try document(folder, "config.json"))
      let kept = try #require(found.mutableCopy() as? NSMutableDictionary)
      let changed = Self.changedSettings[model.path] ?? []
      kept.removeObjects(forKeys: ["dtype", "torch_dtype"] + changed)
      for key in changed { #expect(found[key] != nil) }
      return kept
    }
    #expect(try settings(before) == settings(after))
    #expect(
      try document(before, "generation_config.json") == document(after, "generation_config.json"))
    if let tokenizer = try document(before, "tokenizer.json") {
      #expect(try document(after, "tokenizer.json") == tokenizer)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: before)
    for name in [
      "tokenizer.model", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
    ]
    where names.contains(name) {
      #expect(FileManager.default.fileExists(atPath: "\(after)/\(name)"), "\(name)")
    }
  }
}
