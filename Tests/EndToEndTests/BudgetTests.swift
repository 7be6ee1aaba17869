import Foundation
import Lathe
import Testing
import _TestSupport

/// Types chosen under a budget spoil no more than any recipe of that size, judged by decoding what was written.
@Suite struct BudgetTests {
  /// A seeded model, and whether its importance is used.
  struct Case: Sendable, CustomTestStringConvertible {
    let model: String
    let isWeighted: Bool
    var testDescription: String { model + (isWeighted ? " with importance" : "") }
    var tableName: String { "\(model)-\(isWeighted).json" }

    /// The options that use it.
    func importance(in folder: TemporaryFolder) -> [String] {
      isWeighted ? ["--importance", folder.path("importance-\(model).gguf")] : []
    }
  }

  static let cases = [
    Case(model: "odd", isWeighted: false), Case(model: "odd", isWeighted: true),
    Case(model: "moe", isWeighted: true),
  ]

  /// The error table of each case, measured once.
  static let tables = Result {
    let folder = try TemporaryFolder()
    let inputs = try QuantizeEvidenceTests.inputs.get()
    for which in cases {
      let made = try LatheBinary.run(
        [
          "plan", inputs.path("\(which.model).gguf"), "-o", folder.path("x.gguf"), "--max-error",
          "9", "--error-table", folder.path(which.tableName),
        ] + which.importance(in: inputs))
      try #require(made.status == 0, "\(made.standardError)")
    }
    return folder
  }

  @Test(arguments: cases)
  func noRecipeOfThatSizeIsBetter(_ which: Case) throws {
    let folder = try TemporaryFolder()
    let inputs = try QuantizeEvidenceTests.inputs.get()
    let model = inputs.path("\(which.model).gguf")
    let file = inputs.path("importance-\(which.model).gguf")
    let importance = which.importance(in: inputs)
    let table = try Self.tables.get().path(which.tableName)
    let judge = try BudgetJudge(model: model, importance: which.isWeighted ? file : nil)
    var better = 0
    var rows: [String] = []
    for recipe in Recipes.names {
      let fixed = folder.path("\(recipe).gguf")
      let known = try LatheBinary.run(
        ["quantize", model, "-o", fixed, "--type", recipe] + importance)
      // Not every recipe fits every model, and some need importance.
      guard known.status == 0 else {
        #expect(known.status == 69 || known.status == 65, "\(recipe): \(known.standardError)")
        continue
      }
      let size = try Self.size(fixed)
      let output = folder.path("\(recipe)-budget.gguf")
      let made = try LatheBinary.run(
        [
          "quantize", model, "-o", output, "--target-size", String(size), "--error-table", table,
        ] + importance)
      try #require(made.status == 0, "\(recipe): \(made.standardError)")
      #expect(try Self.size(output) <= size, "\(recipe)")
      let (old, new) = (try judge.error(of: fixed), try judge.error(of: output))
      #expect(new <= old * (1 + 1e-12), "\(recipe): \(new) instead of \(old)")
      if new < old * (1 - 1e-12) { better += 1 }
      rows.append("\(recipe) \(size) \(old) \(new)")
      try FileManager.default.removeItem(atPath: fixed)
      try FileManager.default.removeItem(atPath: output)
    }
    let all = rows.joined(separator: "\n")
    #expect(rows.count >= 4, "\(all)")
    // f32, f16 and bf16 leave nothing to gain where a model has few types.
    #expect(2 * better > rows.count - 3, "\(all)")
  }

  private static func size(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.size] as? Int)
  }

  /// What the table predicts is what is measured: these tensors are small enough to be sampled whole.
  @Test(arguments: cases)
  func predictionsHold(_ which: Case) throws {
    let folder = try TemporaryFolder()
    let inputs = try QuantizeEvidenceTests.inputs.get()
    let model = inputs.path("\(which.model).gguf")
    let file = inputs.path("importance-\(which.model).gguf")
    let judge = try BudgetJudge(model: model, importance: which.isWeighted ? file : nil)
    let importance = which.importance(in: inputs)
    let table = try Self.tables.get().path(which.tableName)
    let output = folder.path("out.gguf")
    for limit in [["--target-bpw", "10"], ["--max-error", "0.004"], ["--max-error", "0"]] {
      let common =
        ["quantize", model, "-o", output, "--force", "--error-table", table] + limit + importance
      let planned = try LatheBinary.run(common + ["--dry-run", "--json"])
      try #require(planned.status == 0, "\(planned.standardError)")
      let budget = try #require(try JSONValue.parse(planned.standardOutput)["budget"])
      let predicted = try #require(budget["error"]?.double)
      let energy = try #require(budget["energy"]?.double)
      try #require(try LatheBinary.run(common).status == 0)
      let found = try judge.error(of: output)
      #expect(abs(found - predicted) <= 1e-9 * predicted, "\(found) \(predicted)")
      #expect(abs(energy - judge.energy) <= 1e-9 * energy)
      if limit[0] == "--max-error", let bound = Double(limit[1]) {
        #expect((found / energy).squareRoot() <= bound * (1 + 1e-9))
      } else {
        #expect(budget["bits_per_weight"]?.double ?? 99 <= 10)
      }
      #expect(budget["gap"]?.double == 0)
    }
  }
}

extension BudgetTests {
  /// Rows that move on their way from Hugging Face to GGUF are measured like any others.
  @Test func movedRows() throws {
    let folder = try TemporaryFolder()
    let source = folder.url.appending(path: "rod")
    try Golden.unpack("Models/rod", to: source)
    let exact = folder.path("exact.gguf")
    try #require(try lathe("convert", source.path(), "-o", exact, "--type", "f32").status == 0)
    let judge = try BudgetJudge(model: exact, importance: nil)
    let output = folder.path("out.gguf")
    let common = ["quantize", source.path(), "-o", output, "--max-error", "0.003"]
    let planned = try LatheBinary.run(common + ["--dry-run", "--json"])
    try #require(planned.status == 0, "\(planned.standardError)")
    let predicted = try #require(
      try JSONValue.parse(planned.standardOutput)["budget"]?["error"]?.double)
    try #require(try LatheBinary.run(common).status == 0)
    let found = try judge.error(of: output)
    #expect(found > 0 && abs(found - predicted) <= 1e-9 * predicted, "\(found) \(predicted)")
  }

  /// A sample tells nearly what all rows do.
  @Test func samplesTellOfTheWhole() throws {
    let folder = try TemporaryFolder()
    let tensors = (0..<260).map { number in
      let rows = number == 0 ? 4096 : 2
      return SmallFiles.Tensor(
        "blk.\(number).ffn_up.weight", "F32", [rows, 256],
        SmallFiles.floats(rows * 256).enumerated().map { $1 * Float(1 + $0 / 65536) })
    }
    let model = try folder.write("in.safetensors", SmallFiles.safetensors(tensors))
    let exact = folder.path("exact.gguf")
    try #require(try lathe("convert", model, "-o", exact).status == 0)
    let output = folder.path("out.gguf")
    let common = ["quantize", model, "-o", output, "--target-bpw", "8.5"]
    let planned = try LatheBinary.run(common + ["--dry-run", "--json"])
    try #require(planned.status == 0, "\(planned.standardError)")
    let budget = try #require(try JSONValue.parse(planned.standardOutput)["budget"])
    #expect(budget["sampled_weights"]?.int == (1 << 18) + 259 * 512)
    let predicted = try #require(budget["error"]?.double)
    try #require(try LatheBinary.run(common).status == 0)
    let found = try BudgetJudge(model: exact, importance: nil).error(of: output)
    #expect(abs(found - predicted) < 0.03 * found, "\(found) \(predicted)")
  }
}

/// Sums of `w * (x - q)^2` over two files, with reading and summing of its own.
struct BudgetJudge {
  /// Sum of `w * x^2`.
  let energy: Double
  private let values: [String: [Float]]
  private let weights: [String: [Float]]
  private let columns: [String: Int]

  init(model: String, importance: String?) throws {
    let content = try Self.content(model)
    var values: [String: [Float]] = [:]
    for (name, tensor) in content.tensors {
      values[name] = try Self.floats(tensor.type, tensor.bytes)
    }
    var weights: [String: [Float]] = [:]
    var columns: [String: Int] = [:]
    if let importance {
      let entries = try Self.content(importance).tensors
      for (key, sums) in entries where key.hasSuffix(".in_sum2") {
        let name = String(key.dropLast(".in_sum2".count))
        let counts = try Self.floats(0, try #require(entries[name + ".counts"]).bytes)
        let list = try Self.floats(0, sums.bytes)
        let width = list.count / counts.count
        columns[name] = width
        weights[name] = list.enumerated().map { index, sum in
          counts[index / width] == 0 ? 1 : sum / counts[index / width]
        }
      }
    }
    self.values = values
    self.weights = weights
    self.columns = columns
    var energy = 0.0
    for (name, list) in values.sorted(by: { $0.key < $1.key }) where Self.isQuantized(name) {
      energy += Self.sum(list, nil, weights[name], columns[name] ?? 1)
    }
    self.energy = energy
  }

  /// The error of a file that holds the same tensors.
  func error(of path: String) throws -> Double {
    let content = try Self.content(path)
    try #require(content.tensors.count == values.count)
    var total = 0.0
    for (name, tensor) in content.tensors.sorted(by: { $0.key < $1.key }) {
      let own = try #require(values[name])
      let other = try Self.floats(tensor.type, tensor.bytes)
      try #require(own.count == other.count)
      total += Self.sum(own, other, weights[name], columns[name] ?? 1)
    }
    return total
  }

  /// Norms and routers are never quantized.
  private static func isQuantized(_ name: String) -> Bool {
    !name.contains("_norm.") && !name.contains("ffn_gate_inp")
  }

  private static func sum(
    _ own: [Float], _ other: [Float]?, _ weights: [Float]?, _ columns: Int
  ) -> Double {
    // A stack has as many rows of weights as matrices, which are alike.
    let matrices = (weights?.count ?? columns) / columns
    let perMatrix = own.count / max(1, matrices)
    var total = 0.0
    own.withUnsafeBufferPointer { own in
      for index in own.indices {
        let difference = Double(own[index]) - Double(other?[index] ?? 0)
        let weight = weights.map { $0[index / perMatrix * columns + index % columns] } ?? 1
        total += Double(weight) * difference * difference
      }
    }
    return total
  }

  private static func content(_ path: String) throws -> SeededFileContent {
    let sizes = try QuantizeEvidenceTests.sizes.get()
    return try SeededFileContent([UInt8](try Data(contentsOf: URL(filePath: path)))) {
      sizes[$0]
    }
  }

  private static func floats(_ type: UInt32, _ bytes: ArraySlice<UInt8>) throws -> [Float] {
    try bytes.withUnsafeBytes { raw in
      switch type {
      case 0:
        return (0..<raw.count / 4).map {
          raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
        }
      case 1:
        return (0..<raw.count / 2).map {
          Float(raw.loadUnaligned(fromByteOffset: 2 * $0, as: Float16.self))
        }
      case 30:
        return (0..<raw.count / 2).map {
          Float(
            bitPattern: UInt32(raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) << 16)
        }
      default:
        let found = try #require(QuantType.find(.gguf, .number(Int(type))))
        let codec = try #require(found.codec)
        var result = [Float](
          repeating: 0, count: raw.count / found.blockBytes * found.blockElements)
        result.withUnsafeMutableBufferPointer { codec.decode(raw, into: $0) }
        return result
      }
    }
  }
}
