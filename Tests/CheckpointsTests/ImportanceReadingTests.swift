import ByteIO
import Checkpoints
import Testing
import _TestSupport

struct ImportanceReadingTests {
  static let names = [
    "stats.gguf", "stats-big-endian.gguf", "stats.dat", "back.gguf", "no-tail.dat",
    "chunks-only.dat", "no-dataset.dat",
  ]

  @Test func everyGoldenFileIsTested() throws {
    #expect(Set(try ImportanceGolden.all().keys) == Set(Self.names))
  }

  @Test(arguments: names)
  func readsWhatThePeerWrote(_ name: String) throws {
    let golden = try #require(try ImportanceGolden.all()[name])
    let file = try ImportanceGolden.open(name)
    #expect(file.format == (name.hasSuffix(".dat") ? .legacy : .gguf))
    #expect(file.entries.map(\.name) == golden.entries.map(\.name))
    #expect(file.entries.map(\.columns) == golden.entries.map(\.columns))
    #expect(file.entries.map(\.counts) == golden.entries.map(\.counts))
    #expect(file.datasets == golden.datasets)
    #expect(file.chunkCount == golden.chunkCount)
    #expect(file.chunkSize == golden.chunkSize)
    #expect(file.warnings == [])
    #expect(try file.usedBits() == ImportanceGolden.values(name))
  }

  @Test func partsOfAnEntryAreThoseOfTheWhole() throws {
    for name in ["stats.gguf", "stats-big-endian.gguf", "stats.dat"] {
      let file = try ImportanceGolden.open(name)
      let entry = try #require(file.entry(named: "blk.0.ffn_down_exps.weight"))
      let whole = try entry.importance()
      #expect(whole.count == 160)
      for range in [0..<160, 0..<1, 39..<41, 35..<125, 80..<120, 159..<160, 7..<7] {
        #expect(try entry.importance(range) == Array(whole[range]))
      }
      for range in [0..<161, -1..<3] {
        let error = try #require(throws: CheckpointError.self) { try entry.importance(range) }
        #expect(error.code == .layout)
      }
    }
  }

  @Test func anExpertWithoutDataWeighsOne() throws {
    let file = try ImportanceGolden.open("stats.gguf")
    let entry = try #require(file.entry(named: "blk.0.ffn_down_exps.weight"))
    #expect(entry.experts == 4 && entry.counts[2] == 0)
    #expect(try entry.importance(80..<120) == [Float](repeating: 1, count: 40))
    #expect(try entry.sums(80..<120).contains { $0 != 0 && $0 != 1 })
  }

  @Test func namesAreBytes() throws {
    let file = try ImportanceGolden.open("stats.gguf")
    #expect(file.entry(named: "enc.blk.1.gr\u{FC}\u{DF}e.weight") != nil)
    // the same text for Swift, other bytes
    #expect(file.entry(named: "enc.blk.1.gru\u{308}\u{DF}e.weight") == nil)
    #expect(try file.importance(for: "blk.0.attn_k.weight") == nil)
  }

  @Test func theNameOfTheFileDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    for (source, copy) in [("stats.gguf", "x.dat"), ("stats.dat", "x.gguf"), ("stats.dat", "x")] {
      let path = try folder.write(copy, try Golden.bytes("Importance/\(source)"))
      #expect(
        try ImportanceFile.open(path).usedBits() == ImportanceGolden.values(source))
    }
  }

  /// The count is rounded to binary32 before the division.
  @Test func largeCountsAreRoundedFirst() throws {
    var bytes = LegacyImportanceBytes(entries: 1)
    bytes.entry("w", calls: 16_777_217, values: [1, 3])
    let folder = try TemporaryFolder()
    let file = try ImportanceFile.open(try folder.write("x.dat", bytes.bytes))
    #expect(try file.importance(for: "w") == [Float(1) / 16_777_216, Float(3) / 16_777_216])
    #expect(file.entries[0].counts == [16_777_217])
  }

  @Test func countsAreRoundedHalfAwayFromZero() throws {
    var bytes = GGUFBytes()
    bytes.importanceKeys()
    bytes.entry("w", columns: 1, counts: [0.4, 0.5, 2.5], sums: [7, 8, 9])
    let folder = try TemporaryFolder()
    let file = try ImportanceFile.open(try folder.write("x.gguf", bytes.bytes()))
    #expect(file.entries[0].counts == [0, 1, 3])
    #expect(try file.importance(for: "w") == [1, 8, 3])
  }

  /// Sums in one row are cut by the counts; one count serves a stack of matrices.
  @Test func shapesThatThePeerReadsToo() throws {
    var bytes = GGUFBytes()
    bytes.importanceKeys()
    bytes.floats("flat.in_sum2", [6], [1, 2, 3, 4, 5, 6])
    bytes.floats("flat.counts", [3], [1, 2, 4])
    bytes.floats("stack.counts", [1, 1], [2])
    bytes.floats("stack.in_sum2", [2, 1, 3], [2, 4, 6, 8, 10, 12])
    let folder = try TemporaryFolder()
    let file = try ImportanceFile.open(try folder.write("x.gguf", bytes.bytes()))
    #expect(file.entries.map(\.name) == ["flat", "stack"])
    #expect(file.entries.map(\.columns) == [2, 6])
    #expect(try file.importance(for: "flat") == [1, 2, 1.5, 2, 1.25, 1.5])
    #expect(try file.importance(for: "stack") == [1, 2, 3, 4, 5, 6])
  }

  @Test func oddFilesOpenWithAWarning() throws {
    let folder = try TemporaryFolder()
    var bytes = GGUFBytes()
    bytes.importanceKeys(type: nil)
    bytes.entry("w", columns: 1, counts: [1], sums: [1])
    bytes.floats("w.in_sum", [1], [1])
    let file = try ImportanceFile.open(try folder.write("x.gguf", bytes.bytes()))
    #expect(file.entries.count == 1 && file.warnings.count == 2)
    #expect(file.warnings.contains { $0.contains("'general.type' is missing") })
    #expect(file.warnings.contains { $0.contains("such as 'w.in_sum'") })
  }
}
