import Foundation
import Lathe
import Testing
import _TestSupport

/// GGUF files without Lathe's keys become folders: from several files, and with the original config.json.
@Suite struct ForeignModelTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String...) throws {
    let result = try LatheBinary.run(arguments)
    try #require(result.status == 0, "\(arguments): \(result.standardError)")
  }

  /// The folder and each of its files name the same model; what is merged on the way is merged across files.
  @Test(arguments: ["bloom/bloom", "mixtral/mixtral"], [false, true])
  func splitFilesBecomeOneModel(path: String, fromFile: Bool) throws {
    let model = try ModelCase(path: path).unpack(into: folder)
    try run(
      "convert", model, "-o", folder.path("parts"), "--to", "gguf", "--max-shard-size", "99KB")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("parts")).sorted()
    #expect(names.count > 2)
    let source = fromFile ? folder.path("parts/\(try #require(names.first))") : folder.path("parts")
    try run("convert", source, "-o", folder.path("back"))
    #expect(try Content(folder.path("back")).tensors == Content(model).tensors)
  }

  /// What the keys do not say is taken from `--config`: class and window.
  @Test func aConfigurationTellsTheRest() throws {
    let model = try ModelCase(path: "mistral/mistral-gqa").unpack(into: folder)
    let gguf = folder.path("foreign.gguf")
    try run("convert", model, "-o", gguf, "--no-lineage", "--no-embed-tokenizer")
    try ModelCase.change(model, "sliding_window", "17")
    let config = "\(model)/config.json"
    try run("convert", gguf, "-o", folder.path("back"), "--config", config)
    for key in ["architectures", "model_type", "sliding_window", "rope_theta"] {
      let wanted = try ModelCase.setting(model, key)
      #expect(wanted != nil)
      #expect(try ModelCase.setting(folder.path("back"), key) == wanted, "\(key)")
    }
    try run("convert", gguf, "-o", folder.path("alone"))
    #expect(try ModelCase.setting(folder.path("alone"), "model_type") == "llama")
  }

  /// What neither says is assumed aloud; where they contradict each other, the GGUF is right, aloud too.
  @Test func assumptionsAndContradictionsAreSaid() throws {
    let model = try ModelCase(path: "mistral/mistral-gqa").unpack(into: folder)
    let gguf = folder.path("foreign.gguf")
    try run("convert", model, "-o", gguf, "--no-lineage", "--no-embed-tokenizer")
    func warnings(_ config: String?) throws -> [String] {
      var request = ConversionRequest(source: gguf, destination: folder.path("back"))
      request.configFile = config
      return try Planner(request).plan().plan.warnings
    }
    let alone = try warnings(nil)
    #expect(alone.contains { $0.contains("does not say") && $0.contains("sliding_window (0 is") })
    let config = "\(model)/config.json"
    #expect(try warnings(config).allSatisfy { !$0.contains("contradicts") && !$0.contains("say ") })
    try ModelCase.change(model, "rms_norm_eps", "0.5")
    let wrong = try warnings(config)
    #expect(wrong.contains { $0.contains("contradicts") && $0.contains("rms_norm_eps is") })
    try run("convert", gguf, "-o", folder.path("wrong"), "--config", config)
    #expect(try ModelCase.setting(folder.path("wrong"), "rms_norm_eps") != .double(0.5))
  }

  /// A configuration without a list of classes is known by its model_type.
  @Test func aModelTypeIsEnough() throws {
    let model = try ModelCase(path: "qwen2/qwen2-untied").unpack(into: folder)
    try run("convert", model, "-o", folder.path("whole.gguf"))
    let url = URL(filePath: "\(model)/config.json")
    var config = try JSONValue.parse([UInt8](try Data(contentsOf: url)))
    config["architectures"] = nil
    try Data(config.text().utf8).write(to: url)
    try run("convert", model, "-o", folder.path("bare.gguf"))
    #expect(
      try Content(folder.path("bare.gguf")).tensors == Content(folder.path("whole.gguf")).tensors)
  }

  /// The roles that tokenizer.model names are those of its folder's files, where nothing else says them.
  @Test func rolesOfABareModelFile() throws {
    let file = try folder.write(
      "tokenizer.model", Golden.bytes("Tokenizers/sources/spm-unigram-nmt/tokenizer.model"))
    try run("tokenizer", "convert", file, "-o", folder.path("tokenizer"))
    let map = try JSONValue.parse(try folder.bytes("tokenizer/special_tokens_map.json"))
    #expect(map["bos_token"] == "<s>")
    #expect(map["eos_token"] == "</s>")
  }
}
