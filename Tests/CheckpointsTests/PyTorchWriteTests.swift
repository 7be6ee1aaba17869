import ByteIO
import Failures
import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Checkpoints

@Suite struct PyTorchWriteTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Every type that torch can hold, every rank up to 4, an empty and a single tensor, aliases.
  static let tensors: [WriteRequest.Tensor] = {
    let shapes: [Shape] = [[3, 5], [7], [2, 3, 4], [2, 1, 3, 2]]
    var result = ScalarType.all.filter { PyTorch.canHold(Encoding($0)) }.enumerated().map {
      WriteRequest.Tensor(
        name: "type.\($1.name)", encoding: Encoding($1), shape: shapes[$0 % shapes.count])
    }
    let f32 = Encoding(.f32)
    result += [
      .init(name: "single", encoding: f32, shape: []),
      .init(name: "empty", encoding: f32, shape: [0, 4]),
      .init(name: "tied.a", encoding: f32, shape: [4, 6], aliasGroup: 1),
      .init(name: "unicode.имя.重み", encoding: Encoding(.i16), shape: [2]),
      .init(name: "tied.b", encoding: f32, shape: [4, 6], aliasGroup: 1),
      .init(name: "tied.other_type", encoding: Encoding(.bf16), shape: [4, 6], aliasGroup: 1),
      .init(name: "large", encoding: Encoding(.u8), shape: [300, 300]),
    ]
    return result
  }()

  /// Content of a tensor, the same on every run; truths are 0 or 1.
  static func data(_ index: Int) -> [UInt8] {
    let tensor = tensors[index]
    let count = tensor.encoding.byteCount(tensor.shape) ?? 0
    if tensor.encoding == Encoding(.bool) { return (0..<count).map { UInt8($0 % 3 == 0 ? 1 : 0) } }
    let seed = tensor.aliasGroup.map { $0 + 100 } ?? index
    return (0..<count).map {
      UInt8(truncatingIfNeeded: ($0 &* 7 &+ seed &* 31 &+ 5) ^ ($0 >> 3))
    }
  }

  static func request(_ fileName: String, maxShardBytes: UInt64? = nil) -> WriteRequest {
    WriteRequest(
      tensors: tensors, metadata: [:], fileName: fileName, maxShardBytes: maxShardBytes)
  }

  private func checkContent(_ reader: any CheckpointReader) throws -> Set<String> {
    for (index, tensor) in reader.tensors.enumerated() {
      let position = try #require(Self.tensors.firstIndex { $0.name == tensor.name })
      #expect(tensor.encoding == Self.tensors[position].encoding)
      #expect(tensor.shape == Self.tensors[position].shape)
      #expect(try PyTorchTestFiles.content(reader, index) == Self.data(position))
      let extent = try #require(reader.extent(ofTensor: index))
      #expect(extent.offset % 64 == 0)
    }
    return Set(reader.tensors.map(\.name))
  }

  @Test func oneFileComesBack() throws {
    let plans = try PyTorch.layOut(Self.request("pytorch_model.bin"))
    #expect(plans.map(\.name) == ["pytorch_model.bin"])
    let path = try PyTorchTestFiles.write(plans[0], to: folder, data: Self.data)
    let reader = try PyTorch.open(path, pool: FilePool())
    #expect(try checkContent(reader) == Set(Self.tensors.map(\.name)))
    #expect(reader.tensors.map(\.name) == Self.tensors.map(\.name))
    #expect(reader.warnings.isEmpty)
    #expect(
      Set(reader.tensors.filter { $0.sharedStorage != nil }.map(\.name)) == ["tied.a", "tied.b"])
    let aliased = try #require(Self.tensors.firstIndex { $0.name == "tied.b" })
    #expect(!plans[0].extents.contains { $0.tensor == aliased })
  }

  @Test func nothingOverlapsAndChecksumsHaveTheirPlaces() throws {
    let plan = try PyTorch.layOut(Self.request("pytorch_model.bin"))[0]
    let runs =
      (plan.segments.map { ($0.offset, UInt64($0.bytes.count)) }
      + plan.extents.map { ($0.offset, UInt64($0.byteCount)) }).filter { $0.1 > 0 }
      .sorted { $0.0 < $1.0 }
    for (a, b) in zip(runs, runs.dropFirst()) { #expect(a.0 + a.1 == b.0) }
    #expect(runs.last.map { $0.0 + $0.1 } == plan.size)
    #expect(plan.slots.count == 2 * plan.extents.count)
    // Python's zipfile checks the sums of what the slots hold; here: the directory's copy.
    let path = try PyTorchTestFiles.write(plan, to: folder, data: Self.data)
    let file = try RandomAccessFile(path)
    for member in try ZipDirectory(file).members {
      let start = try ZipDirectory(file).dataOffset(of: member, in: file)
      #expect(CRC32.of(try file.read(count: Int(member.size), at: start)) == member.checksum)
    }
  }

  @Test func shardsAndTheirIndex() throws {
    let plans = try PyTorch.layOut(Self.request("pytorch_model.bin", maxShardBytes: 300))
    let count = plans.count - 1
    #expect(count > 3)
    #expect(plans[0].name == "pytorch_model-00001-of-0000\(count).bin")
    #expect(plans[count].name == "pytorch_model.bin.index.json")
    var names: Set<String> = []
    for plan in plans {
      let path = try PyTorchTestFiles.write(plan, to: folder, data: Self.data)
      guard plan.name.hasSuffix(".bin") else { continue }
      let part = try checkContent(PyTorch.open(path, pool: FilePool()))
      #expect(names.isDisjoint(with: part))
      #expect(part.contains("tied.a") == part.contains("tied.b"))
      names.formUnion(part)
    }
    #expect(names == Set(Self.tensors.map(\.name)))
    let reader = try PyTorch.open(folder.path("pytorch_model.bin.index.json"), pool: FilePool())
    #expect(try checkContent(reader) == names)
    #expect(reader.warnings.isEmpty)
  }

  /// The same shards as Transformers made of the same tensors, where no tensor exceeds the limit.
  @Test(arguments: [("bloom", 90_000), ("llama", 70_000)] as [(String, UInt64)])
  func shardsAreThoseOfTransformers(_ model: String, _ limit: UInt64) throws {
    let container = try #require(
      PyTorchTestFiles.manifest.containers.first { $0.model == model })
    let bundle = try PyTorchTestFiles.golden("containers/\(model).bundle")
    for file in container.files where file.layout != "legacy" {
      _ = try folder.write(file.name, Array(bundle[file.offset..<file.offset + file.bytes]))
    }
    let single = try PyTorch.open(folder.path("pytorch_model.bin"), pool: FilePool())
    let theirs = try ShardIndex.read(
      folder.path("pytorch_model.bin.index.json"), pool: FilePool())
    let plans = try PyTorch.layOut(
      WriteRequest(
        tensors: single.tensors.map {
          .init(name: $0.name, encoding: $0.encoding, shape: $0.shape)
        }, metadata: [:], fileName: "pytorch_model.bin", maxShardBytes: limit))
    #expect(
      plans.dropLast().map(\.name) == theirs.shards.map { URL(filePath: $0).lastPathComponent })
    let index = try folder.write("ours.index.json", try #require(plans.last?.segments.first).bytes)
    let ours = try ShardIndex.read(index, pool: FilePool())
    for (name, shard) in theirs.weightMap { #expect(ours.weightMap[name] == shard, "\(name)") }
  }

  @Test func refusals() throws {
    func code(_ tensors: [WriteRequest.Tensor]) -> CheckpointError.Code? {
      do throws(CheckpointError) {
        _ = try PyTorch.layOut(WriteRequest(tensors: tensors, metadata: [:], fileName: "x.bin"))
        return nil
      } catch { return error.code }
    }
    let f32 = Encoding(.f32)
    let block = Encoding(name: "q8_0", blockElements: 32, blockBits: 272)
    #expect(code([.init(name: "a", encoding: block, shape: [32])]) == .cannotHold)
    #expect(code([.init(name: "a", encoding: Encoding(.f4e2m1), shape: [2])]) == .cannotHold)
    #expect(
      code([.init(name: "a", encoding: f32, shape: [Int.max, Int.max])]) == .cannotHold)
    let twice = WriteRequest.Tensor(name: "a", encoding: f32, shape: [2])
    #expect(code([twice, twice]) == .duplicate)
    #expect(code([twice]) == nil)
    #expect(!PyTorch.canHold(Encoding(.f6e2m3)))
  }

  /// Three storages, the second beyond 4 GiB, the third behind it: on the disk as a sparse file.
  @Test func beyondFourGiB() throws {
    let shapes: [Shape] = [[5], [1_342_177_280], [3, 2]]
    let request = WriteRequest(
      tensors: shapes.enumerated().map {
        .init(name: "t\($0)", encoding: Encoding(.f32), shape: $1)
      }, metadata: [:], fileName: "big.bin")
    let plan = try #require(try PyTorch.layOut(request).first)
    #expect(plan.extents.map(\.byteCount) == [20, 5_368_709_120, 24])
    #expect(plan.extents[2].offset > 5_368_709_120)
    #expect(plan.extents.allSatisfy { $0.offset % 64 == 0 })
    let path = folder.path(plan.name)
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: plan.size)
    for segment in plan.segments {
      try handle.seek(toOffset: segment.offset)
      try handle.write(contentsOf: segment.bytes)
    }
    try handle.seek(toOffset: plan.extents[2].offset)
    try handle.write(contentsOf: Array(1...24))
    try handle.seek(toOffset: plan.extents[1].offset + 5_368_709_116)
    try handle.write(contentsOf: [9, 8, 7, 6])
    try handle.close()
    let reader = try PyTorch.open(path, pool: FilePool())
    #expect(reader.tensors.map(\.shape) == shapes)
    #expect(reader.tensors.map(\.fileOffset) == plan.extents.map(\.offset))
    #expect(try PyTorchTestFiles.content(reader, 2) == Array(1...24))
    let tail = try PyTorchTestFiles.content(reader, 1, 5_368_709_116..<5_368_709_120)
    #expect(tail == [9, 8, 7, 6])
    let end = try ZipDirectoryEnd(RandomAccessFile(path))
    #expect(end.count == 8 && end.offset > 5_368_709_120)
  }

  @Test func manyMembersNeedZip64() throws {
    let request = WriteRequest(
      tensors: (0..<70_000).map {
        .init(name: "t.\($0)", encoding: Encoding(.u8), shape: [1])
      }, metadata: [:], fileName: "many.bin")
    let plan = try #require(try PyTorch.layOut(request).first)
    let path = try PyTorchTestFiles.write(plan, to: folder) { [UInt8(truncatingIfNeeded: $0)] }
    let reader = try PyTorch.open(path, pool: FilePool())
    #expect(reader.tensors.count == 70_000)
    for index in [0, 1, 999, 1000, 65_535, 69_999] {
      #expect(reader.tensors[index].name == "t.\(index)")
      #expect(
        try PyTorchTestFiles.content(reader, index) == [UInt8(truncatingIfNeeded: index)])
    }
  }
}
