import Foundation
import Lathe
import Testing
import _TestSupport

/// Phi-2, Phi-3, GPT-NeoX, OPT, DistilBERT: what the peer loses is carried or said.
@Suite struct RotaryFamilyTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func unpack(_ path: String) throws -> String {
    try ModelCase(path: path).unpack(into: folder)
  }

  private func key(_ path: String, _ key: String) throws -> MetadataValue? {
    let output = folder.path("\(ModelCase(path: path).name).gguf")
    if !FileManager.default.fileExists(atPath: output) {
      try Conversion.run(try unpack(path), output)
    }
    return try Content(output).metadata[key]
  }

  /// A rotary base other than 10000, which llama.cpp reads though the peer does not write it.
  @Test func otherBasesAreWritten() throws {
    #expect(try key("variants/phi2-theta", "phi2.rope.freq_base") == .f32(50000))
    #expect(try key("variants/gptneox-theta", "gptneox.rope.freq_base") == .f32(25000))
    #expect(try key("phi2/phi2", "phi2.rope.freq_base") == nil)
    #expect(try key("gptneox/gptneox-parallel", "gptneox.rope.freq_base") == nil)
  }

  /// Grouped queries and a width of its own.
  @Test func phi2SaysWhatItsTensorsHave() throws {
    #expect(try key("variants/phi2-gqa-ff", "phi2.attention.head_count_kv") == .u32(2))
    #expect(try key("variants/phi2-gqa-ff", "phi2.feed_forward_length") == .u32(96))
  }

  /// The window's key is written, and llama.cpp disables it: the plan says from where results part.
  @Test func windowsAreSaid() throws {
    let made = try lathe("plan", try unpack("variants/phi3-window"), "-o", folder.path("o.gguf"))
    #expect(made.status == 0)
    #expect(made.standardOutput.contains("results differ from position 48"), "\(made)")
    #expect(try key("variants/phi3-window", "phi3.attention.sliding_window") == .u32(48))
    let wide = try lathe(
      "plan", try unpack("variants/phi3-longrope-su"), "-o", folder.path("o.gguf"))
    #expect(!wide.standardOutput.contains("sliding window"))
    #expect(wide.standardOutput.contains("as soon as its context is longer than 512"), "\(wide)")
  }

  /// Without what Lathe keeps of config.json, the GGUF's own keys give the lists back.
  @Test func longropeComesBackFromTheKeysAlone() throws {
    let source = try unpack("variants/phi3-longrope-su")
    let gguf = folder.path("bare.gguf")
    var made = try lathe("convert", source, "-o", gguf, "--no-lineage")
    try #require(made.status == 0, "\(made.standardError)")
    made = try lathe("convert", gguf, "-o", folder.path("back"))
    try #require(made.status == 0, "\(made.standardError)")
    let config = try JSONValue.parse(try folder.bytes("back/config.json"))
    let rope = config["rope_parameters"]
    #expect(rope?["rope_type"]?.string == "longrope")
    #expect(rope?["long_factor"]?.array?.compactMap(\.double) == [1, 1.25, 2.5, 6.5])
    #expect(rope?["short_factor"]?.array?.compactMap(\.double) == [1, 1.05, 1.1, 1.15])
    #expect(config["original_max_position_embeddings"]?.int == 512)
    #expect(config["sliding_window"]?.int == 2048)
    #expect(config["model_type"]?.string == "phi3")
  }

  /// A scaling that grows with the text: plain positions up to the context, which is said.
  @Test func dynamicScalingIsSaid() throws {
    let source = try unpack("llama/llama-spm-gqa")
    let path = "\(source)/config.json"
    var config = try JSONValue.parse(Array(try Data(contentsOf: URL(filePath: path))))
    config["rope_parameters"] = ["rope_type": "dynamic", "factor": 2, "rope_theta": 10000]
    try Data(config.bytes(.pretty(indent: 2))).write(to: URL(filePath: path))
    let output = folder.path("dynamic.gguf")
    let made = try lathe("convert", source, "-o", output)
    try #require(made.status == 0, "\(made.standardError)")
    #expect(made.standardError.contains("dynamic rope scaling"), "\(made.standardError)")
    #expect(try Content(output).metadata["llama.rope.scaling.type"] == nil)
    let back = try lathe("convert", output, "-o", folder.path("back"))
    #expect(back.status == 0)
    let returned = try JSONValue.parse(try folder.bytes("back/config.json"))
    #expect(returned["rope_parameters"] == config["rope_parameters"])
  }

  /// GGUF has no such architecture: refused by name; the description gives names and a graph.
  @Test(arguments: ["opt-before", "opt-after-projected", "opt-bare"])
  func optHasNoGGUF(name: String) throws {
    let source = folder.path(name)
    try Golden.unpack("Models/variants/\(name)", to: URL(filePath: source))
    let output = folder.path("opt.gguf")
    let refused = try lathe("convert", source, "-o", output)
    #expect(refused.status == 69)
    #expect(refused.standardError.contains("no architecture for 'opt'"), "\(refused)")
    #expect(!FileManager.default.fileExists(atPath: output))
    let explained = try lathe("architectures", "--explain", source, "--json")
    let found = try JSONValue.parse(Array(explained.standardOutput.utf8))
    #expect(found["architecture"]?.string == "opt")
    #expect(found["fits"]?.bool == true)
    #expect(found["unknown_keys"] == [])
    let other = try lathe("convert", source, "-o", folder.path("opt.bin"))
    #expect(other.status == 0, "\(other.standardError)")
  }

  /// A DistilBERT is stored as a bert, and told from one by its configuration, or by its names.
  @Test(arguments: [true, false])
  func distilbertIsNotTakenForABert(keepsConfig: Bool) throws {
    let source = try unpack("variants/distilbert-bare")
    let gguf = folder.path("d.gguf")
    let options = keepsConfig ? [] : ["--no-lineage"]
    let made = try LatheBinary.run(["convert", source, "-o", gguf] + options)
    try #require(made.status == 0, "\(made.standardError)")
    let back = try lathe("convert", gguf, "-o", folder.path("back"))
    try #require(back.status == 0, "\(back.standardError)")
    #expect(
      try Content(folder.path("back")).tensors.keys.sorted()
        == Content(source).tensors.keys.sorted())
    let config = try JSONValue.parse(try folder.bytes("back/config.json"))
    #expect(config["model_type"]?.string == "distilbert")
    #expect(config["n_layers"]?.int == 2)
  }
}
