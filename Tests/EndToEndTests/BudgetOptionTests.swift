import Foundation
import Documents
import Testing
import _TestSupport

/// What budgets refuse, write, read again and go together with.
@Suite struct BudgetOptionTests {
  let folder: TemporaryFolder
  let model: String
  let importance: String
  let table: String

  /// Errors of the model, measured once.
  private static func table(weighted: Bool) throws -> String {
    try BudgetTests.tables.get().path("odd-\(weighted).json")
  }

  private var measured: [String] {
    get throws { ["--error-table", try Self.table(weighted: false)] }
  }

  init() throws {
    folder = try TemporaryFolder()
    let inputs = try QuantizeEvidenceTests.inputs.get()
    model = inputs.path("odd.gguf")
    importance = inputs.path("importance-odd.gguf")
    table = folder.path("errors.json")
  }

  private func quantize(_ output: String, _ arguments: String...) throws -> String {
    let path = folder.path(output)
    let result = try LatheBinary.run(["quantize", model, "-o", path] + arguments)
    try #require(result.status == 0, "\(arguments): \(result.standardError)")
    return path
  }

  private func refusal(
    _ status: Int32, _ parts: [String], _ arguments: String..., usesTable: Bool = false,
    location: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let before = try folder.tree()
    let result = try LatheBinary.run(
      ["quantize", model, "-o", folder.path("refused.gguf")] + arguments
        + (usesTable ? try measured : []))
    let said = Comment(rawValue: "\(result.status): \(result.standardError)")
    #expect(result.status == status, said, sourceLocation: location)
    for part in parts {
      #expect(result.standardError.contains(part), "\(part): \(said)", sourceLocation: location)
    }
    #expect(try folder.tree() == before, sourceLocation: location)
  }

  private func plan(_ arguments: String...) throws -> JSONValue {
    let result = try LatheBinary.run(
      ["plan", model, "-o", folder.path("x.gguf"), "--format", "json"] + arguments
        + measured)
    try #require(result.status == 0, "\(result.standardError)")
    return try JSONValue.parse(result.standardOutput)
  }

  private func encodings(_ plan: JSONValue) -> [String: String] {
    var found: [String: String] = [:]
    for tensor in plan["files"]?[0]?["tensors"]?.array ?? [] {
      found[tensor["name"]?.string ?? ""] = tensor["encoding"]?.string
    }
    return found
  }

  // MARK: the same bytes

  @Test func tableAndOutputDoNotDependOnThreads() throws {
    let measured = try BudgetTests.tables.get().bytes("odd-true.json")
    var outputs = Set<String>()
    for threads in ["1", "3"] {
      let output = try quantize(
        "out\(threads).gguf", "--target-bpw", "10", "--importance", importance, "--threads",
        threads, "--error-table", folder.path("t\(threads).json"))
      #expect(try folder.bytes("t\(threads).json") == measured)
      outputs.insert(Golden.sha256([UInt8](try Data(contentsOf: URL(filePath: output)))))
    }
    #expect(outputs.count == 1)
  }

  /// The saved recipe gives the same file, and so does the saved table.
  @Test func recipesAndTablesAreReplayed() throws {
    let recipe = folder.path("chosen.recipe")
    let options = ["--tensor-type", "attn_v=f16", "--leave-output-tensor"]
    let first = folder.path("first.gguf")
    let common = ["quantize", model, "--importance", importance]
    let table = try Self.table(weighted: true)
    let budget = ["--target-bpw", "10", "--error-table", table] + options
    let made = try LatheBinary.run(common + ["-o", first, "--save-recipe", recipe] + budget)
    try #require(made.status == 0, "\(made.standardError)")
    let again = folder.path("again.gguf")
    let replayed = try LatheBinary.run(common + ["-o", again, "--recipe", recipe])
    try #require(replayed.status == 0, "\(replayed.standardError)")
    let third = folder.path("third.gguf")
    try #require(try LatheBinary.run(common + ["-o", third] + budget).status == 0)
    let bytes = try folder.bytes("first.gguf")
    #expect(try folder.bytes("again.gguf") == bytes)
    #expect(try folder.bytes("third.gguf") == bytes)
    let text = String(decoding: try folder.bytes("chosen.recipe"), as: UTF8.self)
    for part in ["--target-bpw 10", "bits/weight", "relative error", "\(bytes.count) bytes"] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(!text.contains(folder.url.path()))
  }

  @Test func plansExplain() throws {
    let result = try LatheBinary.run(
      ["plan", model, "-o", folder.path("x.gguf"), "--target-bpw", "9", "--tensors"] + measured)
    for part in ["budget        --target-bpw 9", "relative error", "of the error", "for +"] {
      #expect(result.standardOutput.contains(part), "\(result.standardOutput)")
    }
    let plan = try plan("--target-bpw", "9")
    let tensors = try #require(plan["budget"]?["tensors"]?.array)
    let sum = tensors.reduce(0.0) { $0 + ($1["error"]?.double ?? .nan) }
    let total = try #require(plan["budget"]?["error"]?.double)
    #expect(abs(sum - total) <= 1e-9 * total)
  }

  // MARK: tables

  @Test func tablesOfOthersAreRefused() throws {
    try Data(contentsOf: URL(filePath: try Self.table(weighted: false)))
      .write(to: URL(filePath: table))
    try refusal(
      65, ["errors.json", "without importance", "error-table"], "--target-bpw", "9",
      "--error-table", table, "--importance", importance)
    let other = try QuantizeEvidenceTests.inputs.get().path("moe.gguf")
    let result = try lathe(
      "quantize", other, "-o", folder.path("b.gguf"), "--target-bpw", "9", "--error-table", table)
    #expect(result.status == 65)
    for part in ["files have", "token_embd.weight is bf16", "error-table"] {
      #expect(result.standardError.contains(part), "\(result.standardError)")
    }
  }

  @Test func damagedTablesAreRefused() throws {
    let good = String(
      decoding: try BudgetTests.tables.get().bytes("odd-false.json"), as: UTF8.self)
    let cases: [(String, String, String)] = [
      ("\"version\":1", "\"version\":2", "supported: 1"),
      ("lathe error table", "something", "expected an error table"),
      ("\"q8_0\":[", "\"q8_9\":[", "lacks q8_0 of token_embd.weight"),
      ("\"energy\":[", "\"energy\":[-", "tensor 0"),
      ("\"encoding\":\"f16\"", "\"encoding\":\"f17\"", "tensor 0"),
      ("\"sample_weights\":", "\"sample_weights\":1", "samples of"),
      ("\"name\":\"token_embd.weight\"", "\"name\":\"x.weight\"", "lacks token_embd.weight"),
      ("{", "", "json"),
    ]
    for (old, new, message) in cases {
      let range = try #require(good.range(of: old))
      _ = try folder.write(
        "errors.json", Array(good.replacingCharacters(in: range, with: new).utf8))
      try refusal(65, ["errors.json", message], "--target-bpw", "9", "--error-table", table)
    }
  }

  // MARK: options

  @Test func whatABudgetExcludes() throws {
    try refusal(64, ["excludes --type"], "--target-bpw", "5", "--type", "q8_0")
    try refusal(64, ["excludes --type"], "--target-bpw", "5", "--recipe", "q8_0")
    try refusal(64, ["--pure"], "--target-bpw", "5", "--pure")
    try refusal(64, ["exclude each other"], "--target-bpw", "5", "--target-size", "5MB")
    try refusal(64, ["exclude each other"], "--target-bpw", "5", "--max-error", "1")
    try refusal(64, ["--error-table"], "--type", "q8_0", "--error-table", table)
    try refusal(64, ["--save-recipe"], "--type", "q8_0", "--save-recipe", table)
    try refusal(64, ["--target-bpw"], "--target-bpw", "0")
    try refusal(64, ["--max-error"], "--max-error=-1")
    try refusal(64, ["--target-size"], "--target-size", "much")
    let plain = try folder.write(
      "plain.safetensors",
      SmallFiles.safetensors([
        SmallFiles.Tensor("m.weight", "F32", [2, 64], SmallFiles.floats(128))
      ]))
    let other = try lathe(
      "quantize", plain, "-o", folder.path("x.safetensors"), "--target-bpw", "9")
    #expect(other.status == 69 && other.standardError.contains("or --to gguf"))
  }

  @Test func whatCannotBeKept() throws {
    try refusal(
      69, ["the smallest types make", "bytes", "conversion.budget"], "--target-size", "1kB",
      usesTable: true)
    try refusal(
      69, ["the smallest types make", "bits per weight"], "--target-bpw", "0.5",
      usesTable: true)
    try refusal(
      69, ["--max-error 0.0", "relative error of"], "--max-error", "0", "--tensor-type",
      "ffn_up=q8_0", usesTable: true)
    try refusal(
      69, ["no tensor whose type"], "--target-bpw", "20", "--tensor-type", ".=q8_0",
      "--output-tensor-type", "q8_0", usesTable: true)
  }

  @Test func usersDecideFirst() throws {
    let found = encodings(
      try plan(
        "--target-bpw", "12", "--tensor-type", "blk\\.1\\..*_q=q8_0", "--token-embedding-type",
        "f16", "--max-memory", "8MiB"))
    #expect(found["blk.1.attn_q.weight"] == "q8_0")
    #expect(found["token_embd.weight"] == "f16")
    #expect(found["blk.0.attn_norm.weight"] == "f32")
    try refusal(
      69, ["q8_0", "attn_output"], "--target-bpw", "12", "--strict-types",
      "--tensor-type", "attn_output=q8_0")
    try refusal(64, ["finds no tensor"], "--target-bpw", "12", "--tensor-type", "nothing=q8_0")
  }

  @Test func savedRecipesAreNotOverwritten() throws {
    _ = try folder.write("old.recipe", [1, 2, 3])
    try refusal(
      73, ["old.recipe", "--force"], "--target-bpw", "12", "--save-recipe",
      folder.path("old.recipe"))
    _ = try quantize(
      "forced.gguf", "--target-bpw", "12", "--save-recipe", folder.path("old.recipe"), "--force",
      "--error-table", try Self.table(weighted: false))
    #expect(try folder.bytes("old.recipe").count > 100)
  }

  /// Neither is anything that the run reads or makes.
  @Test func filesThatHaveAnotherPart() throws {
    let copy = try folder.write("copy.gguf", [UInt8](try Data(contentsOf: URL(filePath: model))))
    let output = folder.path("out.gguf")
    for options in [
      ["--save-recipe", copy], ["--error-table", copy], ["--save-recipe", output],
      ["--error-table", folder.path("one"), "--save-recipe", folder.path("one")],
    ] {
      let before = try folder.tree()
      let result = try LatheBinary.run(
        ["quantize", copy, "-o", output, "--target-bpw", "12", "--force"] + options)
      #expect(result.status == 64, "\(result.standardError)")
      #expect(result.standardError.contains("conversion.same-file"), "\(result.standardError)")
      #expect(try folder.tree() == before)
    }
  }

  /// What the user settled gets its replacements as ever.
  @Test func fallbacksAreTold() throws {
    let result = try LatheBinary.run(
      [
        "plan", model, "-o", folder.path("x.gguf"), "--target-bpw", "12", "--tensor-type",
        "attn_output=q8_0",
      ] + measured)
    #expect(
      result.standardOutput.contains("fallback      blk.0.attn_output.weight: q8_0 -> f16"),
      "\(result.standardOutput)")
  }

  /// A coded tensor stays as it is, unless it may be coded again.
  @Test func codedTensorsAreLeftAlone() throws {
    let first = try quantize("q8.gguf", "--type", "q8_0")
    let size = try folder.bytes("q8.gguf").count
    let same = try lathe("quantize", first, "-o", folder.path("same.gguf"), "--max-error", "0")
    try #require(same.status == 0, "\(same.standardError)")
    #expect(try folder.bytes("same.gguf").count <= size)
    let refused = try lathe(
      "quantize", first, "-o", folder.path("less.gguf"), "--target-size", "\(size / 2)")
    #expect(refused.status == 69)
  }

  @Test func valuesThatATypeCannotHold() throws {
    var values = SmallFiles.floats(64 * 64)
    values[70] = 1e6
    let path = try folder.write(
      "in.safetensors",
      SmallFiles.safetensors([
        SmallFiles.Tensor("blk.0.ffn_up.weight", "F32", [64, 64], values),
        SmallFiles.Tensor("blk.1.ffn_up.weight", "F32", [64, 64], SmallFiles.floats(64 * 64)),
      ]))
    let result = try lathe(
      "plan", path, "-o", folder.path("x.gguf"), "--target-bpw", "16", "--tensors")
    #expect(result.status == 0, "\(result.standardError)")
    #expect(
      result.standardOutput.contains(
        "f16 cannot hold values of 1 tensor and was not considered there: blk.0.ffn_up.weight"),
      "\(result.standardOutput)")
  }
}
