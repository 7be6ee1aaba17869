import Foundation
import Testing
import _TestSupport

/// Files to files of another container: names stay, numbers stay.
@Suite struct ContainerTests {
  let folder: TemporaryFolder
  let source: String

  init() throws {
    folder = try TemporaryFolder()
    source = try folder.write(
      "in.safetensors", SmallFiles.safetensors(SmallFiles.mixed(), metadata: ["note": "kept"]))
  }

  private func run(_ arguments: String...) throws {
    let result = try LatheBinary.run(arguments)
    try #require(result.status == 0, "\(arguments): \(result.standardError)")
  }

  private func tensors(_ name: String) throws -> [String: SmallFiles.Tensor] {
    try SmallFiles.read(folder.path(name)).tensors
  }

  private var expected: [String: SmallFiles.Tensor] {
    Dictionary(uniqueKeysWithValues: SmallFiles.mixed().map { ($0.name, $0) })
  }

  /// There and back, through one or more containers, at the end safetensors again.
  @Test(arguments: [
    ["a.bin"], ["a.gguf"], ["a.safetensors"], ["a.bin", "b.gguf"], ["a.gguf", "b.bin"],
    ["a.bin", "b.safetensors", "c.gguf", "d.bin"],
  ])
  func roundTrip(_ stations: [String]) throws {
    var from = source
    for (index, station) in (stations + ["end.safetensors"]).enumerated() {
      let to = folder.path("\(index)-\(station)")
      try run("convert", from, "-o", to)
      from = to
    }
    #expect(try SmallFiles.read(from).tensors == expected)
  }

  /// Texts of the header stay, Lathe's own are added, and can be left out.
  @Test func headerTexts() throws {
    try run("convert", source, "-o", folder.path("a.safetensors"))
    let with = try SmallFiles.read(folder.path("a.safetensors")).metadata
    #expect(with["note"] == "kept")
    #expect(with["lathe.fidelity"] == "exact")
    try run("convert", source, "-o", folder.path("b.safetensors"), "--no-lineage")
    let without = try SmallFiles.read(folder.path("b.safetensors")).metadata
    #expect(without["note"] == "kept")
    #expect(!without.keys.contains { $0.hasPrefix("lathe.") })
  }

  /// What has no place beside the source's types: an empty tensor, a number, 8-bit floats, truths.
  @Test func oddTensors() throws {
    let odd = [
      SmallFiles.Tensor("empty", "F32", [2, 0], [Float]()),
      SmallFiles.Tensor("number", "F32", [], [Float(1.5)]),
      SmallFiles.Tensor("truth", "BOOL", [3], [UInt8(1), 0, 1]),
      SmallFiles.Tensor("eight", "F8_E4M3", [2, 2], [UInt8(0x38), 0xB8, 0x08, 0]),
    ]
    let path = try folder.write("odd.safetensors", SmallFiles.safetensors(odd))
    let expected = Dictionary(uniqueKeysWithValues: odd.map { ($0.name, $0) })
    for name in ["odd-1.safetensors", "odd.bin"] {
      try run("convert", path, "-o", folder.path(name))
    }
    #expect(try tensors("odd-1.safetensors") == expected)
    try run("convert", folder.path("odd.bin"), "-o", folder.path("odd-2.safetensors"))
    #expect(try tensors("odd-2.safetensors") == expected)
  }

  /// Shards under the limit, an index that names each tensor's file, and all of it read back.
  @Test(arguments: ["safetensors", "pytorch"]) func shards(format: String) throws {
    let output = folder.path("sharded")
    try run("convert", source, "-o", output, "--to", format, "--max-shard-size", "9KB")
    let ending = format == "pytorch" ? "bin" : "safetensors"
    let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
    let shards = names.filter { $0.hasSuffix("." + ending) }
    #expect(shards.count == 2)
    let stem = format == "pytorch" ? "pytorch_model" : "model"
    #expect(shards.first == "\(stem)-00001-of-00002.\(ending)")
    let index = try #require(names.first { $0.hasSuffix(".index.json") })
    #expect(index == "\(stem).\(ending).index.json")
    let document =
      try JSONSerialization.jsonObject(
        with: try Data(contentsOf: URL(filePath: output + "/" + index))) as? [String: Any]
    let map = try #require(document?["weight_map"] as? [String: String])
    #expect(Set(map.keys) == Set(expected.keys))
    #expect(Set(map.values) == Set(shards))
    for path in [output, output + "/" + index] {
      let end = folder.path("end-\(path.count).safetensors")
      try run("convert", path, "-o", end)
      #expect(try SmallFiles.read(end).tensors == expected)
    }
  }

  /// merge(split(x)) is x, byte for byte, for a file that Lathe wrote.
  @Test(arguments: [
    ("gguf", ["--max-shard-size", "9KB"]), ("gguf", ["--max-tensors", "2"]),
    ("safetensors", ["--max-shard-size", "9KB"]), ("bin", ["--max-shard-size", "9KB"]),
  ])
  func splitAndMerge(ending: String, limit: [String]) throws {
    let whole = folder.path("whole.\(ending)")
    try run("convert", source, "-o", whole)
    let parts = folder.path("parts")
    let split = try LatheBinary.run(["split", whole, "-o", parts] + limit)
    try #require(split.status == 0, "\(split.standardError)")
    let names = try FileManager.default.contentsOfDirectory(atPath: parts).sorted()
    #expect(names.count { $0.hasSuffix("." + ending) } >= 2, "\(names)")
    let first = try #require(names.first { $0.contains("-00001-of-") })
    for (number, path) in [parts, parts + "/" + first].enumerated()
    where ending == "gguf" || number == 0 {
      let merged = folder.path("merged-\(number).\(ending)")
      try run("merge", path, "-o", merged)
      #expect(
        Golden.sha256(try folder.bytes("merged-\(number).\(ending)"))
          == Golden.sha256(try folder.bytes("whole.\(ending)")))
    }
  }

  /// A GGUF that others wrote, with keys of its own: split and merged it is the same file.
  @Test func splitAndMergeOfAnyGGUF() throws {
    let floats = SmallFiles.floats(256).withUnsafeBytes { Array($0) }
    let blocks = (0..<34 * 8).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let bytes = SmallFiles.gguf(
      [
        ("general.architecture", .text("nobody")), ("nobody.count", .u32(7)),
        ("nobody.words", .texts(["a", "", "ß"])),
      ],
      [
        ("x.weight", 0, [32, 8], floats), ("y.weight", 8, [32, 8], blocks),
        ("z.weight", 12, [256, 2], [UInt8](repeating: 9, count: 288)), ("w", 0, [256], floats),
      ])
    let whole = try folder.write("whole.gguf", bytes)
    try run("split", whole, "-o", folder.path("parts"), "--max-tensors", "1")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("parts")).sorted()
        == (1...4).map { "whole-0000\($0)-of-00004.gguf" })
    try run("merge", folder.path("parts/whole-00001-of-00004.gguf"), "-o", folder.path("m.gguf"))
    #expect(try folder.bytes("m.gguf") == bytes)
    // Copied as it is, though no stage could make a k-quant.
    try run("convert", whole, "-o", folder.path("c.gguf"), "--no-lineage")
    #expect(try folder.bytes("c.gguf") == bytes)
  }

  /// Names that no architecture fits stay, which is said, and only for a file to a file.
  @Test func unknownNames() throws {
    let result = try lathe("convert", source, "-o", folder.path("a.gguf"))
    #expect(result.status == 0)
    #expect(result.standardError.contains("names are kept"))
    let gguf = try folder.write(
      "b.gguf",
      SmallFiles.gguf(
        [("general.architecture", .text("nobody"))],
        [("x.weight", 0, [2], [UInt8](repeating: 0, count: 8))]))
    let back = try lathe("convert", gguf, "-o", folder.path("b.safetensors"))
    #expect(back.status == 0, "\(back.standardError)")
    #expect(back.standardError.contains("names are kept"))
    #expect(back.standardError.contains("nobody"))
    #expect(try tensors("b.safetensors").keys.sorted() == ["x.weight"])
    let asFolder = try lathe("convert", gguf, "-o", folder.path("folder"))
    #expect(asFolder.status == 69, "\(asFolder.standardError)")
    #expect(asFolder.standardError.contains("nobody"))
    _ = try folder.write("hf/model.safetensors", SmallFiles.safetensors(SmallFiles.mixed()))
    let fromFolder = try lathe("convert", folder.path("hf"), "-o", folder.path("c.gguf"))
    #expect(fromFolder.status == 69, "\(fromFolder.standardError)")
  }
}
