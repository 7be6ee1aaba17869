import ByteIO
import Checkpoints
import Documents
import Failures
import Foundation
import Tensors
import Testing
import _TestSupport

/// Checkpoints in several files.
struct GGUFSplitTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Writes the test tensors as a split of at most four tensors a shard.
  func write(
    _ change: (inout WriteRequest) -> Void = { $0.maxShardTensors = 4 }
  ) throws -> [String] {
    var request = GGUFWritingTests.request()
    change(&request)
    return try GGUFFormat.layOut(request).map {
      try folder.write($0.name, $0.bytes(GGUFWritingTests.data))
    }
  }

  @Test func splitsAreReadWhole() throws {
    let paths = try write()
    #expect(
      paths.map { URL(filePath: $0).lastPathComponent } == [
        "model-00001-of-00003.gguf", "model-00002-of-00003.gguf", "model-00003-of-00003.gguf",
      ])
    for path in paths {
      let reader = try GGUFFormat.open(path, pool: FilePool(capacity: 1))
      #expect(reader.files == paths)
      #expect(reader.metadata == GGUFWritingTests.metadata)
      #expect(reader.warnings == [])
      #expect(reader.tensors.map(\.name) == GGUFWritingTests.tensors.map(\.name))
      #expect(reader.tensors.map(\.fileIndex) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
      for index in reader.tensors.indices {
        #expect(try reader.content(index) == GGUFWritingTests.data[index])
        #expect(reader.extent(ofTensor: index)?.path == paths[reader.tensors[index].fileIndex])
      }
    }
  }

  @Test func aShardAloneKeepsItsKeys() throws {
    let paths = try write()
    let reader = try GGUFFormat.openPhysical(paths[1], pool: FilePool())
    #expect(Array(reader.metadata.keys) == ["split.no", "split.tensors.count", "split.count"])
    #expect(reader.metadata["split.no"] == .u16(1))
    #expect(reader.metadata["split.count"] == .u16(3))
    #expect(reader.metadata["split.tensors.count"] == .i32(11))
    #expect(reader.tensors.count == 4)
    let first = try GGUFFormat.openPhysical(paths[0], pool: FilePool())
    #expect(first.metadata.count == GGUFWritingTests.metadata.count + 3)
  }

  /// The peer's split reads the same, and ours differs from it only in the order of two keys.
  @Test func thePeersSplitIsTheSame() throws {
    let names = (1...3).map { "split-0000\($0)-of-00003.gguf" }
    for name in names { _ = try folder.write(name, try Golden.bytes("FileFormats/gguf/\(name)")) }
    let theirs = try GGUFFormat.open(folder.path(names[2]), pool: FilePool())
    let ours = try GGUFFormat.open(try write()[0], pool: FilePool())
    #expect(theirs.metadata == ours.metadata)
    #expect(theirs.tensors == ours.tensors)
    for index in ours.tensors.indices {
      #expect(try theirs.content(index) == ours.content(index))
    }
  }

  /// llama-gguf-split's files, byte for byte: by number of tensors and by size.
  @Test func splitsEqualThePeersByteForByte() throws {
    let cases: [(String, String, Int, (inout WriteRequest) -> Void)] = [
      ("order-little", "by-number", 3, { $0.maxShardTensors = 4 }),
      ("sizes", "by-size", 5, { $0.maxShardBytes = 1_000_000 }),
    ]
    for (source, target, count, limit) in cases {
      let path = try folder.write(
        "\(source).gguf", try Golden.bytes("FileFormats/gguf/\(source).gguf"))
      let reader = try GGUFFormat.open(path, pool: FilePool())
      var request = WriteRequest(
        tensors: reader.tensors.map {
          .init(name: $0.name, encoding: $0.encoding, shape: $0.shape)
        },
        metadata: reader.metadata, fileName: "\(target).gguf")
      limit(&request)
      let data = try reader.tensors.indices.map { try reader.content($0) }
      let plan = try GGUFFormat.layOut(request)
      #expect(plan.count == count)
      for file in plan {
        #expect(
          file.bytes(data) == (try Golden.bytes("FileFormats/gguf/\(file.name)")), "\(file.name)")
      }
    }
  }

  @Test func shardsEndBeforeTheirLimit() throws {
    // padded sizes: 32 32 32 32 64 32 32 160 64 160 64
    let paths = try write { $0.maxShardBytes = 96 }
    let counts = try paths.map { try GGUFFormat.openPhysical($0, pool: FilePool()).tensors.count }
    #expect(counts == [3, 2, 2, 1, 1, 1, 1])
    #expect(try GGUFFormat.open(paths[6], pool: FilePool()).tensors.count == 11)
  }

  @Test func whatFitsOneShardIsOneFile() throws {
    let paths = try write {
      $0.maxShardBytes = 1 << 20
      $0.maxShardTensors = 11
    }
    #expect(paths.map { URL(filePath: $0).lastPathComponent } == ["model.gguf"])
    #expect(
      try GGUFFormat.openPhysical(paths[0], pool: FilePool()).metadata == GGUFWritingTests.metadata)
  }

  @Test func everyShardHasTheAlignment() throws {
    let paths = try write {
      $0.metadata["general.alignment"] = .u32(64)
      $0.maxShardTensors = 4
    }
    for path in paths {
      let reader = try GGUFFormat.openPhysical(path, pool: FilePool())
      #expect(reader.metadata["general.alignment"] == .u32(64))
      #expect(reader.tensors.allSatisfy { $0.fileOffset % 64 == 0 })
      #expect(reader.warnings == [])
    }
    #expect(
      try GGUFFormat.open(paths[2], pool: FilePool()).metadata["general.alignment"] == .u32(64))
  }

  func refusal(_ path: String) throws -> CheckpointError {
    try #require(throws: CheckpointError.self) { _ = try GGUFFormat.open(path, pool: FilePool()) }
  }

  @Test func aMissingShardIsNamed() throws {
    let paths = try write()
    try FileManager.default.removeItem(atPath: paths[1])
    for path in [paths[0], paths[2]] {
      let error = try refusal(path)
      #expect(error.code == .missingShard && error.exitStatus == .noInput)
      #expect(error.place.file == paths[1])
      #expect(error.message.contains("shard 2 of 3 is missing"))
    }
  }

  @Test func aRenamedShardSaysWhatItsNameMustBe() throws {
    let paths = try write()
    let other = folder.path("other.gguf")
    try FileManager.default.moveItem(atPath: paths[1], toPath: other)
    let error = try refusal(other)
    #expect(error.code == .index)
    #expect(error.message.contains("'NAME-00002-of-00003.gguf'"))
  }

  @Test func shardsOfOtherSplitsAreRefused() throws {
    let paths = try write()
    let original = try Data(contentsOf: URL(filePath: paths[1]))
    func replace(_ bytes: Data) throws { try bytes.write(to: URL(filePath: paths[1])) }

    try replace(try Data(contentsOf: URL(filePath: paths[2])))
    #expect(try refusal(paths[0]).message.contains("found shard 3 of 3 with 11 tensors"))

    try replace(Data(GGUFBytes().bytes()))
    #expect(try refusal(paths[0]).message.contains("found a file that is no shard"))

    var keys = GGUFBytes()
    keys.key("split.no", type: 2, keys.number(UInt16(1)))
    keys.key("split.tensors.count", type: 5, keys.number(Int32(11)))
    keys.key("split.count", type: 2, keys.number(UInt16(3)))
    try replace(Data(keys.bytes()))
    let short = try refusal(paths[0])
    #expect(short.code == .index)
    #expect(short.message.contains("says 11 tensors, the 3 shards hold 7"))

    for name in ["one", "two", "three"] {
      keys.tensor(name, type: 24, ne: [1], bytes: [1])
    }
    keys.tensor("f32", type: 24, ne: [1], bytes: [1])
    try replace(Data(keys.bytes()))
    let twice = try refusal(paths[0])
    #expect(twice.code == .duplicate && twice.place.tensor == "f32")

    try replace(original)
    #expect(try GGUFFormat.open(paths[0], pool: FilePool()).tensors.count == 11)
  }

  @Test func wrongKeysAreRefused() throws {
    func file(_ change: (inout GGUFBytes) -> Void) throws -> String {
      var bytes = GGUFBytes()
      change(&bytes)
      return try folder.write("x-00001-of-00002.gguf", bytes.bytes())
    }
    let count = try refusal(try file { $0.key("split.count", type: 4, $0.number(UInt32(2))) })
    #expect(
      count.code == .index && count.message.contains("'split.count' of a shard must be a u16"))
    let number = try refusal(try file { $0.key("split.count", type: 2, $0.number(UInt16(2))) })
    #expect(
      number.message.contains(
        "'split.no' of a shard must be a u16 below the count of 2, found none"))
    let total = try refusal(
      try file {
        $0.key("split.count", type: 2, $0.number(UInt16(2)))
        $0.key("split.no", type: 2, $0.number(UInt16(0)))
      })
    #expect(total.message.contains("'split.tensors.count'"))
  }

  /// llama-gguf-split leaves a count of 0 in merged files.
  @Test func aMergedFileIsNoSplit() throws {
    var bytes = GGUFBytes()
    bytes.key("split.count", type: 2, bytes.number(UInt16(0)))
    let path = try folder.write("merged.gguf", bytes.bytes())
    #expect(try GGUFFormat.open(path, pool: FilePool()).metadata["split.count"] == .u16(0))
  }

  @Test func keysOfLaterShardsAreKept() throws {
    for number in 0..<2 {
      var bytes = GGUFBytes()
      bytes.key("split.no", type: 2, bytes.number(UInt16(number)))
      bytes.key("split.tensors.count", type: 5, bytes.number(Int32(0)))
      bytes.key("split.count", type: 2, bytes.number(UInt16(2)))
      bytes.key("same", type: 0, [1])
      bytes.key("differs", type: 0, [UInt8(number)])
      if number == 1 { bytes.key("new", type: 0, [2]) }
      _ = try folder.write("x-0000\(number + 1)-of-00002.gguf", bytes.bytes())
    }
    let reader = try GGUFFormat.open(folder.path("x-00002-of-00002.gguf"), pool: FilePool())
    #expect(reader.metadata == ["same": .u8(1), "differs": .u8(0), "new": .u8(2)])
    #expect(reader.warnings.count == 1 && reader.warnings[0].contains("'differs'"))
  }
}
