import Checkpoints
import Tensors
import Testing
import _TestSupport

struct ImportanceCheckTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  static let model: [(name: String, shape: Shape)] = [
    ("blk.0.attn_q.weight", [64, 96]), ("blk.0.ffn_down_exps.weight", [4, 64, 40]),
    ("blk.10.attn_q.weight", [64, 96]), ("blk.2.attn_q.weight", [8, 64]),
    ("blk.2.ffn_up_exps.weight", [3, 8, 32]), ("blk.3.attn_kv_b.weight", [2, 8, 48]),
    ("enc.blk.1.gr\u{FC}\u{DF}e.weight", [3, 5]), ("output.weight", [7, 33]),
    ("token_embd.weight", [7, 33]),
  ]

  @Test(arguments: ["stats.gguf", "stats.dat"])
  func aFittingFileHasOnlyNotes(_ name: String) throws {
    let problems = try ImportanceGolden.open(name).check(against: Self.model)
    #expect(problems.allSatisfy { $0.severity == .note })
    let texts = problems.map(\.description)
    #expect(texts.contains("note: entry 'blk.2.attn_q.weight': all 64 values are zero"))
    if name == "stats.gguf" {
      #expect(texts.count == 4)
      #expect(
        texts.contains {
          $0.contains("'blk.0.ffn_down_exps.weight': 1 of 4 experts have no data")
        })
      #expect(
        texts.contains { $0.contains("'blk.2.ffn_up_exps.weight': 3 of 3 experts have no data") })
    } else {
      #expect(texts.count == 1)
    }
  }

  @Test func everyProblemIsCollected() throws {
    var bytes = GGUFBytes()
    bytes.importanceKeys()
    bytes.entry("narrow", columns: 3, counts: [1], sums: [1, 2, 3])
    bytes.entry("stack", columns: 2, counts: [1, 1], sums: [1, 2, 3, 4])
    bytes.entry("split", columns: 2, counts: [1, 1], sums: [1, 2, 3, 4])
    bytes.entry("unknown", columns: 1, counts: [1], sums: [-1])
    bytes.entry(
      "values", columns: 3, counts: [1, 1], sums: [.nan, 1, -2, 3, .nan, .infinity])
    bytes.entry("one", columns: 6, counts: [1], sums: [0, 0, 0, 0, -5, 0])
    let file = try ImportanceFile.open(try folder.write("x", bytes.bytes()))
    let problems = try file.check(against: [
      ("narrow", [2, 4]), ("stack", [3, 5, 2]), ("split", [5, 4]), ("values", [2, 9, 3]),
      ("one", [2, 1, 3]), ("other", [1]),
    ])
    #expect(
      problems.map(\.description) == [
        "error: entry 'narrow': 3 values; the tensor's shape [2, 4] needs 4, one for each column",
        "error: entry 'stack': 4 values (2 experts of 2); the tensor's shape [3, 5, 2] needs 6: "
          + "2 for each of 3 matrices",
        "error: entry 'split': 2 counts; the tensor's shape [5, 4] needs 1",
        "warning: entry 'unknown': the model has no tensor of that name; the entry is not used",
        "error: entry 'unknown': the value of expert 0, column 0 is negative",
        "error: entry 'values': 2 values are NaN, the first is that of expert 0, column 0",
        "error: entry 'values': the value of expert 1, column 2 is infinite",
        "error: entry 'values': the value of expert 0, column 2 is negative",
        "error: entry 'one': the value of expert 1, column 1 is negative",
      ])
  }

  @Test func aFileOfAnotherModelIsAnError() throws {
    let file = try ImportanceGolden.open("no-tail.dat")
    let problems = try file.check(against: Self.model)
    #expect(problems.map(\.severity) == [.warning, .warning, .warning, .error])
    let last = try #require(problems.last)
    #expect(last.entry == nil && last.message.contains("none of the 3 entries"), "\(last)")
    let left = try file.filtered(exclude: [".weight"]).check(against: Self.model)
    #expect(left.map(\.description) == ["error: no entries are left"])
  }

  @Test func shapesBeyondAnyFileAreNoTrap() throws {
    let file = try ImportanceGolden.open("no-tail.dat")
    let problems = try file.check(against: [
      ("a.weight", [.max, 1, .max]), ("b.weight", [0, 1, 7]), ("c.weight", []),
    ])
    #expect(problems.map(\.severity) == [.error, .error, .error])
    #expect(problems[0].message.contains("more than can be counted"))
  }

  @Test func entriesAreFiltered() throws {
    let file = try ImportanceGolden.open("stats.gguf")
    let some = try file.filtered(include: ["attn_q", "output"])
    #expect(
      some.entries.map(\.name) == [
        "blk.0.attn_q.weight", "blk.10.attn_q.weight", "blk.2.attn_q.weight", "output.weight",
      ])
    #expect(try some.importance(for: "output.weight") == file.importance(for: "output.weight"))
    #expect(try some.importance(for: "blk.3.attn_kv_b.weight") == nil)
    let others = try file.filtered(exclude: ["attn_q", "output", "blk.0."])
    #expect(
      others.entries.map(\.name) == [
        "blk.2.ffn_up_exps.weight", "blk.3.attn_kv_b.weight", "enc.blk.1.gr\u{FC}\u{DF}e.weight",
      ])
    #expect(try file.filtered().entries.count == file.entries.count)
    #expect(others.datasets == file.datasets && others.chunkCount == file.chunkCount)
    let both = try #require(throws: CheckpointError.self) {
      try file.filtered(include: ["a"], exclude: ["b"])
    }
    #expect(both.code == .choice && both.exitStatus == .usage)
    let nothing = try #require(throws: CheckpointError.self) {
      try file.filtered(exclude: ["attn_q", "atn_q"])
    }
    #expect(nothing.code == .choice && nothing.message.contains("contains 'atn_q'"))
  }

  @Test func entriesAreRenamed() throws {
    let file = try ImportanceGolden.open("stats.gguf")
    let renamed = try file.renamed { $0.hasPrefix("blk.0.") ? "x." + $0 : nil }
    #expect(
      renamed.entries.map(\.name) == [
        "x.blk.0.attn_q.weight", "x.blk.0.ffn_down_exps.weight",
      ])
    let error = try #require(throws: CheckpointError.self) { try file.renamed { _ in "same" } }
    #expect(error.code == .duplicate)
  }
}
