import ByteIO
import Checkpoints
import Documents
import Failures
import Foundation
import Tensors
import Testing
import _TestSupport

/// Shards: how tensors are spread, and how they come together again.
@Suite struct ShardTests {
  /// Results of huggingface_hub 2.4.0, split_state_dict_into_shards_factory.
  static let splits: [(sizes: [UInt64], limit: UInt64, shards: [[Int]])] = [
    ([6, 6, 2, 6, 2, 2], 10, [[0], [1, 2], [3, 4, 5]]),
    ([5, 5], 10, [[0, 1]]), ([5, 5, 1], 10, [[0, 1], [2]]), ([11, 1], 10, [[0], [1]]),
    ([1, 11, 1], 10, [[1], [0, 2]]), ([1, 20, 9, 30, 1], 10, [[1], [3], [0, 2], [4]]),
    ([10, 10], 10, [[0], [1]]), ([0, 0], 10, [[0, 1]]), ([11], 10, [[0]]),
  ]

  @Test(arguments: splits) func split(sizes: [UInt64], limit: UInt64, shards: [[Int]]) {
    #expect(ShardPlan.split(sizes: sizes, maxShardBytes: limit) == shards)
    #expect(ShardPlan.split(sizes: sizes, maxShardBytes: nil) == [Array(sizes.indices)])
  }

  @Test func noTensorsMakeOneShard() {
    #expect(ShardPlan.split(sizes: [], maxShardBytes: 10) == [[]])
    #expect(ShardPlan.split(sizes: [1, 1], maxShardBytes: 0) == [[0], [1]])
    #expect(ShardPlan.split(sizes: [.max, 1, .max], maxShardBytes: .max) == [[0], [1], [2]])
  }

  static let sizes: [(String, UInt64?)] = [
    ("5GB", 5_000_000_000), ("200MB", 200_000_000), ("1GiB", 1 << 30), ("70000", 70000),
    ("1.5GB", 1_500_000_000), ("0.5KiB", 512), (" 10 kb ", 10_000), ("2tb", 2_000_000_000_000),
    ("3B", 3), ("1.23456789KB", 1234), (".5MB", 500_000), ("18446744073709551615", .max),
    ("", nil), ("GB", nil), ("5XB", nil), ("-5GB", nil), ("1e3MB", nil), ("1.2.3MB", nil),
    (".", nil), ("18446744073709551616", nil), ("99999999TB", nil), ("5.GB", nil), ("0x10", nil),
  ]

  @Test(arguments: sizes) func sizeTexts(text: String, bytes: UInt64?) {
    #expect(ShardPlan.byteCount(text) == bytes)
  }

  @Test func fileNames() {
    #expect(ShardPlan.fileName("model.safetensors", index: 0, count: 1) == "model.safetensors")
    #expect(
      ShardPlan.fileName("model.safetensors", index: 0, count: 5)
        == "model-00001-of-00005.safetensors")
    #expect(
      ShardPlan.fileName("pytorch_model.bin", index: 11, count: 123456)
        == "pytorch_model-00012-of-123456.bin")
  }

  @Test func shardsOpenedAlone() throws {
    #expect(ShardPlan.shardCount(ofFile: "a/model-00001-of-00005.safetensors") == 5)
    #expect(ShardPlan.shardCount(ofFile: "model-00002-of-123456.gguf") == 123456)
    for name in ["model.safetensors", "model-1-of-2.x", "a-00001-of-00005", "x-00001-to-00005.x"] {
      #expect(ShardPlan.shardCount(ofFile: name) == nil, "\(name)")
    }
    let folder = try TemporaryFolder()
    try Golden.unpack("FileFormats/index/hostile/ok", to: folder.url)
    let reader = try Safetensors.open(
      folder.path("model-00001-of-00002.safetensors"), pool: FilePool())
    #expect(reader.warnings.first?.contains("one of 2 shards") == true)
  }

  /// Sorted by Transformers 5.23's dot_natural_key.
  @Test func naturalOrder() {
    let sorted = [
      "0.x", "2", "10", "a", "a.1", "a.1.b", "a.2", "a.10", "a.b", "a1", "a2.w", "a10.w", "ab",
      "model.layers.2.w", "model.layers.10.w", "model.norm", "z",
    ]
    #expect(sorted.shuffled().sorted(by: NaturalOrder.precedes) == sorted)
    #expect(sorted.reversed().sorted(by: NaturalOrder.precedes) == sorted)
    #expect(NaturalOrder.precedes("a.01", "a.1"))
    #expect(!NaturalOrder.precedes("a.1", "a.01"))
    #expect(!NaturalOrder.precedes("a", "a"))
  }

  @Test func readsShardsByValue() throws {
    let folder = try TemporaryFolder()
    try Golden.unpack("FileFormats/safetensors/sharded", to: folder.url)
    let reader = try Safetensors.open(
      folder.path("model.safetensors.index.json"), pool: FilePool(capacity: 2))
    let expected = try #require(
      try JSONValue.parse(Golden.bytes("FileFormats/safetensors/sharded/expected_tensors.json"))
        .object)
    #expect(reader.files.count == 5)
    #expect(reader.warnings == [])
    #expect(reader.metadata["format"] == .string("pt"))
    #expect(Set(reader.tensors.map(\.name)) == Set(expected.keys))
    for (index, tensor) in reader.tensors.enumerated() {
      let entry = try #require(expected[tensor.name])
      #expect(entry["dtype"]?.string == "torch.bfloat16")
      #expect(tensor.encoding == Encoding(.bf16))
      #expect(entry["shape"]?.array?.compactMap(\.int) == tensor.shape.axes)
      #expect(entry["sha256"]?.string == Golden.sha256(try reader.content(index)))
      let extent = try #require(reader.extent(ofTensor: index))
      #expect(extent.path == reader.files[tensor.fileIndex])
      #expect(extent.offset == tensor.fileOffset)
    }
    #expect(throws: CheckpointError.self) {
      try reader.read(tensor: reader.tensors.count, range: 0..<0, into: .init(start: nil, count: 0))
    }
    #expect(reader.extent(ofTensor: -1) == nil)
  }

  /// The same limit gives the same shards, byte for byte, and the same index but for the key that
  /// newer versions add.
  @Test func writesShardsAsTransformersDoes() throws {
    let folder = try TemporaryFolder()
    try Golden.unpack("FileFormats/safetensors/sharded", to: folder.url)
    let reader = try Safetensors.open(
      folder.path("model.safetensors.index.json"), pool: FilePool())
    let order = Array(reader.tensors.indices).shuffled()
    let request = WriteRequest(
      tensors: order.map {
        let spec = reader.tensors[$0]
        return .init(name: spec.name, encoding: spec.encoding, shape: spec.shape)
      }, metadata: reader.metadata, fileName: "model.safetensors", maxShardBytes: 70000)
    let files = try Safetensors.layOut(request)
    #expect(files.map(\.name).last == "model.safetensors.index.json")
    #expect(files.count == 6)
    let target = try TemporaryFolder()
    for file in files {
      let bytes = try file.bytes { try reader.content(order[$0]) }
      _ = try target.write(file.name, bytes)
      if file.name.hasSuffix(".safetensors") {
        #expect(
          bytes == Array(try Data(contentsOf: URL(filePath: folder.path(file.name)))),
          "\(file.name)")
      } else {
        let text = String(decoding: bytes, as: UTF8.self)
        let old = String(
          decoding: try Data(contentsOf: URL(filePath: folder.path(file.name))), as: UTF8.self)
        #expect(
          text
            == old.replacing(
              "\"total_size\"", with: "\"total_parameters\": 139584,\n    \"total_size\""))
      }
    }
    let again = try Safetensors.open(
      target.path("model.safetensors.index.json"), pool: FilePool())
    #expect(again.warnings == [])
    #expect(again.tensors.map(\.name) == reader.tensors.map(\.name))
  }

  @Test func oneShardNeedsNoIndex() throws {
    let request = WriteRequest(
      tensors: [.init(name: "a", encoding: Encoding(.f32), shape: [2])], metadata: [:],
      fileName: "model.safetensors", maxShardBytes: 1000)
    #expect(try Safetensors.layOut(request).map(\.name) == ["model.safetensors"])
  }

  @Test func warnings() throws {
    let folder = try TemporaryFolder()
    try Golden.unpack("FileFormats/index/hostile", to: folder.url)
    func open(_ name: String) throws -> any CheckpointReader {
      try Safetensors.open(folder.path("\(name)/model.safetensors.index.json"), pool: FilePool())
    }
    #expect(try open("ok").warnings == [])
    #expect(try open("total-size-lies").warnings.first?.contains("1000000000000000") == true)
    let unlisted = try open("tensor-not-in-index")
    #expect(unlisted.warnings.first?.contains("'z'") == true)
    #expect(unlisted.tensors.contains { $0.name == "z" })
    #expect(try open("sub-folder").tensors.count == 2)
  }

  @Test func indexNames() throws {
    let folder = try TemporaryFolder()
    func code(_ text: String) throws -> CheckpointError.Code? {
      let path = try folder.write("i.json", Array(text.utf8))
      do {
        _ = try ShardIndex.read(path, pool: FilePool())
        return nil
      } catch { return error.code }
    }
    #expect(try code("{\"weight_map\":{\"a\":\"x.bin\"}}") == nil)
    #expect(try code("{\"weight_map\":{\"a\":\"..x.bin\"}}") == nil)
    for name in ["a/../x", "./x", "a//x", "x/", "C:x", "/x", "..", "a\\nb", "\\u007f"] {
      #expect(try code("{\"weight_map\":{\"a\":\"\(name)\"}}") == .index, "\(name)")
    }
    #expect(try code("[]") == .index)
    #expect(try code("{\"weight_map\":null}") == .index)
    let index = try ShardIndex.read(
      try folder.write(
        "j.json",
        Array(
          "{\"weight_map\":{\"b\":\"s2\",\"a\":\"s1\",\"c\":\"s2\"},\"metadata\":{\"k\":1}}".utf8)),
      pool: FilePool())
    #expect(index.shards == [folder.path("s1"), folder.path("s2")])
    #expect(index.weightMap == ["b": 1, "a": 0, "c": 1])
    #expect(index.metadata?["k"]?.int == 1)
    #expect(throws: CheckpointError.self) {
      try ShardIndex.read(folder.path("none.json"), pool: FilePool())
    }
  }
}
