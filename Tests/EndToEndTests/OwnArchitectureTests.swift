import Foundation
import Testing
import _TestSupport

/// A model family is added by one file: a checkpoint with names of its own converts with it.
@Suite struct OwnArchitectureTests {
  /// The stock names and those of the exercise, in file order of replacement.
  static let names = [
    ("model.layers.", "stack.blocks."), ("self_attn.q_proj", "mix.query"),
    ("self_attn.k_proj", "mix.key"), ("self_attn.v_proj", "mix.value"),
    ("self_attn.o_proj", "mix.out"), ("mlp.gate_proj", "feed.gate"), ("mlp.up_proj", "feed.up"),
    ("mlp.down_proj", "feed.down"), ("post_attention_layernorm", "norm_b"),
    ("input_layernorm", "norm_a"), ("model.norm", "stack.norm"),
    ("model.embed_tokens", "stack.words"),
  ]

  static func renamed(_ text: String) -> String {
    names.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }

  @Test func oneFileAddsAFamily() throws {
    let folder = try TemporaryFolder()
    let stock = folder.url.appending(path: "stock/model")
    let own = folder.url.appending(path: "own/model")
    for target in [stock, own] { try Golden.unpack("Models/llama/llama-spm-gqa", to: target) }

    // The family's own checkpoint: other tensor names, another class.
    let before = try SmallFiles.read(stock.appending(path: "model.safetensors").path())
    let tensors = before.tensors.values.map { tensor in
      var tensor = tensor
      tensor.name = Self.renamed(tensor.name)
      return tensor
    }
    let bytes = SmallFiles.safetensors(
      tensors.sorted { $0.name < $1.name }, metadata: before.metadata)
    try Data(bytes).write(to: own.appending(path: "model.safetensors"))
    let config = own.appending(path: "config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
      .replacingOccurrences(of: "LlamaForCausalLM", with: "OwnForCausalLM")
      .replacingOccurrences(of: "\"model_type\": \"llama\"", with: "\"model_type\": \"own\"")
    #expect(text.contains("OwnForCausalLM") && text.contains("\"own\""))
    try Data(text.utf8).write(to: config)

    // Without a description it is refused, with the nearest family and what does not fit it.
    let output = folder.path("own.gguf")
    let refused = try lathe("convert", own.path(), "-o", output, "--type", "f16")
    #expect(refused.status == 69)
    for part in ["OwnForCausalLM", "the nearest description is", "stack."] {
      #expect(refused.standardError.contains(part), "\(refused.standardError)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))

    // The description: a copy of the nearest one with the family's names.
    let llama = Golden.root.appending(path: "Formats/Architectures/llama.arch")
    let description = Self.renamed(try String(contentsOf: llama, encoding: .utf8))
      .replacingOccurrences(of: "LlamaForCausalLM", with: "OwnForCausalLM")
      .replacingOccurrences(of: "architecture llama ", with: "architecture own ")
      .replacingOccurrences(of: "model_type   llama ", with: "model_type   own ")
    let arch = try folder.write("own.arch", Array(description.utf8))
    let options = ["--type", "f16", "--no-lineage"]
    let made = try LatheBinary.run(
      ["convert", own.path(), "-o", output, "--architecture", arch] + options)
    try #require(made.status == 0, "\(made.standardError)")
    let expected = folder.path("stock.gguf")
    let known = try LatheBinary.run(["convert", stock.path(), "-o", expected] + options)
    try #require(known.status == 0, "\(known.standardError)")
    #expect(
      Golden.sha256(try folder.bytes("own.gguf")) == Golden.sha256(try folder.bytes("stock.gguf")))

    // And the way back bears the family's names.
    let back = folder.path("back")
    let returned = try lathe("convert", output, "-o", back, "--architecture", arch)
    try #require(returned.status == 0, "\(returned.standardError)")
    let names = try SmallFiles.read(back + "/model.safetensors").tensors.keys
    #expect(Set(names) == Set(tensors.map(\.name)))
  }

  @Test func mistakesInADescriptionHaveAPlace() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write("in.safetensors", SmallFiles.safetensors(SmallFiles.mixed()))
    for (text, place) in [
      ("architecture x\n", "own.arch:1"), ("architecture x 1\n  gguf x\nnonsense\n", "own.arch:3"),
      ("", "own.arch"), ("\u{0}\u{1}", "own.arch:1"),
    ] {
      let arch = try folder.write("own.arch", Array(text.utf8))
      let result = try lathe(
        "convert", source, "-o", folder.path("o.gguf"), "--architecture", arch, "--quiet")
      #expect([64, 65, 69].contains(result.status), "\(result.standardError)")
      #expect(result.standardError.contains(place), "\(result.standardError)")
    }
    let arch = try folder.write("own.arch", [0xFF, 0xFE, 0x41])
    let result = try lathe(
      "convert", source, "-o", folder.path("o.gguf"), "--architecture", arch, "--quiet")
    #expect(result.status == 64 || result.status == 65, "\(result.standardError)")
    #expect(try folder.names() == ["in.safetensors", "own.arch"])
  }
}
