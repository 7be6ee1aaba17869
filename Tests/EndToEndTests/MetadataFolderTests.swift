import Foundation
import Lathe
import Testing
import _TestSupport

/// `lathe metadata` on safetensors files and folders, and model cards on the way to GGUF and back.
@Suite struct MetadataFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func data(_ path: String) throws -> [UInt8] {
    let bytes = try folder.bytes(path)
    let count = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    return Array(bytes[(8 + count)...])
  }

  @Test func aSafetensorsFile() throws {
    let path = try folder.write(
      "in.safetensors", SmallFiles.safetensors(SmallFiles.mixed(), metadata: ["format": "pt"]))
    let before = try folder.bytes("in.safetensors")
    let out = folder.path("out.safetensors")
    let result = try lathe(
      "metadata", "set", path, "author=str:some\"body", "x=string:1", "-o", out, "--reserve", "200")
    #expect(result.status == 0, "\(result.standardError)")
    #expect(
      try SmallFiles.read(out).metadata == ["format": "pt", "author": "some\"body", "x": "1"])
    #expect(try SmallFiles.read(out).tensors == SmallFiles.read(path).tensors)
    #expect(try data("out.safetensors") == data("in.safetensors"))
    #expect(
      try lathe("metadata", "set", out, "--remove", "author", "y=str:z", "--in-place").status == 0)
    #expect(try SmallFiles.read(out).metadata == ["format": "pt", "x": "1", "y": "z"])
    #expect(try data("out.safetensors") == data("in.safetensors"))
    #expect(try folder.bytes("in.safetensors") == before)

    let full = try lathe(
      "metadata", "set", path, "long=str:\(String(repeating: "x", count: 99))", "--in-place")
    #expect(full.status == 69)
    #expect(full.standardError.contains("more than there is room for"), "\(full.standardError)")
    #expect(try folder.bytes("in.safetensors") == before)
    for arguments in [["x=u32:1"], ["--name", "x"], ["--special-token", "bos=1"], ["x=str"]] {
      let refused = try LatheBinary.run(
        ["metadata", "set", path, "-o", folder.path("no.safetensors")] + arguments)
      #expect([64, 69].contains(refused.status), "\(refused.standardError)")
    }
    let odd = try lathe(
      "metadata", "set", path, "--remove", "format", "-o", folder.path("odd.safetensors"))
    #expect(odd.status == 0)
    #expect(odd.standardError.contains("Transformers expects 'pt'"))
  }

  /// Every shard has the keys, as Transformers writes them; a folder's other files come along.
  @Test func aFolderOfShards() throws {
    let plain = try folder.write(
      "in.safetensors", SmallFiles.safetensors(SmallFiles.mixed(), metadata: ["format": "pt"]))
    let model = folder.path("model")
    #expect(try lathe("split", plain, "-o", model, "--max-shard-size", "4KB").status == 0)
    _ = try folder.write("model/config.json", Array("{}".utf8))
    _ = try folder.write("model/1_Pooling/config.json", Array("{ }".utf8))
    _ = try folder.write("model/.hidden", [1])
    let shards = try FileManager.default.contentsOfDirectory(atPath: model).filter {
      $0.hasSuffix(".safetensors")
    }
    #expect(shards.count > 2)
    for source in [model, model + "/model.safetensors.index.json"] {
      let out = folder.path("out")
      let result = try lathe("metadata", "set", source, "who=str:me", "-o", out, "--force")
      #expect(result.status == 0, "\(result.standardError)")
      for shard in shards {
        #expect(try SmallFiles.read(out + "/" + shard).metadata == ["format": "pt", "who": "me"])
        #expect(try data("out/" + shard) == data("model/" + shard))
      }
      #expect(try Content(out).tensors == Content(model).tensors)
      let names = Set(try FileManager.default.subpathsOfDirectory(atPath: out))
      #expect(names.contains("model.safetensors.index.json") && !names.contains(".hidden"))
      #expect(names.contains("1_Pooling/config.json") == (source == model))
      #expect(names.contains("config.json") == (source == model))
    }
    let refused = try lathe("metadata", "set", model, "who=str:me", "--in-place")
    #expect(refused.status == 69)
    #expect(refused.standardError.contains("\(shards.count) files"), "\(refused.standardError)")
    #expect(try lathe("metadata", "set", model, "a=str:b", "-o", model + "/inside").status == 64)
    #expect(try lathe("metadata", "set", model, "a=str:b", "-o", model, "--force").status == 64)
    #expect(try lathe("metadata", "get", model, "format", "--raw").standardOutput == "pt")
  }

  // MARK: Model cards

  private func cardModel(_ card: [UInt8]) throws -> String {
    let path = try ModelCase(path: "variants/llama-model-card").unpack(into: folder)
    try Data(card).write(to: URL(filePath: path).appending(path: "README.md"))
    return path
  }

  @Test func aCardGoesToGGUFAndBack() throws {
    let card = """
      ---
      license: other
      license_name: "some: licence"
      license_link: https://example.org/#x
      base_model: [somebody/Parent-7B-v0.2, https://example.org/other]
      datasets:
      - name: Data
        author: me
      language: [en, "no"]
      tags: [a b, "1.0"]
      description: |
        Two
        lines
      ---
      """
    let model = try cardModel(Array(card.utf8))
    let gguf = folder.path("a.gguf")
    let plan = try Conversion.run(model, gguf)
    #expect(plan.text().contains("README.md"))
    try Conversion.run(gguf, folder.path("back"))
    let text = String(decoding: try folder.bytes("back/README.md"), as: UTF8.self)
    #expect(
      text == """
        ---
        license: other
        license_name: "some: licence"
        license_link: "https://example.org/#x"
        description: "Two\\nlines\\n"
        base_model:
        - somebody/Parent-7B-v0.2
        - "https://example.org/other"
        datasets:
        - name: Data
          author: me
        tags:
        - "a b"
        - "1.0"
        language:
        - en
        - "no"
        ---
        # Llama Model Card

        """)
    try FileManager.default.moveItem(
      atPath: folder.path("back"), toPath: folder.path("again/llama-model-card", makingParent: true)
    )
    try Conversion.run(folder.path("again/llama-model-card"), folder.path("b.gguf"))
    let first = try SourceCheckpoint(gguf).reader.metadata.filter { $0.key.hasPrefix("general.") }
    let second = try SourceCheckpoint(folder.path("b.gguf")).reader.metadata.filter {
      $0.key.hasPrefix("general.")
    }
    #expect(first == second)
  }

  /// No card, however odd, keeps a model from being converted.
  @Test(arguments: [
    "---\nlicense: \"open\n---\n", "---\n- a\n---\n", "---\na: &x [*x]\n---\n",
    "---\nlicense: {a: b}\n---\n",
    "---\n" + String(repeating: "[", count: 100_000), "---\n\u{0}\n---\n",
  ])
  func anOddCardIsAWarning(card: String) throws {
    let model = try cardModel(Array(card.utf8))
    let result = try lathe("convert", model, "-o", folder.path("a.gguf"))
    #expect(result.status == 0, "\(result.standardError)")
    #expect(result.standardError.contains("warning: "), "\(result.standardError)")
    #expect(result.standardError.contains("README.md"))
    let keys = try SourceCheckpoint(folder.path("a.gguf")).reader.metadata
    #expect(keys["general.license"] == nil)
    #expect(keys["general.name"] == .string("Llama Model Card"))
  }

  @Test func aCardThatIsNoFileIsAWarning() throws {
    let model = try cardModel([])
    try FileManager.default.removeItem(atPath: model + "/README.md")
    try FileManager.default.createDirectory(
      atPath: model + "/README.md", withIntermediateDirectories: false)
    let result = try lathe("convert", model, "-o", folder.path("a.gguf"))
    #expect(result.status == 0)
    #expect(result.standardError.contains("README.md"))
  }
}

extension TemporaryFolder {
  /// A path whose folder is made.
  fileprivate func path(_ name: String, makingParent: Bool) throws -> String {
    let target = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    return target.path()
  }
}
