import Architectures
import Documents
import Failures
import Foundation
import OrderedCollections
import Tensors
import Testing
import _TestSupport

@Suite struct HeaderTests {
  static let cases = HeaderCase.all { !$0.contains("tied-copy") }
  /// Case -> keys that are not the peer's; Documentation/GGUF-differences.md says why.
  static let deviations: [String: Metadata] = [
    "falcon-7b-multiquery": ["falcon.context_length": .u32(256)],
    "falcon-new-arch": ["falcon.context_length": .u32(256)],
    "variant-stablelm-old-keys": ["stablelm.use_parallel_residual": .bool(false)],
    "variant-stablelm-parallel": ["stablelm.rope.freq_base": .f32(500042)],
  ]
  /// Families whose files are written in the peer's order.
  static let ordered = [
    "bert", "llama", "mistral", "mixtral", "olmo2", "qwen2", "qwen2moe", "qwen3", "qwen3moe",
  ]

  /// Keys that Lathe writes and the peer does not; Documentation/GGUF-differences.md says why.
  static let added: [String: Set<String>] = [
    "variant-llama-yarn": ["llama.rope.scaling.attn_factor"],
    "variant-llama-yarn-mscale": ["llama.rope.scaling.attn_factor"],
  ]

  /// Tensors that Lathe writes and the peer does not, by their names in a checkpoint.
  static let addedTensors: [String: [String: String]] = [
    "variant-bert-seqcls": [
      "bert.pooler.dense.bias": "cls.bias", "bert.pooler.dense.weight": "cls.weight",
    ]
  ]

  @Test func thereAreCases() { #expect(Self.cases.count > 40) }

  @Test(arguments: cases) func namesAndShapes(_ item: HeaderCase) throws {
    let model = try item.architecture().instantiate(item.header)
    let stored = model.stored(in: .gguf)
    var found = OrderedDictionary<String, Shape>()
    for tensor in stored { found[tensor.name] = tensor.shape }
    for (name, added) in Self.addedTensors[item.name] ?? [:] {
      #expect(found.removeValue(forKey: added) == item.tensors[name])
    }
    if Self.ordered.contains(item.family), !item.name.contains("layers12") {
      #expect(Array(found.keys) == Array(item.ggufTensors.keys))
    }
    #expect(
      Dictionary(uniqueKeysWithValues: found.map { ($0.key, $0.value) })
        == Dictionary(uniqueKeysWithValues: item.ggufTensors.map { ($0.key, $0.value) }))
    #expect(model.unknownConfigKeys == [])
  }

  @Test(arguments: cases) func keysAndTypes(_ item: HeaderCase) throws {
    let model = try item.architecture().instantiate(item.header)
    var keys = try model.ggufKeys().filter { !$0.key.hasPrefix("lathe.") }
    for key in Self.added[item.name] ?? [] { #expect(keys.removeValue(forKey: key) != nil) }
    if Self.ordered.contains(item.family) {
      #expect(Array(keys.keys) == Array(item.keys.keys))
    }
    let deviations = Self.deviations[item.name] ?? [:]
    for (key, value) in item.keys { #expect(keys[key] == deviations[key] ?? value, "\(key)") }
    for (key, value) in deviations { #expect(keys[key] == value, "\(key)") }
    #expect(Set(keys.keys) == Set(item.keys.keys).union(deviations.keys))
  }

  /// From the peer's GGUF alone: names and shapes of the checkpoint, but for what GGUF lacks.
  @Test(arguments: cases) func wayBack(_ item: HeaderCase) throws {
    let forward = try item.architecture().instantiate(item.header)
    let className = forward.className
    let lost = Set(forward.lost(in: .gguf).map(\.name))
    let needsHead = ["BertForMaskedLM"].contains(className)
    let model = try item.architecture().instantiate(
      item.ggufHeader, class: needsHead ? nil : className)
    var expected = item.tensors
    for name in lost { expected[name] = nil }
    for name in (Self.addedTensors[item.name] ?? [:]).keys { expected[name] = nil }
    for copy in forward.copies { expected[copy.name] = nil }
    var found: [String: Shape] = [:]
    for tensor in model.stored(in: .huggingface) { found[tensor.name] = tensor.shape }
    let names = Dictionary(
      uniqueKeysWithValues: expected.map { (canonical($0.key, item), $0.value) })
    let foundNames = Dictionary(
      uniqueKeysWithValues: found.map { (canonical($0.key, item), $0.value) })
    #expect(foundNames == names)
    #expect(
      try model.ggufKeys().filter { !$0.key.hasPrefix("lathe.") } == item.keys
        || !Self.ordered.contains(item.family))
  }

  /// Old spellings and absent prefixes are not restored.
  private func canonical(_ name: String, _ item: HeaderCase) -> String {
    var name = name
    if item.family == "bert", name.hasPrefix("bert.") { name.removeFirst(5) }
    return name.replacingOccurrences(of: "LayerNorm.gamma", with: "LayerNorm.weight")
      .replacingOccurrences(of: "LayerNorm.beta", with: "LayerNorm.bias")
  }

  @Test(arguments: cases.filter { $0.ropeFactors != nil })
  func ropeFactorsEqualThePeers(_ item: HeaderCase) throws {
    let model = try item.architecture().instantiate(item.header)
    let derived = try #require(
      model.stored(in: .gguf).first { $0.name == "rope_freqs.weight" }?.derived)
    #expect(derived.map(\.bitPattern) == item.ropeFactors?.map(\.bitPattern))
  }

  @Test(arguments: cases) func graphsBuild(_ item: HeaderCase) throws {
    let model = try item.architecture().instantiate(item.header)
    for name in model.architecture.graphs.keys { _ = try model.graph(name) }
  }

  @Test(arguments: cases) func chainsOfEveryTensor(_ item: HeaderCase) throws {
    let model = try item.architecture().instantiate(item.header)
    let sources = model.stored(in: .huggingface)
    var holders: [Int: [Int]] = [:]
    for (index, source) in sources.enumerated() {
      for part in source.layout.parts { holders[part.tensor, default: []].append(index) }
    }
    for target in model.stored(in: .gguf) where target.derived == nil {
      var indexes: [Int] = []
      for part in target.layout.parts {
        for index in holders[part.tensor] ?? [] where !indexes.contains(index) {
          indexes.append(index)
        }
      }
      let chain = try LayoutChain(from: indexes.map { sources[$0].layout }, to: target.layout)
      #expect(chain.rowCount * chain.columns == target.shape.elementCount)
    }
  }
}
