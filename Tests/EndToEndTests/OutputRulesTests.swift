import Foundation
import Testing
import _TestSupport

/// What the program refuses to write, to read and to understand; nothing is touched then.
@Suite struct OutputRulesTests {
  let folder: TemporaryFolder
  let source: String
  let content = SmallFiles.safetensors(SmallFiles.mixed())

  init() throws {
    folder = try TemporaryFolder()
    source = try folder.write("in/in.safetensors", content)
  }

  private func refusal(
    _ arguments: [String], _ status: Int32, _ parts: [String],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try folder.tree()
    let result = try LatheBinary.run(arguments)
    let said = Comment(rawValue: "\(result.status): \(result.standardError)")
    #expect(result.status == status, said, sourceLocation: location)
    #expect(result.standardOutput == "", said, sourceLocation: location)
    for part in parts {
      #expect(result.standardError.contains(part), "\(part): \(said)", sourceLocation: location)
    }
    #expect(try folder.tree() == before, sourceLocation: location)
  }

  @Test func existingFile() throws {
    let output = try folder.write("out.safetensors", [1, 2, 3])
    try refusal(["convert", source, "-o", output], 73, [output, "--force"])
    let forced = try lathe("convert", source, "-o", output, "--force")
    #expect(forced.status == 0, "\(forced.standardError)")
    #expect(try SmallFiles.read(output).tensors.count == 7)
    #expect(try folder.names() == ["in", "out.safetensors"])
  }

  @Test func existingFolder() throws {
    let output = try folder.makeFolder("out")
    #expect(try lathe("convert", source, "-o", output).status == 0)
    #expect(try folder.names() == ["in", "out"])
    _ = try folder.write("out/notes.txt", [1])
    try refusal(["convert", source, "-o", output], 73, [output, "--force"])
    #expect(try lathe("convert", source, "-o", output, "--force").status == 0)
    // The folder is exchanged as a whole: what was in it is not in the result.
    #expect(try FileManager.default.contentsOfDirectory(atPath: output) == ["model.safetensors"])
    #expect(try folder.names() == ["in", "out"])
  }

  @Test func aFolderWhereAFileShouldBe() throws {
    _ = try folder.write("out.gguf/x", [1])
    try refusal(["convert", source, "-o", folder.path("out.gguf")], 73, [folder.path("out.gguf")])
    try refusal(
      ["convert", source, "-o", folder.path("out.gguf"), "--force"], 73, [folder.path("out.gguf")])
    let file = try folder.write("plain", [1])
    try refusal(["convert", source, "-o", file, "--force"], 73, [file, "folder"])
  }

  @Test func inputIsOutput() throws {
    try refusal(["convert", source, "-o", source], 64, ["same", source])
    try refusal(["convert", source, "-o", source, "--force"], 64, ["same", source])
    let roundabout = folder.path("in/../in/./in.safetensors")
    try refusal(["convert", source, "-o", roundabout, "--force"], 64, ["same"])
  }

  @Test func inputIsOutputUnderAnotherName() throws {
    let manager = FileManager.default
    let hard = folder.path("hard.safetensors")
    try manager.linkItem(atPath: source, toPath: hard)
    try refusal(["convert", source, "-o", hard, "--force"], 64, ["same", source])
    let soft = folder.path("soft.safetensors")
    try manager.createSymbolicLink(atPath: soft, withDestinationPath: source)
    try refusal(["convert", source, "-o", soft, "--force"], 64, ["same"])
    try refusal(["convert", soft, "-o", source, "--force"], 64, ["same"])
    // What is built beside the output may not be the input either.
    let partial = try folder.write("x.safetensors.partial", content)
    try refusal(["convert", partial, "-o", folder.path("x.safetensors")], 64, ["same", partial])
    #expect(try folder.bytes("in/in.safetensors") == content)
  }

  @Test func outputFolderHoldsTheInput() throws {
    try refusal(["convert", source, "-o", folder.path("in"), "--force"], 64, [source])
    try refusal(["convert", folder.path("in"), "-o", folder.path("in"), "--force"], 64, ["same"])
    let parent = folder.url.path()
    try refusal(["convert", source, "-o", parent, "--force"], 64, [source])
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: folder.path("in"))
    try refusal(["convert", source, "-o", link, "--force"], 64, [])
  }

  /// An output inside the input's folder is no harm: the folder stays.
  @Test func outputInsideTheInputFolder() throws {
    let result = try lathe("convert", folder.path("in"), "-o", folder.path("in/out.bin"))
    #expect(result.status == 0, "\(result.standardError)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("in")).count == 2)
  }

  @Test func missingSources() throws {
    let missing = folder.path("missing.safetensors")
    let output = folder.path("out.gguf")
    for command in [
      ["convert", missing, "-o", output], ["inspect", missing], ["merge", missing, "-o", output],
    ] {
      try refusal(command, 66, [missing, "no such file"])
    }
    try refusal(["inspect", source + "/x"], 66, [source + "/x"])
    let empty = try folder.makeFolder("empty")
    try refusal(
      ["convert", empty, "-o", output], 66,
      [empty, "model.safetensors.index.json", "*.gguf", "*.bin", "*.safetensors"])
    let broken = folder.path("broken.gguf")
    try FileManager.default.createSymbolicLink(
      atPath: broken, withDestinationPath: folder.path("nowhere"))
    try refusal(["inspect", broken], 66, [broken])
  }

  /// A file in place of a folder, a device and a kernel's file: refused as user and as root.
  @Test func placesThatCannotBeWritten() throws {
    try refusal(["convert", source, "-o", source + "/out.gguf"], 73, [source])
    try refusal(
      ["convert", source, "-o", folder.path("no/such/out.gguf")], 73, [folder.path("no/such")])
    try refusal(["convert", source, "-o", "/proc/self/out.gguf"], 73, ["/proc/self"])
    try refusal(["convert", source, "-o", "/proc/self/out"], 73, ["/proc/self"])
    try refusal(
      ["convert", source, "-o", "/dev/null", "--to", "gguf", "--force"], 73, ["/dev/null"])
  }

  @Test func sourcesThatAreNoFiles() throws {
    try refusal(["inspect", "/dev/null"], 66, ["/dev/null", "regular file"])
    let folderAsShard = try folder.makeFolder("x.safetensors")
    try refusal(["inspect", folderAsShard], 66, [folderAsShard])
    let text = try folder.write("notes.txt", Array("no checkpoint".utf8))
    try refusal(["inspect", text], 65, [text, "safetensors", "pytorch", "gguf"])
    let nothing = try folder.write("nothing", [])
    try refusal(["inspect", nothing], 65, [nothing])
  }

  @Test func missingShard() throws {
    let output = folder.path("sharded")
    #expect(
      try lathe("convert", source, "-o", output, "--max-shard-size", "9KB").status == 0)
    let shard = output + "/model-00002-of-00002.safetensors"
    try FileManager.default.removeItem(atPath: shard)
    try refusal(["inspect", output], 66, ["model-00002-of-00002.safetensors"])
    try refusal(
      ["convert", output, "-o", folder.path("out.gguf")], 66, ["model-00002-of-00002.safetensors"])
    let whole = folder.path("w.gguf")
    #expect(try lathe("convert", source, "-o", whole).status == 0)
    #expect(try lathe("split", whole, "-o", folder.path("s"), "--max-tensors", "3").status == 0)
    try FileManager.default.removeItem(atPath: folder.path("s/w-00003-of-00003.gguf"))
    try refusal(
      ["merge", folder.path("s/w-00001-of-00003.gguf"), "-o", folder.path("m.gguf")], 66,
      ["w-00003-of-00003.gguf"])
  }

  @Test func misuse() throws {
    let output = folder.path("out")
    try refusal(
      ["convert", source, "-o", output, "--to", "onyx"], 64, ["'onyx'", "safetensors pytorch gguf"])
    try refusal(
      ["convert", source, "-o", output + ".gguf", "--type", "q9_9"], 64, ["'q9_9'", "bf16", "q8_0"])
    try refusal(
      ["convert", source, "-o", output + ".gguf", "--type", "q8_1"], 69, ["q8_1", "q8_0"])
    try refusal(["convert", source, "-o", output + ".gguf", "--to", "safetensors"], 64, ["gguf"])
    try refusal(
      ["convert", source, "-o", output + ".gguf", "--max-shard-size", "1MB"], 64, ["folder"])
    try refusal(
      ["convert", source, "-o", output, "--max-shard-size", "many"], 64, ["5GB", "many"])
    try refusal(["convert", source, "-o", output, "--threads", "0"], 64, ["--threads"])
    try refusal(["convert", source, "-o", output, "--frobnicate"], 64, ["--frobnicate"])
    try refusal(["convert", source], 64, ["--output"])
    try refusal(["split", source, "-o", output], 64, ["--max-shard-size"])
    try refusal(["split", source, "-o", output, "--max-tensors", "0"], 64, ["--max-tensors"])
    try refusal(
      ["convert", source, "-o", output, "--architecture", folder.path("no.arch")], 66, ["no.arch"])
    try refusal(
      ["convert", source, "-o", output + ".gguf", "--config", folder.path("no.json")], 66,
      ["no.json"])
    try refusal(["convert", source, "-o", output, "--type", "q8_0"], 69, ["q8_0", "safetensors"])
  }

  /// More than the disk has, and more than the buffers may take: said before the first byte.
  @Test func notEnoughRoom() throws {
    let huge = folder.path("huge.safetensors")
    let columns = 1 << 20
    try SmallFiles.sparse(
      huge, (0..<16).map { ("t\($0)", "F32", [1 << 17, columns], 4) })
    try refusal(
      ["convert", huge, "-o", folder.path("out.safetensors")], 75,
      [
        folder.url.path().hasSuffix("/") ? String(folder.url.path().dropLast()) : folder.url.path(),
        "disk", "free",
      ])
    try refusal(
      ["convert", source, "-o", folder.path("out.gguf"), "--type", "f16", "--max-memory", "1KB"],
      75,
      ["--max-memory", "1000"])
  }

  @Test func dryRunWritesNothing() throws {
    let before = try folder.tree()
    let output = folder.path("out.gguf")
    let text = try lathe("convert", source, "-o", output, "--type", "q8_0", "--dry-run")
    #expect(text.status == 0)
    #expect(text.standardOutput.contains("q8_0"))
    let plan = try lathe("plan", source, "-o", output, "--type", "q8_0")
    #expect(plan.standardOutput == text.standardOutput)
    let json = try lathe("convert", source, "-o", output, "--dry-run", "--json")
    _ = try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8))
    #expect(try folder.tree() == before)
  }

  @Test func resultsGoToStandardOutputAndTheRestToStandardError() throws {
    let quiet = try lathe("convert", source, "-o", folder.path("q.gguf"), "--quiet")
    #expect(quiet.status == 0)
    #expect(quiet.standardOutput == "" && quiet.standardError == "")
    let plain = try lathe("convert", source, "-o", folder.path("p.gguf"))
    #expect(plain.standardOutput == "")
    #expect(plain.standardError.contains("wrote \(folder.path("p.gguf"))"))
    let json = try lathe("convert", source, "-o", folder.path("j.gguf"), "--json", "--quiet")
    let object =
      try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8)) as? [String: Any]
    #expect(object?["output"] as? String == folder.path("j.gguf"))
    #expect(object?["bytes"] as? Int == (try folder.bytes("j.gguf").count))
    #expect(object?["tensors"] as? Int == 7)
    #expect(object?["fidelity"] as? String == "exact")
    #expect(json.standardError == "")
  }
}

extension TemporaryFolder {
  /// Every file below it with the hash of its content, unless it is a large one.
  func tree() throws -> [String: String] {
    var tree: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: url.path()) {
      let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
      let isFile = attributes[.type] as? FileAttributeType == .typeRegular
      let size = attributes[.size] as? Int ?? 0
      tree[name] = isFile && size < 1 << 20 ? Golden.sha256(try bytes(name)) : "\(size)"
    }
    return tree
  }
}
