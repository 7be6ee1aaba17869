import ByteIO
import Checkpoints
import Foundation
import Testing
import _TestSupport

struct ImportanceWritingTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  func written(_ file: ImportanceFile, _ format: ImportanceFormat) throws -> [UInt8] {
    let path = folder.path("out-\(UUID().uuidString)")
    try file.write(to: path, format: format, sync: false)
    return [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  /// The bytes are those of the peer, from the same form and from the other.
  @Test(arguments: [
    ("stats.gguf", ImportanceFormat.gguf, "stats.gguf"),
    ("stats-big-endian.gguf", .gguf, "stats.gguf"), ("stats.gguf", .legacy, "stats.dat"),
    ("stats-big-endian.gguf", .legacy, "stats.dat"), ("stats.dat", .legacy, "stats.dat"),
    ("stats.dat", .gguf, "back.gguf"), ("back.gguf", .gguf, "back.gguf"),
  ])
  func bytesAreThoseOfThePeer(
    _ source: String, _ format: ImportanceFormat, _ expected: String
  ) throws {
    let bytes = try written(try ImportanceGolden.open(source), format)
    #expect(bytes == (try Golden.bytes("Importance/\(expected)")))
  }

  @Test func theOlderFormKeepsTheUsedValues() throws {
    for name in ["stats.dat", "no-tail.dat", "chunks-only.dat", "no-dataset.dat"] {
      let file = try ImportanceGolden.open(name)
      for format in ImportanceFormat.allCases {
        let path = folder.path("\(name)-\(format)")
        try file.write(to: path, format: format, sync: false)
        #expect(try ImportanceFile.open(path).usedBits() == ImportanceGolden.values(name))
      }
    }
  }

  /// The older form multiplies what it divides later: exact for a power of two, else at most one
  /// unit in the last place off.
  @Test func theWayToTheOlderFormAndBack() throws {
    let file = try ImportanceGolden.open("stats.gguf")
    let path = folder.path("x.dat")
    try file.write(to: path, format: .legacy, sync: false)
    let other = try ImportanceFile.open(path)
    for entry in other.entries {
      let before = try #require(try file.importance(for: entry.name))
      let after = try entry.importance()
      #expect(before.count == after.count)
      let calls = entry.counts[0]
      for (a, b) in zip(before, after) {
        if calls & (calls - 1) == 0 {
          #expect(a.bitPattern == b.bitPattern)
        } else {
          #expect(abs(Int64(a.bitPattern) - Int64(b.bitPattern)) <= 1)
        }
      }
    }
  }

  @Test func whatIsLostIsSaid() throws {
    let stats = try ImportanceGolden.open("stats.gguf")
    let notes = try stats.write(to: folder.path("a"), format: .legacy)
    #expect(notes.count == 4, "\(notes)")
    #expect(notes[0].contains("1 entries without data are left out, such as 'blk.2.ffn_up_exps"))
    #expect(notes[1].contains("1 entries lose the counts of their experts"))
    #expect(notes[2].contains("'blk.0.ffn_down_exps.weight'; their values are written as 1"))
    #expect(notes[3].contains("of 2 data sets the last"))
    #expect(try stats.write(to: folder.path("b"), format: .gguf) == [])
    let legacy = try ImportanceGolden.open("stats.dat")
    #expect(try legacy.write(to: folder.path("c"), format: .legacy) == [])
    let toGGUF = try legacy.write(to: folder.path("d"), format: .gguf)
    #expect(toGGUF.count == 1 && toGGUF[0].contains("512 for each"))
  }

  /// Statistics in memory; more values than are written at a time; names out of order.
  @Test func statisticsInMemoryAreWritten() throws {
    let big = (0..<200_000).map { Float($0) }
    let file = try ImportanceFile(
      entries: [
        ImportanceEntry(name: "z", counts: [4, 2], sums: big),
        ImportanceEntry(name: "a", counts: [3], sums: [1, 2, 3]),
      ], datasets: ["d"], chunkCount: 1, chunkSize: 2)
    #expect(try file.importance(for: "z")?[150_000] == 75_000)
    for format in ImportanceFormat.allCases {
      let path = folder.path("\(format)")
      try file.write(to: path, format: format)
      let read = try ImportanceFile.open(path)
      #expect(read.entries.map(\.name) == ["a", "z"])
      #expect(read.datasets == ["d"] && read.chunkCount == 1)
      #expect(read.chunkSize == (format == .gguf ? 2 : nil))
      #expect(try read.importance(for: "a") == file.importance(for: "a"))
      #expect(try read.importance(for: "z") == file.importance(for: "z"))
    }
  }

  @Test func numbersThatDoNotFitAreRefused() throws {
    #expect(throws: CheckpointError.self) {
      try ImportanceEntry(name: "a", counts: [1, 1], sums: [1, 2, 3])
    }
    #expect(throws: CheckpointError.self) { try ImportanceEntry(name: "", counts: [1], sums: [1]) }
    #expect(throws: CheckpointError.self) { try ImportanceEntry(name: "a", counts: [], sums: []) }
    #expect(throws: CheckpointError.self) {
      try ImportanceEntry(name: "a", counts: [-1], sums: [1])
    }
    let nan = try #require(throws: CheckpointError.self) {
      try ImportanceEntry(name: "a", counts: [1], sums: [.nan])
    }
    #expect(nan.code == .value)
    let entry = try ImportanceEntry(name: "a", counts: [1], sums: [1])
    let twice = try #require(throws: CheckpointError.self) {
      try ImportanceFile(entries: [entry, entry], datasets: [], chunkCount: 1, chunkSize: 1)
    }
    #expect(twice.code == .duplicate)
  }

  /// What a form has no room for is refused, and leaves nothing behind.
  @Test func whatAFormCannotHoldIsRefused() throws {
    func file(
      _ name: String = "a", counts: [Int64] = [1], sums: [Float] = [1], chunks: Int = 1,
      size: Int = 1
    ) throws -> ImportanceFile {
      try ImportanceFile(
        entries: [ImportanceEntry(name: name, counts: counts, sums: sums)], datasets: [],
        chunkCount: chunks, chunkSize: size)
    }
    let none = try ImportanceFile(entries: [], datasets: [], chunkCount: 1, chunkSize: 1)
    var huge = LegacyImportanceBytes(entries: 1)
    huge.entry("a", values: [.greatestFiniteMagnitude])
    let dat = try ImportanceFile.open(try folder.write("source", huge.bytes))
    for (file, format, text) in [
      (none, .gguf, "no entries"), (none, .legacy, "no entries"),
      (try file(String(repeating: "n", count: 56)), .gguf, "at most 55 bytes, found 56"),
      (try file(counts: [0]), .legacy, "all counts are 0"),
      (try file(counts: [1 << 40]), .legacy, "1099511627776 chunks; the legacy form"),
      (try file(chunks: 1 << 33), .legacy, "number of chunks of 8589934592"),
      (try file(chunks: -1), .gguf, "number of chunks of -1"),
      (try file(size: 1 << 33), .gguf, "size of chunks of 8589934592"),
      (
        try file(counts: [1, 3], sums: [.greatestFiniteMagnitude, 1]), .legacy, "exceeds binary32"
      ),
      (dat, .gguf, "expert 0, column 0 exceeds binary32"),
    ] as [(ImportanceFile, ImportanceFormat, String)] {
      let error = try #require(throws: CheckpointError.self) {
        try file.write(to: folder.path("x"), format: format)
      }
      #expect(error.code == .cannotHold && error.message.contains(text), "\(error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == ["source"])
    }
    // the longest name fits
    let long = try file(String(repeating: "n", count: 55))
    try long.write(to: folder.path("long"), format: .gguf)
    #expect(try ImportanceFile.open(folder.path("long")).entries[0].name.utf8.count == 55)
  }

  @Test func anOutputThatIsThereStays() throws {
    let file = try ImportanceGolden.open("stats.gguf")
    let path = try folder.write("x", [1, 2, 3])
    let error = try #require(throws: CheckpointError.self) {
      try file.write(to: path, format: .gguf)
    }
    #expect(error.exitStatus == .cannotCreate)
    #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == [1, 2, 3])
    try file.write(to: path, format: .gguf, replace: true)
    let now = [UInt8](try Data(contentsOf: URL(filePath: path)))
    #expect(try now == Golden.bytes("Importance/stats.gguf"))
    // reading and writing the same file is refused
    let own = try ImportanceFile.open(path)
    let link = folder.path("link")
    try FileManager.default.linkItem(atPath: path, toPath: link)
    for target in [path, link] {
      let error = try #require(throws: CheckpointError.self) {
        try own.write(to: target, format: .legacy, replace: true)
      }
      #expect(error.code == .choice && error.exitStatus == .usage)
    }
  }

  @Test func aSourceThatChangesIsAnError() throws {
    let path = try folder.write("x", try Golden.bytes("Importance/stats.dat"))
    let file = try ImportanceFile.open(path)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 5000)
    try handle.close()
    let error = try #require(throws: CheckpointError.self) {
      try file.write(to: folder.path("y"), format: .legacy)
    }
    #expect(error.exitStatus == .inputOutput)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == ["x"])
  }
}
