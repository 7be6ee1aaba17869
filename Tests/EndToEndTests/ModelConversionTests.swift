import Foundation
import Lathe
import Testing
import _TestSupport

/// Hugging Face folders become the GGUF that llama.cpp's converter makes: every key and every tensor.
///
/// Golden/Models holds what the converter wrote (keys with types, tensors with hashes). Where Lathe differs is a table
/// here, and explained in Documentation/GGUF-differences.md.
@Suite struct ModelConversionTests {
  /// A case and one of its types.
  struct Request: CustomStringConvertible, Sendable {
    let model: ModelCase
    let type: String
    let file: String
    var description: String { "\(model) \(type)" }
  }

  static let requests = ModelCase.all.flatMap { model in
    model.expectations.map { Request(model: model, type: $0.type, file: $0.file) }
  }

  /// Case -> keys and tensors that are not the peer's; Documentation/GGUF-differences.md says why.
  static let differences: [String: Set<String>] = [
    "falcon/falcon-7b-multiquery": ["falcon.context_length"],
    "falcon/falcon-new-arch": ["falcon.context_length"],
    "gemma2/gemma2": ["tokenizer.ggml.token_type"],
    "gemma3/gemma3-text": ["tokenizer.ggml.token_type"],
    "gptneox/gptneox-parallel": ["general.file_type", "tokenizer.ggml.pre"],
    "mamba/mamba": ["blk.0.ssm_a", "blk.1.ssm_a", "tokenizer.ggml.pre"],
    "rod": ["tokenizer.ggml.add_bos_token"],
    "variants/bert-classifier": ["cls.bias", "cls.weight", "general.size_label"],
    "variants/bert-classifier-two": [
      "bert.classifier.output_labels", "cls.bias", "cls.output.bias", "cls.output.weight",
      "cls.weight", "general.size_label",
    ],
    "variants/deepseek-v3-no-scoring": ["deepseek2.expert_gating_func"],
    "variants/falcon-eleven": [
      "falcon.context_length", "falcon.feed_forward_length", "falcon.rope.freq_base",
    ],
    "variants/falcon-untied": ["falcon.rope.scaling.factor", "falcon.rope.scaling.type"],
    "variants/gemma": ["tokenizer.ggml.token_type"],
    "variants/gemma-theta": ["gemma.rope.freq_base", "tokenizer.ggml.token_type"],
    "variants/gemma2-pattern": [
      "blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "blk.0.post_attention_norm.weight",
      "blk.0.post_ffw_norm.weight", "blk.1.attn_norm.weight", "blk.1.ffn_norm.weight",
      "blk.1.post_attention_norm.weight", "blk.1.post_ffw_norm.weight",
      "gemma2.attention.sliding_window_pattern", "gemma2.rope.freq_base", "output_norm.weight",
      "tokenizer.ggml.token_type",
    ],
    "variants/gemma3-full": [
      "gemma3.attention.sliding_window", "gemma3.attention.sliding_window_pattern",
      "tokenizer.ggml.token_type",
    ],
    "variants/gemma3-pattern": [
      "gemma3.attention.sliding_window_pattern", "tokenizer.ggml.token_type",
    ],
    "variants/gpt2-inner": ["gpt2.feed_forward_length"],
    "variants/gptneox-parameters": ["general.file_type"],
    "variants/gptneox-sequential": ["general.file_type"],
    "variants/gptneox-theta": ["general.file_type", "gptneox.rope.freq_base"],
    "variants/gptoss-plain-rope": ["gpt-oss.attention.sliding_window_pattern"],
    "variants/llama-rope-longrope": [
      "llama.rope.scaling.attn_factor", "llama.rope.scaling.original_context_length",
      "rope_factors_long.weight", "rope_factors_short.weight",
    ],
    "variants/llama-rope-yarn-parameters": ["llama.rope.scaling.attn_factor"],
    "variants/mamba-biases": ["blk.0.ssm_a", "tokenizer.ggml.pre"],
    "variants/mamba-f32": ["blk.0.ssm_a", "blk.1.ssm_a", "tokenizer.ggml.pre"],
    "variants/mamba-old-names": ["blk.0.ssm_a", "blk.1.ssm_a", "tokenizer.ggml.pre"],
    "variants/phi2-gqa-ff": ["phi2.attention.head_count_kv", "phi2.feed_forward_length"],
    "variants/phi2-theta": ["phi2.rope.freq_base"],
    "variants/stablelm-old-keys": ["stablelm.use_parallel_residual", "tokenizer.ggml.pre"],
    "variants/stablelm-parallel": ["stablelm.rope.freq_base"],
    "variants/t5-copies": ["dec.blk.0.cross_attn_rel_b.weight"],
  ]

  struct Expected: Decodable {
    struct Tensor: Decodable {
      let name: String
      let type: String
      let ne: [Int]
      let sha256: String
    }
    let tensors: [Tensor]
  }

  @Test func theReferenceCasesAreThere() {
    let paths = Set(ModelCase.all.map(\.path))
    #expect(
      paths.isSuperset(of: [
        "llama/llama-spm-gqa", "llama/llama-bpe-kquant", "mistral/mistral-gqa", "bert/bert", "rod",
      ]))
    for model in ModelCase.all { #expect(!model.expectations.isEmpty, "\(model)") }
    #expect(paths.isSuperset(of: Self.differences.keys))
  }

  @Test(arguments: requests)
  func equalsThePeer(request: Request) throws {
    let folder = try TemporaryFolder()
    let output = folder.path("out.gguf")
    try Conversion.run(try request.model.unpack(into: folder), output, type: request.type)
    let text = try Golden.bytes(request.file)
    let expected = try JSONDecoder().decode(Expected.self, from: Data(text))
    let keys = try #require(try JSONValue.parse(text)["kv"]?.object)
    let found = try Content(output)

    var different: Set<String> = []
    let theirs = keys.filter { !Self.isOwn($0.key) }
    let ours = found.metadata.filter { !Self.isOwn($0.key) }
    for key in Set(theirs.keys).union(ours.keys) where theirs[key] != ours[key]?.described {
      different.insert(key)
    }
    let tensors = Dictionary(uniqueKeysWithValues: expected.tensors.map { ($0.name, $0) })
    #expect(tensors.count == expected.tensors.count)
    for name in Set(tensors.keys).union(found.tensors.keys) {
      guard let theirs = tensors[name], let ours = found.tensors[name],
        theirs.type.lowercased() == ours.encoding.name, theirs.ne == ours.shape.axes.reversed(),
        theirs.sha256 == Golden.sha256(ours.bytes)
      else {
        different.insert(name)
        continue
      }
    }
    #expect(different == Self.differences[request.model.path] ?? [])
  }

  /// Types chosen for a GGUF's own names are those chosen when the names are made.
  @Test(
    arguments: [
      "bert/bert", "deepseek/deepseek-v3-mla", "llama/llama-spm-gqa", "mistral/mistral-gqa",
      "qwen2moe/qwen2moe",
    ], ["f16", "q8_0"])
  func twoStepsGiveTheSameTensors(path: String, type: String) throws {
    let folder = try TemporaryFolder()
    let model = try ModelCase(path: path).unpack(into: folder)
    try Conversion.run(model, folder.path("direct.gguf"), type: type)
    try Conversion.run(model, folder.path("wide.gguf"), type: "f32")
    try Conversion.run(folder.path("wide.gguf"), folder.path("narrow.gguf"), type: type)
    let direct = try Content(folder.path("direct.gguf"))
    #expect(try Content(folder.path("narrow.gguf")).tensors == direct.tensors)
    #expect(direct.tensors.values.contains { $0.encoding.name == type })
  }

  /// A head of two unnamed classes, which llama.cpp refuses as the peer stores it.
  @Test func llamaCppLoadsAHeadOfTwo() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("out.gguf")
    let model = ModelCase(path: "variants/bert-classifier-two")
    try Conversion.run(try model.unpack(into: folder), output)
    let peer = try Peer.run("llama_embed.py", [output], input: #"{"sentences": ["a text"]}"#)
    #expect(peer.status == 0, "\(peer.standardError)")
    #expect(peer.standardOutput.contains("embeddings"))
  }

  /// Every difference is explained, under the name of its case.
  @Test(arguments: differences.keys.sorted())
  func differencesAreExplained(path: String) throws {
    let page = try String(
      contentsOf: Golden.root.appending(path: "Documentation/GGUF-differences.md"), encoding: .utf8)
    #expect(page.contains("`\(path)`"))
    for name in Self.differences[path] ?? [] { #expect(page.contains("`\(name)`")) }
  }

  /// Keys that comparisons leave out: Lathe's own, and what the peer's reader makes of the header.
  static func isOwn(_ key: String) -> Bool {
    key.hasPrefix("lathe.") || key.hasPrefix("GGUF.") || key == "tokenizer.huggingface.json"
  }
}

extension MetadataValue {
  /// The value as tools/peers/gguf_json.py describes it.
  var described: JSONValue {
    guard case .array(let list) = self else {
      return .object(["type": .string(Self.peerName(typeName)), "value": plain])
    }
    return .object([
      "type": .string("ARRAY"), "elem_type": .string(Self.peerName(list.elementTypeName)),
      "value": .array((0..<list.count).map { list.element(at: $0)?.plain ?? .null }),
    ])
  }

  private var plain: JSONValue {
    switch self {
    case .f32(let number): .double(Double(number))
    case .f64(let number): .double(number)
    case .bool(let truth): .bool(truth)
    case .string(let text): .string(text)
    default: int.map(JSONValue.int) ?? .null
    }
  }

  private static func peerName(_ name: String) -> String {
    let names: [Character: String] = ["u": "UINT", "i": "INT", "f": "FLOAT"]
    guard let first = name.first, let word = names[first] else { return name.uppercased() }
    return word + name.dropFirst()
  }
}
