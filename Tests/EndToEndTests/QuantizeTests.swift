import Foundation
import Testing
import _TestSupport

/// What `lathe quantize` promises beside the bytes: sources, refusals, options, repeatability.
@Suite struct QuantizeTests {
  let folder: TemporaryFolder
  /// A dense seeded model of bf16, its importance, and a MoE model.
  let model: String
  let importance: String

  init() throws {
    folder = try TemporaryFolder()
    for name in ["dense.gguf", "importance-dense.gguf", "importance-dense.dat"] {
      _ = try folder.write("in/" + name, try #require(Self.files[name]))
    }
    model = folder.path("in/dense.gguf")
    importance = folder.path("in/importance-dense.gguf")
  }

  static let files = SeededModel.files()

  private func quantize(_ output: String, _ arguments: String...) throws -> String {
    let path = folder.path(output)
    let result = try LatheBinary.run(["quantize", model, "-o", path] + arguments)
    try #require(result.status == 0, "\(arguments): \(result.standardError)")
    return path
  }

  private func refusal(
    _ status: Int32, _ parts: [String], _ arguments: String...,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try folder.tree()
    let result = try LatheBinary.run(
      ["quantize", model, "-o", folder.path("refused.gguf")] + arguments)
    let said = Comment(rawValue: "\(result.status): \(result.standardError)")
    #expect(result.status == status, said, sourceLocation: location)
    for part in parts {
      #expect(result.standardError.contains(part), "\(part): \(said)", sourceLocation: location)
    }
    #expect(try folder.tree() == before, sourceLocation: location)
  }

  private func content(_ path: String) throws -> SeededFileContent {
    let sizes = try QuantizeEvidenceTests.sizes.get()
    return try SeededFileContent([UInt8](try Data(contentsOf: URL(filePath: path)))) { sizes[$0] }
  }

  // MARK: a second time

  @Test func quantizingTwiceIsRefusedUnlessAllowed() throws {
    let first = try quantize("q4.gguf", "--type", "q4_k_m")
    let output = folder.path("again.gguf")
    let refused = try lathe("quantize", first, "-o", output, "--type", "q3_k_m")
    #expect(refused.status == 69)
    for part in ["--allow-requantize", "blk.0.attn_q.weight", "q4_K"] {
      #expect(refused.standardError.contains(part), "\(refused.standardError)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))
    let allowed = try lathe(
      "quantize", first, "-o", output, "--type", "q3_k_m", "--allow-requantize")
    #expect(allowed.status == 0, "\(allowed.standardError)")
  }

  /// Equal types pass bit-exact, and nothing needs to be allowed.
  @Test func equalTypesPass() throws {
    let first = try quantize("q4.gguf", "--type", "q4_k_m", "--importance", importance)
    let second = folder.path("same.gguf")
    let result = try lathe("quantize", first, "-o", second, "--type", "q4_k_m", "--json")
    #expect(result.status == 0, "\(result.standardError)")
    #expect(result.standardOutput.contains("\"exact\""))
    let (a, b) = (try content(first), try content(second))
    #expect(a.tensors.count == b.tensors.count)
    for (name, tensor) in a.tensors {
      let isSame = b.tensors[name]?.type == tensor.type && b.tensors[name]?.bytes == tensor.bytes
      #expect(isSame, "\(name)")
    }
  }

  // MARK: the same bytes

  @Test(arguments: ["q4_k_m", "q2_k", "iq2_m", "q5_1", "iq4_xs", "tq2_0"])
  func bytesDependOnTypeAndImportanceOnly(type: String) throws {
    var hashes = Set<String>()
    for (level, threads, memory) in [
      ("1", "1", "64MiB"), ("1", "4", "64MiB"), ("3", "3", "8MiB"), ("4", "2", "3MiB"),
    ] {
      let output = folder.path("out.gguf")
      let result = try LatheBinary.run(
        [
          "quantize", model, "-o", output, "--type", type, "--importance", importance, "--threads",
          threads, "--max-memory", memory, "--force",
        ], environment: ["LATHE_CPU_LEVEL": level])
      try #require(result.status == 0, "\(result.standardError)")
      hashes.insert(Golden.sha256(try folder.bytes("out.gguf")))
    }
    #expect(hashes.count == 1)
  }

  /// bf16 and f32, safetensors, .bin and GGUF: one step each, and the same blocks.
  @Test func sourcesOfAllFormatsGiveTheSameBlocks() throws {
    let rows = 24
    let values = SmallFiles.floats(rows * 512).map(SmallFiles.bf16)
    let wide = values.map { Float(bitPattern: UInt32($0) << 16) }
    let bf16 = try folder.write(
      "b.safetensors",
      SmallFiles.safetensors([SmallFiles.Tensor("m.weight", "BF16", [rows, 512], values)]))
    _ = try folder.write(
      "w.safetensors",
      SmallFiles.safetensors([SmallFiles.Tensor("m.weight", "F32", [rows, 512], wide)]))
    for output in ["s.bin", "s.gguf"] {
      #expect(try lathe("convert", bf16, "-o", folder.path(output)).status == 0)
    }
    for type in ["q4_k_m", "q3_k_s", "iq4_nl", "q6_k", "mxfp4"] {
      var hashes = Set<String>()
      for source in ["b.safetensors", "w.safetensors", "s.bin", "s.gguf"] {
        let output = folder.path("q.gguf")
        let result = try lathe(
          "quantize", folder.path(source), "-o", output, "--type", type, "--force")
        try #require(result.status == 0, "\(source): \(result.standardError)")
        hashes.insert(Golden.sha256(try #require(try content(output).tensors["m.weight"]).bytes))
      }
      #expect(hashes.count == 1, "\(type)")
    }
  }

  // MARK: importance

  @Test func typesThatNeedImportanceAreRefusedAllAtOnce() throws {
    try refusal(
      69, ["--importance", "blk.0.ffn_up.weight", "blk.7.ffn_up.weight", "iq2_xs"], "--type",
      "iq2_xs")
    try refusal(
      69, ["no entry", "token_embd.weight"], "--type", "iq1_s", "--pure", "--importance",
      importance)
  }

  @Test func importanceIsCheckedBeforeTheRun() throws {
    try refusal(66, ["missing.gguf"], "--type", "q4_0", "--importance", folder.path("missing.gguf"))
    try refusal(65, ["general.type"], "--type", "q4_0", "--importance", model)
    let other = try folder.write(
      "in/importance-odd.gguf", try #require(Self.files["importance-odd.gguf"]))
    try refusal(65, ["importance-odd.gguf", "blk.0."], "--type", "q4_0", "--importance", other)
    try refusal(64, ["--importance"], "--type", "q4_0", "--include-weights", "ffn")
  }

  @Test func bothFormsOfImportanceConvert() throws {
    let legacy = folder.path("i.dat")
    #expect(try lathe("convert", importance, "-o", legacy).status == 0)
    let back = folder.path("i.gguf")
    #expect(try lathe("convert", legacy, "-o", back).status == 0)
    let direct = try quantize("a.gguf", "--type", "q2_k", "--importance", legacy)
    let around = try quantize("b.gguf", "--type", "q2_k", "--importance", back)
    for (name, tensor) in try content(direct).tensors {
      #expect(try content(around).tensors[name]?.bytes == tensor.bytes, "\(name)")
    }
    #expect(try lathe("convert", legacy, "-o", back).status == 73)
  }

  // MARK: options

  @Test func optionsThatMeanNothingAreRefused() throws {
    try refusal(
      64, ["nothing_like_this"], "--type", "q4_0", "--tensor-type",
      "nothing_like_this=q8_0")
    try refusal(64, ["q9_9"], "--type", "q4_0", "--tensor-type", "attn=q9_9")
    try refusal(64, ["REGEX=TYPE"], "--type", "q4_0", "--tensor-type", "attn")
    try refusal(64, ["q9_9", "q4_k_m"], "--type", "q9_9")
    try refusal(64, ["--recipe"], "--type", "q4_0", "--recipe", "q4_k_m")
    try refusal(64, ["--type"], "--pure")
    try refusal(64, ["99", "layers 0 to"], "--type", "q4_0", "--prune-layers", "99")
    try refusal(64, ["--override-kv"], "--type", "q4_0", "--override-kv", "general.name")
    try refusal(64, ["abc"], "--type", "q4_0", "--override-kv", "x=int:abc")
    try refusal(66, ["no.recipe"], "--recipe", folder.path("no.recipe"))
  }

  @Test func strictTypesRefuseFallbacks() throws {
    _ = try folder.write("in/odd.gguf", try #require(Self.files["odd.gguf"]))
    let source = folder.path("in/odd.gguf")
    let plain = try lathe("quantize", source, "-o", folder.path("o.gguf"), "--type", "q4_k_m")
    #expect(plain.status == 0, "\(plain.standardError)")
    #expect(plain.standardError.contains("instead of"))
    let strict = try lathe(
      "quantize", source, "-o", folder.path("s.gguf"), "--type", "q4_k_m", "--strict-types")
    #expect(strict.status == 69, "\(strict.standardError)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("s.gguf")))
  }

  @Test func dryRunListsEveryTensor() throws {
    let before = try folder.tree()
    let result = try lathe(
      "quantize", model, "-o", folder.path("x.gguf"), "--type", "q4_k_m", "--dry-run")
    #expect(result.status == 0)
    for (name, _) in try content(model).tensors {
      #expect(result.standardOutput.contains(name))
    }
    #expect(result.standardOutput.contains("bits/weight"))
    #expect(try folder.tree() == before)
  }

  @Test func aRecipeOfOnesOwn() throws {
    let text = """
      recipe mine 1
        type q4_0
        include common
      """
    let recipe = try folder.write("mine.recipe", Array(text.utf8))
    let mine = try quantize("mine.gguf", "--recipe", recipe)
    let pure = try quantize("pure.gguf", "--type", "q4_0", "--pure")
    for (name, tensor) in try content(pure).tensors {
      #expect(try content(mine).tensors[name]?.bytes == tensor.bytes, "\(name)")
    }
    let broken = try folder.write("broken.recipe", Array("recipe mine 1\n  tipe q4_0\n".utf8))
    try refusal(65, ["broken.recipe:2:3", "tipe"], "--recipe", broken)
  }

  @Test func formatStaysUnlessTheTypeNeedsAnother() throws {
    let source = try folder.write(
      "m/model.safetensors",
      SmallFiles.safetensors([
        SmallFiles.Tensor("m.weight", "F32", [4, 256], SmallFiles.floats(1024))
      ]))
    let plain = try lathe("quantize", source, "-o", folder.path("f"), "--type", "bf16")
    #expect(plain.status == 0, "\(plain.standardError)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("f")) == [
        "model.safetensors"
      ])
    let coded = try lathe("quantize", source, "-o", folder.path("g"), "--type", "q4_k")
    #expect(coded.status == 0, "\(coded.standardError)")
    #expect(try folder.bytes("g").prefix(4) == Array("GGUF".utf8)[...])
  }

  // MARK: values

  @Test(arguments: ["q4_k_m", "iq3_s", "q3_k_s", "nvfp4", "mxfp4", "q6_k"])
  func valuesThatNoTypeHoldsAreNamed(type: String) throws {
    for bad: Float in [.nan, .infinity, -.infinity] {
      var values = SmallFiles.floats(8 * 512)
      values[5 * 512 + 300] = bad
      let source = try folder.write(
        "bad.safetensors",
        SmallFiles.safetensors([SmallFiles.Tensor("m.weight", "F32", [8, 512], values)]))
      let output = folder.path("bad.gguf")
      let result = try lathe("quantize", source, "-o", output, "--type", type)
      #expect(result.status == 65)
      for part in ["m.weight", "row 5", "column 300"] {
        #expect(result.standardError.contains(part), "\(result.standardError)")
      }
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }

  @Test func smallValuesThatBecomeZeroAreCounted() throws {
    let values = [Float](repeating: 1e-12, count: 1024)
    let source = try folder.write(
      "small.safetensors",
      SmallFiles.safetensors([SmallFiles.Tensor("m.weight", "F32", [2, 512], values)]))
    let result = try lathe(
      "quantize", source, "-o", folder.path("small.gguf"), "--type", "q6_k")
    #expect(result.status == 0)
    #expect(result.standardError.contains("1024 values became zero"), "\(result.standardError)")
  }
}
