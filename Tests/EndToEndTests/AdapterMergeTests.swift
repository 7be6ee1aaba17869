import Foundation
import Lathe
import Testing
import _TestSupport

/// `--merge-lora`: weights with adapters in them, whatever is read and written.
@Suite struct AdapterMergeTests {
  struct Evidence: Decodable {
    struct Case: Decodable {
      let `case`: String
      let command: [String]
      let inputs: [String: String]
      let output_sha256: String
      let max_units_in_the_last_place: Double
      let numbers_that_differ_from_peft: Int
    }
    let cases: [Case]
  }

  static let evidence: [String: Evidence.Case] = {
    guard let bytes = try? Golden.bytes("Peers/merge-lora.json"),
      let found = try? JSONDecoder().decode(Evidence.self, from: Data(bytes))
    else { return [:] }
    return Dictionary(uniqueKeysWithValues: found.cases.map { ($0.case, $0) })
  }()

  /// What PEFT's merge_and_unload was compared with is, byte for byte, what Lathe writes today.
  @Test(arguments: AdapterCase.all)
  func mergesAsPEFTDoes(adapter: AdapterCase) throws {
    let recorded = try #require(
      Self.evidence[adapter.name], "run tools/peers/refresh adapters and commit it")
    #expect(recorded.max_units_in_the_last_place <= 1)
    // PEFT rounds an embedding's product before it adds it.
    if adapter.name != "llama-embedding" { #expect(recorded.numbers_that_differ_from_peft == 0) }
    let folder = try TemporaryFolder()
    let paths = try adapter.unpack(into: folder)
    for (name, hash) in recorded.inputs {
      let parent = name.hasPrefix("adapter_") ? paths.adapter : paths.base
      let bytes = try Data(contentsOf: URL(filePath: parent).appending(path: name))
      #expect(Golden.sha256(bytes) == hash, "\(name) is not the one that PEFT read")
    }
    let command = recorded.command.map {
      $0.replacingOccurrences(of: "{base}", with: paths.base)
        .replacingOccurrences(of: "{adapter}", with: paths.adapter)
        .replacingOccurrences(of: "{work}", with: folder.url.path())
    }
    let result = try LatheBinary.run(command)
    try #require(result.status == 0, "\(result.standardError)")
    #expect(Golden.sha256(try folder.bytes("merged/model.safetensors")) == recorded.output_sha256)
  }

  /// The formula, in binary64, over modules of every orientation.
  @Test func isThePlainFormula() throws {
    let folder = try TemporaryFolder()
    let small = try SmallAdapter(folder)
    let adapter = try small.write(
      "adapter",
      SmallAdapter.pair("model.up", out: 300, in: 133)
        + SmallAdapter.pair("model.square", out: 48, in: 48, seed: 23), ["fan_in_fan_out": true])
    let result = try lathe(
      "convert", small.base, "-o", folder.path("out.safetensors"), "--merge-lora",
      adapter + "=0.25", "--type", "f32")
    try #require(result.status == 0, "\(result.standardError)")
    let merged = try Content(folder.path("out.safetensors")).tensors
    let base = try Content(small.base).tensors
    let parts = try Content(adapter).tensors
    for (module, out, input) in [("model.up", 300, 133), ("model.square", 48, 48)] {
      let a = try #require(parts["base_model.model.\(module).lora_A.weight"]).floats
      let b = try #require(parts["base_model.model.\(module).lora_B.weight"]).floats
      let old = try #require(base["\(module).weight"]).floats
      let new = try #require(merged["\(module).weight"]).floats
      var worst = 0.0
      for row in 0..<out {
        for column in 0..<input {
          let product = (0..<3).reduce(0.0) { sum, k in
            sum + Double(b[row * 3 + k]) * Double(a[k * input + column])
          }
          // A square matrix is turned by fan_in_fan_out.
          let index = module == "model.square" ? column * 48 + row : row * input + column
          let expected = Double(old[index]) + 0.25 * 2 * product
          worst = max(worst, abs(Double(new[index]) - expected))
        }
      }
      #expect(worst > 0 && worst < 2e-5)
    }
    #expect(merged["model.norm.weight"]?.floats == base["model.norm.weight"]?.floats)
  }

  /// Threads, tiles and the rest of the file have no part in the numbers.
  @Test func isTheSameForEveryTileAndThread() throws {
    let folder = try TemporaryFolder()
    let small = try SmallAdapter(folder)
    let adapter = try small.write(
      "adapter",
      SmallAdapter.pair("model.up", out: 300, in: 133)
        + [SmallAdapter.whole("model.up.lora_magnitude_vector", [300])], ["use_dora": true])
    var results: [[UInt8]] = []
    for (threads, memory) in [("1", "64MiB"), ("4", "64MiB"), ("3", "700kB"), ("1", "60kB")] {
      let output = folder.path("out-\(results.count).safetensors")
      let result = try lathe(
        "convert", small.base, "-o", output, "--merge-lora", adapter, "--threads", threads,
        "--max-memory", memory, "--type", "f16")
      try #require(result.status == 0, "\(result.standardError)")
      results.append([UInt8](try Data(contentsOf: URL(filePath: output))))
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  /// Rows of a DoRA module have the lengths that its magnitudes say.
  @Test func magnitudesAreTheLengthsOfRows() throws {
    let folder = try TemporaryFolder()
    let small = try SmallAdapter(folder)
    let magnitudes = SmallAdapter.whole("model.up.lora_magnitude_vector", [300])
    let adapter = try small.write(
      "adapter", SmallAdapter.pair("model.up", out: 300, in: 133) + [magnitudes],
      ["use_dora": true])
    let result = try lathe(
      "convert", small.base, "-o", folder.path("out.safetensors"), "--merge-lora", adapter)
    try #require(result.status == 0, "\(result.standardError)")
    let up = try #require(try Content(folder.path("out.safetensors")).tensors["model.up.weight"])
    let rows = up.floats
    for (row, magnitude) in magnitudes.numbers(Float.self).enumerated() {
      let squares = rows[row * 133..<(row + 1) * 133].reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(squares.squareRoot() - Double(abs(magnitude))) < 1e-4)
    }
  }

  /// Merging while a GGUF is made, or merging first: the same for a base that f32 holds.
  @Test(arguments: ["f32", "q8_0"])
  func mergesBeforeRowsMove(type: String) throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named("llama-f32").unpack(into: folder)
    let direct = folder.path("direct.gguf")
    let made = [
      try lathe("convert", base, "-o", direct, "--type", type, "--merge-lora", adapter),
      try lathe("convert", base, "-o", folder.path("merged"), "--merge-lora", adapter),
      try lathe("convert", folder.path("merged"), "-o", folder.path("two.gguf"), "--type", type),
    ]
    for result in made { try #require(result.status == 0, "\(result.standardError)") }
    #expect(try Content(direct).tensors == Content(folder.path("two.gguf")).tensors)
  }

  /// A GGUF takes the adapter's GGUF: rows have moved in both.
  @Test func aGGUFTakesAnAdapterOfItsOwn() throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named("llama-f32").unpack(into: folder)
    try Conversion.run(base, folder.path("base.gguf"), type: "f32")
    try Conversion.adapter(adapter, folder.path("base.gguf"), folder.path("adapter.gguf"))
    let made = [
      try lathe(
        "convert", folder.path("base.gguf"), "-o", folder.path("a.gguf"), "--merge-lora",
        folder.path("adapter.gguf")),
      try lathe(
        "convert", base, "-o", folder.path("b.gguf"), "--type", "f32", "--merge-lora", adapter),
    ]
    for result in made { try #require(result.status == 0, "\(result.standardError)") }
    #expect(
      try Content(folder.path("a.gguf")).tensors == Content(folder.path("b.gguf")).tensors)
    let wrong = try lathe(
      "convert", folder.path("base.gguf"), "-o", folder.path("c.gguf"), "--merge-lora", adapter)
    #expect(wrong.status == 65 && wrong.standardError.contains("names"), "\(wrong.standardError)")
  }

  /// What was quantized is quantized a second time only if that is allowed.
  @Test func aQuantizedBase() throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named("llama-f32").unpack(into: folder)
    try Conversion.run(base, folder.path("base.gguf"), type: "q8_0")
    try Conversion.adapter(adapter, base, folder.path("adapter.gguf"))
    let arguments = [
      "convert", folder.path("base.gguf"), "--merge-lora", folder.path("adapter.gguf"), "-o",
    ]
    let refused = try LatheBinary.run(arguments + [folder.path("a.gguf")])
    #expect(refused.status == 69 && refused.standardError.contains("--allow-requantize"))
    for (name, options) in [("b.gguf", ["--allow-requantize"]), ("c.gguf", ["--type", "f16"])] {
      let result = try LatheBinary.run(arguments + [folder.path(name)] + options)
      #expect(result.status == 0, "\(result.standardError)")
    }
    let again = try Content(folder.path("b.gguf")).tensors
    #expect(again["blk.0.ffn_up.weight"]?.encoding.name == "q8_0")
    #expect(try again != Content(folder.path("base.gguf")).tensors)
  }

  /// Two adapters follow one another: one that is added and taken away again leaves almost nothing.
  @Test func severalAdapters() throws {
    let folder = try TemporaryFolder()
    let small = try SmallAdapter(folder)
    let first = try small.write("first", SmallAdapter.pair("model.up", out: 300, in: 133))
    let second = try small.write(
      "second", SmallAdapter.pair("model.up", out: 300, in: 133, seed: 41))
    func merged(_ adapters: [String]) throws -> [Float] {
      let output = folder.path("out-\(UUID().uuidString).safetensors")
      let result = try LatheBinary.run(
        ["convert", small.base, "-o", output] + adapters.flatMap { ["--merge-lora", $0] })
      try #require(result.status == 0, "\(result.standardError)")
      return try #require(try Content(output).tensors["model.up.weight"]).floats
    }
    let base = try #require(try Content(small.base).tensors["model.up.weight"]).floats
    let both = try merged([first, second])
    let back = try merged([first, second, first + "=-1", second + "=-1"])
    #expect(zip(base, both).contains { abs($0 - $1) > 0.1 })
    #expect(zip(base, back).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(try merged([first + "=0"]) == base)
  }

  /// Class, lineage, plan and memory say that the weights changed.
  @Test func theChangeIsSaid() throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named("llama-saved").unpack(into: folder)
    let output = folder.path("out.gguf")
    var request = ConversionRequest(source: base, destination: output)
    let plain = try Planner(request).plan().plan
    request.mergedAdapters = [AdapterRequest(path: adapter, scale: 0.5)]
    let plan = try Conversion.run(request)
    #expect(plan.fidelity == .changed && plain.fidelity == .exact)
    #expect(plan.tensors.count { $0.fidelity == .changed } == 7)
    #expect(
      plan.text().contains("adapter       \(adapter)  (scale 0.5, 2 tensors changed, 5 replaced)"))
    #expect(plan.text(everyTensor: true).contains("changed (rounded)"))
    #expect(plan.json["adapters"]?[0]?["changed"]?.int == 2)
    #expect(plain.json["adapters"] == nil)
    let memory = { (plan: Plan) in plan.json["memory_bytes"]?.int ?? 0 }
    #expect(memory(plan) > memory(plain))
    let keys = try Content(output).metadata
    #expect(keys["lathe.fidelity"] == .string("changed"))
    let merged = "llama-saved scale=0.5 changed=2 replaced=5"
    #expect(keys["lathe.merged"]?.strings.map { Array($0) } == [merged])

    // A second adapter stands behind the first one.
    let first = try lathe("convert", base, "-o", folder.path("once"), "--merge-lora", adapter)
    let second = try lathe(
      "convert", folder.path("once"), "-o", folder.path("twice"), "--merge-lora", adapter)
    #expect(first.status == 0 && second.status == 0, "\(second.standardError)")
    let lineage = try Content(folder.path("twice")).metadata["lathe.merged"]?.string
    #expect(lineage?.split(separator: "\n").count == 2)
  }

  /// Other containers, and the command that quantizes.
  @Test func otherContainers() throws {
    let folder = try TemporaryFolder()
    let (base, adapter) = try AdapterCase.named("llama-attention").unpack(into: folder)
    let made = [
      try lathe("convert", base, "-o", folder.path("a"), "--merge-lora", adapter),
      try lathe(
        "convert", base, "-o", folder.path("b"), "--to", "pytorch", "--merge-lora", adapter),
      try lathe(
        "quantize", base, "-o", folder.path("q.gguf"), "--type", "q4_0", "--merge-lora", adapter),
      try lathe("plan", base, "-o", folder.path("p.gguf"), "--merge-lora", adapter),
    ]
    for result in made { #expect(result.status == 0, "\(result.standardError)") }
    #expect(try Content(folder.path("a")).tensors == Content(folder.path("b")).tensors)
    #expect(made[3].standardOutput.contains("adapter       "))
    let quantized = try Content(folder.path("q.gguf")).tensors
    try Conversion.run(base, folder.path("plain.gguf"), type: "q4_0")
    let plain = try Content(folder.path("plain.gguf")).tensors
    #expect(quantized["blk.0.attn_q.weight"] != plain["blk.0.attn_q.weight"])
    #expect(quantized["blk.0.ffn_up.weight"] == plain["blk.0.ffn_up.weight"])
  }
}
