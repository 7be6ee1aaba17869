import Foundation
import Lathe
import Testing
import _TestSupport

/// PEFT's folders become the adapter GGUF that llama.cpp's converter makes: every key and tensor, but
/// for the differences that Documentation/Adapters.md defends.
@Suite struct AdapterConversionTests {
  /// What a case's GGUF has that the peer's has not, or has otherwise.
  static let differences: [String: Set<String>] = [
    "llama-rslora": ["adapter.lora.alpha"],
    "llama-patterns": [
      "blk.0.attn_q.weight.lora_b", "blk.0.attn_v.weight.lora_b", "blk.1.attn_v.weight.lora_b",
    ],
    "gpt2": Set(
      (0..<2).flatMap { layer in
        ["attn_qkv", "attn_output", "ffn_up", "ffn_down"].flatMap { name in
          ["a", "b"].map { "blk.\(layer).\(name).weight.lora_\($0)" }
        }
      }),
  ]
  /// Keys that the peer takes from a model card only.
  static let baseKeys: Set<String> = [
    "general.base_model.count", "general.base_model.0.name", "general.base_model.0.organization",
    "general.base_model.0.repo_url",
  ]
  /// Cases whose extra tensors llama.cpp would not read.
  static let forced: Set<String> = ["llama-saved"]

  /// The cases that the peer converts and a description is there for.
  static let cases = AdapterCase.all.filter { adapter in
    adapter.expectation != nil && ModelCase.all.contains { $0.path == adapter.base }
  }

  @Test func theReferenceCasesAreThere() {
    let names = Set(Self.cases.map(\.name))
    #expect(
      names.isSuperset(of: [
        "bert", "llama-attention", "llama-embedding", "llama-f32", "llama-patterns",
        "llama-rslora", "llama-saved", "mistral",
      ]))
  }

  @Test(arguments: cases, ["--base", "--config"])
  func equalsThePeer(adapter: AdapterCase, option: String) throws {
    let folder = try TemporaryFolder()
    let paths = try adapter.unpack(into: folder)
    let output = folder.path("out.gguf")
    let base = option == "--base" ? paths.base : paths.base + "/config.json"
    let force = Self.forced.contains(adapter.name) ? ["--force-lossy-architecture"] : []
    let result = try LatheBinary.run(
      ["convert", paths.adapter, "-o", output, "--type", "f32", option, base] + force)
    try #require(result.status == 0, "\(result.standardError)")

    let text = try #require(adapter.expectation)
    let expected = try JSONDecoder().decode(ModelConversionTests.Expected.self, from: Data(text))
    let theirs = try #require(try JSONValue.parse(text)["kv"]?.object)
    let found = try Content(output)
    var different: Set<String> = []
    let ours = found.metadata
    for key in Set(theirs.keys).union(ours.keys)
    where !ModelConversionTests.isOwn(key) && theirs[key] != ours[key]?.described {
      different.insert(key)
    }
    let tensors = Dictionary(uniqueKeysWithValues: expected.tensors.map { ($0.name, $0) })
    for name in Set(tensors.keys).union(found.tensors.keys) {
      guard let theirs = tensors[name], let ours = found.tensors[name],
        theirs.type.lowercased() == ours.encoding.name, theirs.ne == ours.shape.axes.reversed(),
        theirs.sha256 == Golden.sha256(ours.bytes)
      else {
        different.insert(name)
        continue
      }
    }
    #expect(different == Self.baseKeys.union(Self.differences[adapter.name] ?? []))
  }

  @Test(arguments: Array(differences.keys.sorted()))
  func differencesAreExplained(name: String) throws {
    let page = try String(
      contentsOf: Golden.root.appending(path: "Documentation/Adapters.md"), encoding: .utf8)
    #expect(page.contains("`\(name)`"))
  }

  /// llama.cpp's scale is alpha by rank, whatever PEFT's is.
  @Test func theScaleOfPEFTIsKept() throws {
    let folder = try TemporaryFolder()
    let stable = try AdapterCase.named("llama-rslora").unpack(into: folder)
    try Conversion.adapter(stable.adapter, stable.base, folder.path("a.gguf"))
    let alpha = try Content(folder.path("a.gguf")).metadata["adapter.lora.alpha"]
    #expect(alpha == .f32(Float(2 * 3.0.squareRoot())))

    let patterns = try AdapterCase.named("llama-patterns").unpack(into: folder)
    try Conversion.adapter(patterns.adapter, patterns.base, folder.path("b.gguf"))
    let tensors = try Content(folder.path("b.gguf")).tensors
    let source = try Content(patterns.adapter).tensors
    let name = "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight"
    let ours = try #require(tensors["blk.1.attn_v.weight.lora_b"]).floats
    let theirs = try #require(source[name]).floats
    #expect(ours == theirs.map { $0 * 5 / 8 })
  }

  /// A real llama.cpp applies the adapter: what it computes is what the merged model gives.
  @Test(arguments: ["llama-attention", "llama-patterns", "llama-rslora", "llama-embedding"])
  func llamaCppAppliesIt(name: String) throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named(name).unpack(into: folder)
    try Conversion.run(base, folder.path("base.gguf"), type: "f32")
    try Conversion.adapter(adapter, base, folder.path("adapter.gguf"))
    var request = ConversionRequest(source: base, destination: folder.path("merged.gguf"))
    request.type = "f32"
    request.mergedAdapters = [AdapterRequest(path: adapter)]
    try Conversion.run(request)
    let applied = try Self.logProbabilities([folder.path("base.gguf"), folder.path("adapter.gguf")])
    let merged = try Self.logProbabilities([folder.path("merged.gguf")])
    let plain = try Self.logProbabilities([folder.path("base.gguf")])
    #expect(try Self.distance(applied, merged) < 1e-4)
    #expect(try Self.distance(applied, plain) > 0.1)
  }

  private struct Answer: Decodable { let logprobs: [[Double]?] }

  private static func logProbabilities(_ files: [String]) throws -> [[Double]?] {
    let tokens = stride(from: 1, to: 200, by: 13).map(String.init).joined(separator: ", ")
    let peer = try Peer.run(
      "llama_logits.py", files, input: #"{"tokens": [\#(tokens)], "vocabulary": 512}"#)
    try #require(peer.status == 0, "\(peer.standardError)")
    return try JSONDecoder().decode(Answer.self, from: Data(peer.standardOutput.utf8)).logprobs
  }

  private static func distance(_ a: [[Double]?], _ b: [[Double]?]) throws -> Double {
    let rows = zip(a, b).compactMap { a, b in a.flatMap { a in b.map { (a, $0) } } }
    try #require(rows.count > a.count / 2)
    return rows.flatMap { zip($0.0, $0.1).map { abs($0 - $1) } }.max() ?? .infinity
  }

  /// A folder of PEFT stays one: the tensors' file keeps its name and adapter_config.json goes along.
  @Test(arguments: ["safetensors", "pytorch"])
  func aFolderStaysAnAdapter(format: String) throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named("llama-attention").unpack(into: folder)
    let result = try lathe("convert", adapter, "-o", folder.path("copy"), "--to", format)
    try #require(result.status == 0, "\(result.standardError)")
    let name = format == "pytorch" ? "adapter_model.bin" : "adapter_model.safetensors"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("copy"))
    #expect(names.sorted() == ["adapter_config.json", name])
    try Conversion.adapter(folder.path("copy"), base, folder.path("a.gguf"))
    try Conversion.adapter(adapter, base, folder.path("b.gguf"))
    #expect(
      try Content(folder.path("a.gguf")).tensors == Content(folder.path("b.gguf")).tensors)
  }
}

extension Conversion {
  /// Makes a GGUF of an adapter.
  static func adapter(_ path: String, _ base: String, _ output: String) throws {
    var request = ConversionRequest(source: path, destination: output)
    request.type = "f32"
    request.baseModel = base
    try run(request)
  }

  /// Plans and runs a request.
  @discardableResult
  static func run(_ request: ConversionRequest) throws -> Plan {
    let (plan, opened) = try Planner(request).plan()
    var options = RunOptions()
    options.sync = false
    _ = try Executor(plan: plan, source: opened, options: options).run()
    return plan
  }
}

extension Content.Tensor {
  /// The numbers of a float type.
  var floats: [Float] {
    bytes.withUnsafeBytes { raw in
      switch encoding.name {
      case "bf16":
        (0..<raw.count / 2).map {
          Float(
            bitPattern: UInt32(raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) << 16)
        }
      case "f16":
        (0..<raw.count / 2).map {
          Float(raw.loadUnaligned(fromByteOffset: 2 * $0, as: Float16.self))
        }
      default:
        (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
    }
  }
}
