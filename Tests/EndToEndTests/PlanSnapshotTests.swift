import Foundation
import Testing
import _TestSupport

/// Plans of small requests, as text, JSON and charts: what changes in them is seen.
@Suite struct PlanSnapshotTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func model(_ path: String) throws -> String {
    let target = folder.url.appending(path: String(path.split(separator: "/").last ?? "model"))
    try Golden.unpack("Models/\(path)", to: target)
    return target.path()
  }

  private func mixed() throws -> String {
    try folder.write(
      "mixed.safetensors", SmallFiles.safetensors(SmallFiles.mixed(), metadata: ["note": "x"]))
  }

  private func check(_ name: String, _ source: String, _ output: String, _ options: String...)
    throws
  {
    let result = try LatheBinary.run(
      ["plan", source, "-o", folder.path(output), "--threads", "2"] + options)
    try #require(result.status == 0, "\(result.standardError)")
    #expect(result.standardError == "")
    // The list of known classes grows with every family, and is not what plans are about.
    let text = folder.normalised(result.standardOutput)
      .replacing(/there are [A-Za-z0-9, ]+/, with: "there are ...")
    try Snapshot.check("Plans/\(name)", text)
  }

  @Test func aFileOfManyTypes() throws {
    let source = try mixed()
    try check("mixed-q8_0.txt", source, "out.gguf", "--type", "q8_0")
    try check("mixed-q8_0.tensors.txt", source, "out.gguf", "--type", "q8_0", "--tensors")
    try check("mixed-q8_0.json", source, "out.gguf", "--type", "q8_0", "--format", "json")
    try check("mixed-q8_0.mmd", source, "out.gguf", "--type", "q8_0", "--format", "mermaid")
    try check("mixed-shards.txt", source, "out", "--to", "pytorch", "--max-shard-size", "9KB")
    try check("mixed-source.txt", source, "out.bin")
  }

  @Test func llamaToGGUF() throws {
    let source = try model("llama/llama-spm-gqa")
    try check("llama-f16.txt", source, "out.gguf", "--type", "f16", "--tensors")
    try check("llama-q8_0.txt", source, "out.gguf", "--type", "q8_0")
    try check("llama-q8_0.json", source, "out.gguf", "--type", "q8_0", "--format", "json")
    try check("llama-q8_0.mmd", source, "out.gguf", "--type", "q8_0", "--format", "mermaid")
  }

  @Test func ggufToAFolder() throws {
    let gguf = folder.path("llama.gguf")
    let made = try lathe("convert", try model("llama/llama-spm-gqa"), "-o", gguf, "--type", "bf16")
    try #require(made.status == 0, "\(made.standardError)")
    try check("llama-back.txt", gguf, "back", "--tensors")
    try check("llama-back.mmd", gguf, "back", "--format", "mermaid")
  }

  /// BERT's pooler has no place in a GGUF: the plan lists it.
  @Test func whatIsLeftOut() throws {
    try check("bert-q8_0.txt", try model("bert/bert"), "out.gguf", "--type", "q8_0")
  }

  @Test func shardsInAndOut() throws {
    let source = try model("rod")
    try check("rod-q8_0.txt", source, "out.gguf", "--type", "q8_0")
    try check("rod-shards.txt", source, "out", "--max-shard-size", "5MB")
    try check("rod-splits.txt", source, "out", "--to", "gguf", "--max-shard-size", "5MB")
  }
}
