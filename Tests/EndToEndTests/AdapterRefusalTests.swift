import Foundation
import Lathe
import Testing
import _TestSupport

/// Adapters that are damaged, do not fit or are of another kind: said before the run, by name.
@Suite struct AdapterRefusalTests {
  struct Refusal: Sendable, CustomStringConvertible {
    let description: String
    let status: Int32
    let words: [String]
    let tensors: @Sendable () -> [SmallFiles.Tensor]
    let configuration: @Sendable () -> [String: Any]

    init(
      _ description: String, _ status: Int32, _ words: [String],
      _ configuration: @escaping @autoclosure @Sendable () -> [String: Any] = [:],
      _ tensors: @escaping @autoclosure @Sendable () -> [SmallFiles.Tensor] =
        SmallAdapter.pair("model.up", out: 300, in: 133)
    ) {
      self.description = description
      self.status = status
      self.words = words
      self.configuration = configuration
      self.tensors = tensors
    }
  }

  static let refusals: [Refusal] = [
    Refusal("another method", 69, ["peft_type", "IA3"], ["peft_type": "IA3"]),
    Refusal("a rank of zero", 65, ["'r'", "found 0"], ["r": 0]),
    Refusal("no alpha", 65, ["lora_alpha"], ["lora_alpha": NSNull()]),
    Refusal("another rank", 65, ["lora_A.weight", "rank is 4"], ["r": 4]),
    Refusal("PiSSA", 69, ["init_lora_weights", "pissa"], ["init_lora_weights": "pissa_niter_4"]),
    Refusal("BD-LoRA", 69, ["use_bdlora"], ["use_bdlora": ["nblocks": 2]]),
    Refusal("replicated layers", 69, ["layer_replication"], ["layer_replication": [[0, 2]]]),
    Refusal("a bias beside B", 69, ["lora_bias"], ["lora_bias": true]),
    Refusal("an activated adapter", 69, ["invocation"], ["alora_invocation_tokens": [1, 2]]),
    Refusal("a pattern that is none", 65, ["rank_pattern", "(("], ["rank_pattern": ["((": 2]]),
    Refusal("a rank that is no number", 65, ["rank_pattern"], ["rank_pattern": ["up": "two"]]),
    Refusal("DoRA without magnitudes", 65, ["use_dora"], ["use_dora": true]),
    Refusal(
      "an unknown module", 65, ["model.down.weight", "no tensor"], [:],
      SmallAdapter.pair("model.down", out: 300, in: 133)),
    Refusal(
      "another shape", 65, ["[301, 133]", "[300, 133]"], [:],
      SmallAdapter.pair("model.up", out: 301, in: 133)),
    Refusal(
      "integers below it", 65, ["i64"], [:], SmallAdapter.pair("model.ids_of", out: 3, in: 3)),
    Refusal(
      "an A without a B", 65, ["has no B"], [:],
      [SmallAdapter.pair("model.up", out: 300, in: 133)[0]]),
    Refusal(
      "a convolution", 69, ["convolutions"], [:],
      [
        SmallAdapter.whole("model.up.lora_A.weight", [3, 133, 1, 1]),
        SmallAdapter.whole("model.up.lora_B.weight", [300, 3, 1, 1]),
      ]),
    Refusal(
      "a tensor of no role", 69, ["lora_C"], [:],
      SmallAdapter.pair("model.up", out: 300, in: 133)
        + [SmallAdapter.whole("model.up.lora_C.weight", [3])]),
    Refusal(
      "trained tokens", 69, ["token_adapter"], [:],
      [SmallAdapter.whole("model.embed.token_adapter.trainable_tokens_delta", [2, 24])]),
    Refusal(
      "a copy of another shape", 65, ["[301]", "[300]"], [:],
      [SmallAdapter.whole("model.up.bias", [301])]),
    Refusal(
      "a bias that the model lacks", 65, ["model.square.bias"], [:],
      [SmallAdapter.whole("model.square.bias", [48])]),
    Refusal(
      "two adapters in one file", 69, ["several adapters"], [:],
      [
        SmallAdapter.whole("model.up.lora_A.one.weight", [3, 133]),
        SmallAdapter.whole("model.up.lora_B.two.weight", [300, 3]),
      ]),
    Refusal(
      "magnitudes of an embedding", 69, ["DoRA"], ["use_dora": true],
      [
        SmallAdapter.whole("model.embed.lora_embedding_A", [3, 40]),
        SmallAdapter.whole("model.embed.lora_embedding_B", [24, 3]),
        SmallAdapter.whole("model.embed.lora_magnitude_vector", [24]),
      ]),
    Refusal("no tensors", 65, ["no tensors"], [:], []),
  ]

  @Test(arguments: refusals)
  func isRefused(refusal: Refusal) throws {
    let folder = try TemporaryFolder()
    let extra = SmallFiles.Tensor("model.ids_of.weight", "I64", [3, 3], (0..<9).map(Int64.init))
    let small = try SmallAdapter(folder, SmallAdapter.tensors + [extra])
    let adapter = try small.write("adapter", refusal.tensors(), refusal.configuration())
    let result = try lathe(
      "convert", small.base, "-o", folder.path("out.safetensors"), "--merge-lora", adapter)
    #expect(result.status == refusal.status, "\(result.standardError)")
    for word in refusal.words {
      #expect(result.standardError.contains(word), "'\(word)': \(result.standardError)")
    }
    #expect(try folder.names() == ["adapter", "base"])
  }

  @Test func pathsAndOptions() throws {
    let folder = try TemporaryFolder()
    let small = try SmallAdapter(folder)
    let adapter = try small.write("adapter", SmallAdapter.pair("model.up", out: 300, in: 133))
    let out = folder.path("out.safetensors")
    func run(_ arguments: String...) throws -> (Int32, String) {
      let result = try LatheBinary.run(["convert"] + arguments + ["-o", out])
      return (result.status, result.standardError)
    }
    #expect(try run(small.base, "--merge-lora", folder.path("none")).0 == 66)
    #expect(try run(small.base, "--merge-lora", small.base).0 == 66)
    #expect(try run(small.base, "--merge-lora", adapter + "=inf").0 == 64)
    #expect(try run(small.base, "--merge-lora", "").0 == 64)
    #expect(try run(adapter, "--merge-lora", adapter).0 == 64)
    #expect(try run(small.base, "--base", small.base).0 == 64)
    let file = folder.path("base/model.safetensors")
    #expect(try run(small.base, "--merge-lora", file).0 == 65)
    let inside = try lathe(
      "convert", small.base, "-o", adapter, "--merge-lora", adapter, "--force")
    #expect(inside.status == 64, "\(inside.standardError)")
    // The base model's configuration is asked for by name.
    let gguf = try lathe("convert", adapter, "-o", folder.path("a.gguf"))
    #expect(gguf.status == 69 && gguf.standardError.contains("none/base"), "\(gguf.standardError)")
    #expect(gguf.standardError.contains("--base"))
  }

  /// What a GGUF cannot say of an adapter.
  @Test(arguments: [("llama-dora", "DoRA"), ("llama-bias", "--force-lossy-architecture")])
  func noGGUFOfIt(name: String, word: String) throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named(name).unpack(into: folder)
    let result = try lathe("convert", adapter, "-o", folder.path("a.gguf"), "--base", base)
    #expect(result.status == 69 && result.standardError.contains(word), "\(result.standardError)")
    guard name == "llama-bias" else { return }
    let forced = try lathe(
      "convert", adapter, "-o", folder.path("a.gguf"), "--base", base, "--force-lossy-architecture")
    #expect(forced.status == 0 && forced.standardError.contains("left out"))
    #expect(try Content(folder.path("a.gguf")).tensors.keys.allSatisfy { $0.contains(".lora_") })
  }

  /// An adapter of another model is named as such.
  @Test func theWrongBase() throws {
    let folder = try TemporaryFolder()
    let (_, adapter) = try AdapterCase.named("llama-attention").unpack(into: folder)
    let (bert, _) = try AdapterCase.named("bert").unpack(into: folder)
    let merge = try lathe("convert", bert, "-o", folder.path("m"), "--merge-lora", adapter)
    #expect(merge.status == 65 && merge.standardError.contains("self_attn"))
    let gguf = try lathe("convert", adapter, "-o", folder.path("a.gguf"), "--base", bert)
    #expect(gguf.status == 65 && gguf.standardError.contains("self_attn"))
  }
}
