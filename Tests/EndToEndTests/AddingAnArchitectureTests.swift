import Foundation
import Lathe
import Testing
import _TestSupport

/// Documentation/Adding-an-architecture.md, performed: its invented family, from its own file, both ways.
@Suite struct AddingAnArchitectureTests {
  let folder: TemporaryFolder
  let source: String
  let description: String
  let tensors: [String: SmallFiles.Tensor]

  init() throws {
    folder = try TemporaryFolder()
    let page = try String(
      contentsOf: Golden.root.appending(path: "Documentation/Adding-an-architecture.md"),
      encoding: .utf8)
    func block(_ language: String) throws -> String {
      let start = try #require(page.range(of: "```\(language)\n"))
      let end = try #require(page.range(of: "```", range: start.upperBound..<page.endIndex))
      return String(page[start.upperBound..<end.lowerBound])
    }
    let text = try block("text")
    // The file's name is the page's.
    #expect(page.contains("`beacon.arch`") && text.hasPrefix("architecture beacon 1\n"))
    description = try folder.write("beacon.arch", Array(text.utf8))
    source = folder.path("checkpoint")
    try Golden.unpack("Models/llama/llama-spm-gqa", to: URL(filePath: source))
    _ = try folder.write("checkpoint/config.json", Array(try block("json").utf8))

    var shapes = [("lamp.words.weight", [512, 64]), ("lens.weight", [512, 64])]
    for layer in 0..<2 {
      shapes += [
        ("norm.weight", [64]), ("turn.weight", [192, 64]), ("back.weight", [64, 64]),
        ("rise.weight", [128, 64]), ("gate.weight", [128, 64]), ("fall.weight", [64, 128]),
        ("angles", [8]),
      ].map { ("lamp.\(layer).\($0.0)", $0.1) }
    }
    var made: [String: SmallFiles.Tensor] = [:]
    for (index, (name, shape)) in shapes.enumerated() {
      let numbers = SmallFiles.floats(shape.reduce(1, *), seed: UInt64(index + 1))
      made[name] = SmallFiles.Tensor(
        name, "F32", shape, numbers.flatMap { withUnsafeBytes(of: $0) { Array($0) } })
    }
    tensors = made
    let bytes = SmallFiles.safetensors(made.values.sorted { $0.name < $1.name })
    _ = try folder.write("checkpoint/model.safetensors", bytes)
  }

  private func explained(_ options: String...) throws -> JSONValue {
    let made = try LatheBinary.run(["architectures", "--explain", source, "--json"] + options)
    try #require(made.status == 0, "\(made.standardError)")
    return try JSONValue.parse(Array(made.standardOutput.utf8))
  }

  @Test func stepOneLooksAtTheCheckpoint() throws {
    let found = try explained()
    #expect(found["architecture"] == .null || found["chosen"]?.string == "nearest")
    #expect(found["fits"]?.bool != true)
    let refused = try lathe("convert", source, "-o", folder.path("model.gguf"))
    #expect(refused.status == 69)
    #expect(refused.standardError.contains("BeaconForCausalLM"))
  }

  @Test func theFileFits() throws {
    let found = try explained("--architecture", description)
    #expect(found["fits"]?.bool == true, "\(found.text())")
    #expect(found["matched"]?.array?.count == tensors.count - 2)
    #expect(found["unknown_keys"] == [])
    #expect(found["omitted"]?.array?.count == 2)
    #expect(found["gguf"] == [])
  }

  @Test func bothWays() throws {
    let output = folder.path("model.gguf")
    let made = try lathe("convert", source, "-o", output, "--architecture", description)
    try #require(made.status == 0, "\(made.standardError)")
    let gguf = try Content(output)
    #expect(gguf.metadata["general.architecture"] == .string("beacon"))
    #expect(gguf.metadata["beacon.block_count"] == .u32(2))
    #expect(gguf.metadata["beacon.feed_forward_length"] == .u32(128))
    #expect(gguf.metadata["beacon.attention.layer_norm_rms_epsilon"] == .f32(1e-6))

    // Rows of `turn`, head by head: 16 queries, 16 keys, 16 values.
    let turn = try #require(tensors["lamp.1.turn.weight"]).bytes
    func rows(_ part: Int, _ place: (Int) -> Int) -> [UInt8] {
      (0..<64).flatMap { row in
        let from = (row / 16 * 3 + part) * 16 + place(row % 16)
        return turn[from * 256..<(from + 1) * 256]
      }
    }
    #expect(gguf.tensors["blk.1.attn_v.weight"]?.bytes == rows(2) { $0 })
    let halves = { (row: Int) in row % 2 * 8 + row / 2 }
    #expect(gguf.tensors["blk.1.attn_q.weight"]?.bytes == rows(0, halves))
    #expect(gguf.tensors["blk.1.attn_k.weight"]?.bytes == rows(1, halves))

    let back = folder.path("back")
    let returned = try lathe("convert", output, "-o", back, "--architecture", description)
    try #require(returned.status == 0, "\(returned.standardError)")
    let found = try SmallFiles.read(back + "/model.safetensors").tensors
    let kept = tensors.filter { !$0.key.hasSuffix("angles") }
    #expect(found.keys.sorted() == kept.keys.sorted())
    for (name, tensor) in kept { #expect(found[name]?.bytes == tensor.bytes, "\(name)") }
    let config = try JSONValue.parse(try folder.bytes("back/config.json"))
    #expect(config["reach"]?.int == 256 && config["model_type"]?.string == "beacon")
  }

  /// From the keys and tensors alone, without the configuration that Lathe keeps in a GGUF.
  @Test func theKeysAreEnough() throws {
    let output = folder.path("bare.gguf")
    let options = ["--architecture", description]
    var made = try LatheBinary.run(["convert", source, "-o", output, "--no-lineage"] + options)
    try #require(made.status == 0, "\(made.standardError)")
    made = try LatheBinary.run(["convert", output, "-o", folder.path("back")] + options)
    try #require(made.status == 0, "\(made.standardError)")
    let config = try JSONValue.parse(try folder.bytes("back/config.json"))
    for (key, value) in ["depth": 2, "width": 64, "heads": 4, "reach": 256, "vocab_size": 512] {
      #expect(config[key]?.int == value, "\(key)")
    }
    #expect(config["epsilon"]?.double == 1e-6)
    #expect(config["architectures"] == ["BeaconForCausalLM"])
  }

  /// A mistake is reported with its place; a limit is said in the plan.
  @Test func mistakesAndLimits() throws {
    let text = String(decoding: try folder.bytes("beacon.arch"), as: UTF8.self)
    let wrong = try folder.write(
      "wrong.arch", Array(text.replacing("ffn_down)", with: "ffn_dwon)").utf8))
    let refused = try lathe("plan", source, "-o", folder.path("o.gguf"), "--architecture", wrong)
    #expect(refused.status != 0)
    let line = (text.components(separatedBy: "ffn_down)")[0].components(separatedBy: "\n")).count
    #expect(refused.standardError.contains("wrong.arch:\(line):"), "\(refused.standardError)")
    #expect(refused.standardError.contains("ffn_dwon"))

    let config = String(decoding: try folder.bytes("checkpoint/config.json"), as: UTF8.self)
    _ = try folder.write(
      "checkpoint/config.json", Array(config.replacing("256", with: "8192").utf8))
    let plan = try lathe(
      "plan", source, "-o", folder.path("o.gguf"), "--architecture", description)
    #expect(plan.status == 0, "\(plan.standardError)")
    #expect(plan.standardOutput.contains("up to position 4096"), "\(plan.standardOutput)")
  }

  /// The family is known to nothing but its file.
  @Test func noProgramCodeKnowsIt() throws {
    for place in ["Sources", "Formats"] {
      let root = Golden.root.appending(path: place)
      for path in try FileManager.default.subpathsOfDirectory(atPath: root.path())
      where [".swift", ".arch", ".part"].contains(where: path.hasSuffix) {
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        #expect(!text.lowercased().contains("beacon"), "\(path)")
      }
    }
  }
}
