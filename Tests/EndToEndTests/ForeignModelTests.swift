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
}
