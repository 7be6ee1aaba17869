import ByteIO
import Checkpoints
import Foundation
import Testing
import _TestSupport

/// Importance files with one defect each.
struct ImportanceHostileTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let code: CheckpointError.Code
    let text: String
    let bytes: [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ code: CheckpointError.Code, _ text: String, _ bytes: [UInt8]) {
      (self.name, self.code, self.text, self.bytes) = (name, code, text, bytes)
    }
    init(
      dat name: String, _ code: CheckpointError.Code, _ text: String, entries: Int32 = 2,
      _ build: (inout LegacyImportanceBytes) -> Void
    ) {
      var bytes = LegacyImportanceBytes(entries: entries)
      build(&bytes)
      self.init(name, code, text, bytes.bytes)
    }
    init(
      gguf name: String, _ code: CheckpointError.Code, _ text: String,
      _ build: (inout GGUFBytes) -> Void
    ) {
      var bytes = GGUFBytes()
      build(&bytes)
      self.init(name, code, text, bytes.bytes())
    }
    /// With the keys of an importance file.
    init(
      tensors name: String, _ code: CheckpointError.Code, _ text: String,
      _ build: (inout GGUFBytes) -> Void
    ) {
      self.init(gguf: name, code, text) {
        $0.importanceKeys()
        build(&$0)
      }
    }
  }

  static let legacy: [Case] = [
    .init("empty", .unrecognised, "takes 4 bytes, but 0 remain", []),
    .init("three bytes", .unrecognised, "takes 4 bytes, but 3 remain", [1, 0, 0]),
    .init("text", .unrecognised, "neither GGUF nor the legacy form", Array("{\"a\": 1}".utf8)),
    .init(dat: "no entries", .unrecognised, "0 entries", entries: 0) { $0.entry("a") },
    .init(dat: "negative entries", .unrecognised, "-1 entries", entries: -1) { $0.entry("a") },
    .init(dat: "too many entries", .unrecognised, "2147483647 entries", entries: .max) {
      $0.entry("a")
    },
    .init(dat: "one entry too many", .truncated, "entry 3 of 3", entries: 3) {
      $0.entry("a", values: [1, 2, 3, 4, 5, 6, 7, 8])
      $0.entry("b")
    },
    .init(dat: "empty first name", .unrecognised, "has 0 bytes; expected at least 1") {
      $0.entry("")
      $0.entry("b", values: [1, 2, 3])
    },
    .init(dat: "empty name", .header, "entry 2 of 2 has 0 bytes") {
      $0.entry("a", values: [1, 2, 3])
      $0.entry("")
    },
    .init(dat: "negative name length", .header, "has -5 bytes") {
      $0.entry("a")
      $0.entry(Array("b".utf8), length: -5)
    },
    .init(dat: "long name", .limit, "has 1025 bytes; at most 1024") {
      $0.entry("a")
      $0.entry([UInt8](repeating: 97, count: 1025))
    },
    .init(dat: "name beyond the end", .truncated, "takes 600 bytes, but") {
      $0.entry("a")
      $0.entry(Array("b".utf8), length: 600)
    },
    .init(dat: "name not UTF-8", .header, "entry 2 of 2 is not valid UTF-8") {
      $0.entry("a")
      $0.entry([0x62, 0xFF])
    },
    .init(dat: "name with NUL", .header, "holds a NUL") {
      $0.entry("a")
      $0.entry("b\0c")
    },
    .init(dat: "same name twice", .duplicate, "same name") {
      $0.entry("a")
      $0.entry("a")
    },
    .init(dat: "negative calls", .header, "-1 calls") {
      $0.entry("a")
      $0.entry("b", calls: -1)
    },
    .init(dat: "no values", .tensor, "0 values and 1 counts") {
      $0.entry("a")
      $0.entry("b", values: [])
      $0.number(0)
    },
    .init(dat: "negative number of values", .tensor, "-2147483648 values") {
      $0.entry("a")
      $0.entry(Array("b".utf8), count: .min)
    },
    .init(dat: "values beyond the end", .truncated, "400000 bytes, but 4 remain") {
      $0.entry("a")
      $0.entry(Array("b".utf8), count: 100_000)
    },
    .init(dat: "values beyond the limit", .limit, "2147483647 values") {
      $0.entry("a")
      $0.entry(Array("b".utf8), count: .max)
    },
    .init(dat: "cut chunks", .truncated, "the number of chunks takes 4 bytes, but 2 remain") {
      $0.entry("a")
      $0.entry("b")
      $0.bytes += [1, 0]
    },
    .init(dat: "negative chunks", .header, "-7 chunks") {
      $0.entry("a")
      $0.entry("b")
      $0.number(-7)
    },
    .init(dat: "cut data set", .truncated, "the name of the data set takes 9 bytes, but 2 remain") {
      $0.entry("a")
      $0.entry("b")
      $0.number(1)
      $0.number(9)
      $0.bytes += [97, 98]
    },
    .init(dat: "negative data set", .header, "data set has -1 bytes") {
      $0.entry("a")
      $0.entry("b")
      $0.number(1)
      $0.number(-1)
    },
    .init(dat: "data set not UTF-8", .header, "data set is not valid UTF-8") {
      $0.entry("a")
      $0.entry("b")
      $0.number(1)
      $0.number(1)
      $0.bytes += [0xC0]
    },
    .init(dat: "bytes after the end", .layout, "3 bytes follow the end") {
      $0.entry("a")
      $0.entry("b")
      $0.number(1)
      $0.number(0)
      $0.bytes += [0, 0, 0]
    },
  ]

  static let gguf: [Case] = [
    .init("only the magic", .truncated, "the version", Array("GGUF".utf8)),
    .init(gguf: "a model", .unrecognised, "found 'model'") {
      $0.key("general.type", type: 8, $0.text("model"))
      $0.floats("a", [1], [1])
    },
    .init(gguf: "no type", .unrecognised, "'general.type' to be 'imatrix', found none") {
      $0.floats("a", [1], [1])
    },
    .init(gguf: "type not text", .unrecognised, "found u32") {
      $0.key("general.type", type: 4, $0.number(UInt32(1)))
    },
    .init(
      gguf: "no datasets", .header, "'imatrix.datasets' must be an array of strings, found none"
    ) {
      $0.importanceKeys(datasets: false)
      $0.entry("a", columns: 1, counts: [1], sums: [1])
    },
    .init(gguf: "datasets not texts", .header, "'imatrix.datasets' must be an array of strings") {
      $0.importanceKeys(datasets: false)
      $0.key("imatrix.datasets", type: 8, $0.text("d"))
      $0.entry("a", columns: 1, counts: [1], sums: [1])
    },
    .init(gguf: "no chunk count", .header, "'imatrix.chunk_count' must be a u32, found none") {
      $0.importanceKeys(chunkCount: false)
      $0.entry("a", columns: 1, counts: [1], sums: [1])
    },
    .init(gguf: "no chunk size", .header, "'imatrix.chunk_size' must be a u32, found none") {
      $0.importanceKeys(chunkSize: false)
      $0.entry("a", columns: 1, counts: [1], sums: [1])
    },
    .init(gguf: "chunk size of another type", .header, "must be a u32, found i32") {
      $0.importanceKeys(chunkSize: false)
      $0.key("imatrix.chunk_size", type: 5, $0.number(UInt32(512)))
      $0.entry("a", columns: 1, counts: [1], sums: [1])
    },
    .init(tensors: "no tensors", .header, "no entries") { _ in },
    .init(tensors: "no entries", .header, "no entries") { $0.floats("a", [1], [1]) },
    .init(tensors: "counts alone", .tensor, "expected a tensor 'a.in_sum2' beside it") {
      $0.floats("a.counts", [1], [1])
    },
    .init(tensors: "sums alone", .tensor, "expected a tensor 'a.counts' beside it") {
      $0.floats("a.in_sum2", [1], [1])
    },
    .init(tensors: "no name", .header, "the name of an entry has 1 to") {
      $0.entry("", columns: 1, counts: [1], sums: [1])
    },
    .init(tensors: "two of a name", .duplicate, "same name") {
      $0.entry("a", columns: 1, counts: [1], sums: [1])
      $0.floats("a.in_sum2", [1], [1])
    },
    .init(tensors: "sums of another type", .tensor, "expected f32, found i32") {
      $0.floats("a.in_sum2", [1], [1], type: 26)
      $0.floats("a.counts", [1], [1])
    },
    .init(tensors: "counts of another type", .tensor, "expected f32, found i32") {
      $0.floats("a.in_sum2", [1], [1])
      $0.floats("a.counts", [1], [1], type: 26)
    },
    .init(tensors: "not a multiple", .tensor, "5 values are not a multiple of the 2 counts") {
      $0.floats("a.in_sum2", [5], [1, 2, 3, 4, 5])
      $0.floats("a.counts", [2], [1, 1])
    },
    .init(tensors: "shapes do not fit", .tensor, "shape [2, 3] do not fit 3 counts") {
      $0.floats("a.in_sum2", [3, 2], [1, 2, 3, 4, 5, 6])
      $0.floats("a.counts", [1, 3], [1, 1, 1])
    },
    .init(tensors: "no values", .tensor, "0 values and 1 counts") {
      $0.floats("a.in_sum2", [0], [])
      $0.floats("a.counts", [1], [1])
    },
    .init(tensors: "no counts", .tensor, "1 values and 0 counts") {
      $0.floats("a.in_sum2", [1], [1])
      $0.floats("a.counts", [0], [])
    },
    .init(tensors: "negative count", .value, "the count of expert 1 is -1.0") {
      $0.entry("a", columns: 1, counts: [1, -1], sums: [1, 1])
    },
    .init(tensors: "count NaN", .value, "the count of expert 0 is nan") {
      $0.entry("a", columns: 1, counts: [.nan], sums: [1])
    },
    .init(tensors: "count infinite", .value, "the count of expert 0 is inf") {
      $0.entry("a", columns: 1, counts: [.infinity], sums: [1])
    },
    .init(tensors: "data beyond the end", .truncated, "takes 2147483648 bytes") {
      $0.tensor("a.in_sum2", type: 0, ne: [1 << 29], bytes: [0, 0, 0, 0])
    },
  ]

  @Test(arguments: legacy + gguf)
  func isRefused(_ item: Case) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x", item.bytes)
    let error = try #require(throws: CheckpointError.self) { try ImportanceFile.open(path) }
    #expect(error.code == item.code, "\(error)")
    #expect(error.message.contains(item.text), "\(error)")
    #expect(error.place.file == path)
    #expect(error.exitStatus == .malformed)
  }

  /// Files that claim nearly all of a huge sparse file are refused before anything is allocated.
  @Test func hugeClaimsAreRefused() throws {
    var dat = LegacyImportanceBytes(entries: 1)
    dat.entry(Array("a".utf8), count: 1 << 28)
    var gguf = GGUFBytes()
    gguf.importanceKeys()
    gguf.tensor("a.in_sum2", type: 0, ne: [1 << 28], bytes: [])
    gguf.tensor("a.counts", type: 0, ne: [1], offset: 1 << 30, bytes: [])
    let folder = try TemporaryFolder()
    for bytes in [dat.bytes, gguf.bytes()] {
      let path = try folder.write("x", bytes)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.truncate(atOffset: 1 << 34)
      try handle.close()
      let error = try #require(throws: CheckpointError.self) { try ImportanceFile.open(path) }
      #expect(error.code == .limit && error.message.contains("at most 134217728"), "\(error)")
    }
  }

  @Test func aMissingFileIsNoInput() throws {
    let error = try #require(throws: CheckpointError.self) {
      try ImportanceFile.open("/nonexistent/imatrix.gguf")
    }
    #expect(error.code == .io && error.exitStatus == .noInput)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, -1])
  func valuesThatAreNoSumsAreRefused(_ value: Float) throws {
    var gguf = GGUFBytes()
    gguf.importanceKeys()
    gguf.entry("w", columns: 3, counts: [1, 1], sums: [0, 1, 2, 3, value, 5])
    var dat = LegacyImportanceBytes(entries: 1)
    dat.entry("w", values: [0, 1, 2, 3, value, 5])
    let folder = try TemporaryFolder()
    for (bytes, position) in [
      (gguf.bytes(), "expert 1, column 1 is"), (dat.bytes, "expert 0, column 4 is"),
    ] {
      let path = try folder.write("x", bytes)
      let file = try ImportanceFile.open(path)
      let error = try #require(throws: CheckpointError.self) { try file.importance(for: "w") }
      #expect(error.code == .value && error.message.contains(position), "\(error)")
      #expect(error.place.file == path && error.place.tensor == "w")
      let offset = Int(try #require(error.place.byteOffset))
      #expect(
        bytes[offset..<offset + 4].elementsEqual(
          withUnsafeBytes(of: value.bitPattern) { Array($0) }))
      // nothing is written of it, and what was begun is gone
      for format in ImportanceFormat.allCases {
        let target = folder.path("out")
        let error = try #require(throws: CheckpointError.self) {
          try file.write(to: target, format: format)
        }
        #expect(error.code == .value)
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == ["x"])
      }
    }
  }

  /// Good files cut and damaged all over open or are refused, nothing else.
  @Test(arguments: ["stats.gguf", "stats-big-endian.gguf", "stats.dat", "no-tail.dat"])
  func damagedFilesNeverTrap(_ name: String) throws {
    let folder = try TemporaryFolder()
    let good = try Golden.bytes("Importance/\(name)")
    let path = folder.path("x")
    func attempt(_ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(filePath: path))
      do throws(CheckpointError) {
        let file = try ImportanceFile.open(path)
        for entry in file.entries { _ = try? entry.importance() }
        _ = try file.check(against: [("output.weight", [2, 33])])
      } catch {
        #expect([65, 69].contains(error.exitStatus.rawValue), "\(error)")
      }
    }
    for count in stride(from: 0, to: good.count, by: 7) { try attempt(Array(good[..<count])) }
    for position in stride(from: 0, to: good.count, by: good.count > 2000 ? 5 : 1) {
      for mask: UInt8 in [0x01, 0xFF] {
        var bytes = good
        bytes[position] ^= mask
        try attempt(bytes)
      }
    }
  }
}
