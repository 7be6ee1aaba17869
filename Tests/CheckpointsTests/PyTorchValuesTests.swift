import ByteIO
import Checkpoints
import Failures
import Foundation
import Tensors
import Testing
import _TestSupport

@Suite struct PyTorchValuesTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Bytes written as hexadecimal digits.
  private func bytes(_ hex: Any?) throws -> [UInt8] {
    let digits = Array(try #require(hex as? String).utf8)
    return try stride(from: 0, to: digits.count - 1, by: 2).map {
      try #require(UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16))
    }
  }

  private func type(_ dtype: String) -> ScalarType? { .find(.torchDType, .word(dtype)) }

  @Test(arguments: ["odd/odd.bin", "odd/odd-legacy.bin"])
  func everyStorageTrick(_ name: String) throws {
    let reader = try PyTorchTestFiles.open(name, in: folder)
    let json = try PyTorchTestFiles.json("odd/expected.json")
    let all = try #require(json["tensors"] as? [String: [String: Any]])
    let expected = all.filter {
      name == "odd/odd.bin" || $0.value["in_legacy"] as? Bool == true
    }
    #expect(reader.tensors.count == expected.count)
    for (index, tensor) in reader.tensors.enumerated() {
      let values = try #require(expected[tensor.name])
      #expect(tensor.shape == Shape(try #require(values["shape"] as? [Int])))
      #expect(tensor.encoding.scalarType == type(try #require(values["dtype"] as? String)))
      let content = try bytes(values["hex"])
      #expect(try PyTorchTestFiles.content(reader, index) == content, "\(tensor.name)")
      #expect((reader.extent(ofTensor: index) != nil) == (values["contiguous"] as? Bool))
      if let extent = reader.extent(ofTensor: index) {
        let file = try RandomAccessFile(extent.path)
        #expect(try file.read(count: extent.count, at: extent.offset) == content)
      }
      // Any part, cut within elements too.
      for lower in 0..<min(content.count, 12) {
        for upper in stride(from: lower, through: content.count, by: 5) {
          let part = try PyTorchTestFiles.content(reader, index, lower..<upper)
          #expect(part == Array(content[lower..<upper]))
        }
      }
    }
    let shared = try #require(json["shared_storages"] as? [[String]])
    var groups: [String: Set<String>] = [:]
    for tensor in reader.tensors {
      if let key = tensor.sharedStorage { groups[key, default: []].insert(tensor.name) }
    }
    #expect(Set(groups.values) == Set(shared.map { Set($0) }))
  }

  @Test(arguments: [2, 3, 4, 5])
  func protocols(_ version: Int) throws {
    let reader = try PyTorchTestFiles.open("odd/pickle-protocol-\(version).bin", in: folder)
    let all = try #require(
      try PyTorchTestFiles.json("odd/expected.json")["tensors"] as? [String: [String: Any]])
    #expect(reader.tensors.map(\.name) == ["a", "b"])
    #expect(try PyTorchTestFiles.content(reader, 0) == bytes(all["f32"]?["hex"]))
    #expect(try PyTorchTestFiles.content(reader, 1) == bytes(all["i64"]?["hex"]))
    #expect(
      reader.containerFacts.contains { $0 == ("pickle protocol", String(version)) })
  }

  @Test func nestedCheckpoint() throws {
    let reader = try PyTorchTestFiles.open("odd/nested-checkpoint.bin", in: folder)
    #expect(reader.tensors.map(\.name) == ["f32", "bf16", "bool"])
    #expect(reader.tensors.map(\.shape) == [[2, 3, 4], [3, 5], [2, 3]])
    #expect(reader.containerFacts.contains { $0 == ("tensors under", "state_dict") })
    let warning = try #require(reader.warnings.first)
    for key in ["epoch", "lr", "name", "none", "list", "tuple", "module.", "size", "dtype"] {
      #expect(warning.contains("'\(key)'"))
    }
  }

  @Test func listRoot() throws {
    let reader = try PyTorchTestFiles.open("odd/list-of-tensors.bin", in: folder)
    #expect(reader.tensors.map(\.name) == ["0", "1"])
    #expect(reader.tensors.map(\.shape) == [[2], [3]])
  }

  @Test func stateDictWithMetadata() throws {
    let reader = try PyTorchTestFiles.open("odd/module-state-dict-with-metadata.bin", in: folder)
    let expected = try PyTorchTestFiles.json("odd/expected.json")["metadata"] as? [String: Any]
    #expect(reader.tensors.map(\.name) == ["weight", "bias"])
    for (index, tensor) in reader.tensors.enumerated() {
      #expect(try PyTorchTestFiles.content(reader, index) == bytes(expected?[tensor.name]))
    }
  }

  /// Every tensor of a reader against the sums of expected_tensors.json.
  private func check(_ readers: [any CheckpointReader], _ model: String) throws {
    let expected = try PyTorchTestFiles.json("containers/\(model).expected.json")
    var names: Set<String> = []
    for reader in readers {
      for (index, tensor) in reader.tensors.enumerated() {
        let values = try #require(expected[tensor.name] as? [String: Any])
        let dtype = try #require(values["dtype"] as? String)
        #expect(tensor.encoding.scalarType == type(String(dtype.dropFirst("torch.".count))))
        #expect(tensor.shape == Shape(try #require(values["shape"] as? [Int])))
        let sum = Golden.sha256(try PyTorchTestFiles.content(reader, index))
        #expect(sum == values["sha256"] as? String, "\(tensor.name)")
        names.insert(tensor.name)
      }
    }
    #expect(names == Set(expected.keys))
  }

  private func unpack(_ model: String, _ layout: String) throws -> [String] {
    let container = try #require(
      PyTorchTestFiles.manifest.containers.first { $0.model == model })
    let bundle = try PyTorchTestFiles.golden("containers/\(model).bundle")
    return try container.files.filter { $0.layout == layout }.map { file in
      let bytes = Array(bundle[file.offset..<file.offset + file.bytes])
      #expect(Golden.sha256(bytes) == file.sha256)
      return try folder.write(file.name, bytes)
    }
  }

  @Test(arguments: ["bert", "bloom", "llama"], ["single", "legacy"])
  func oneFile(_ model: String, _ layout: String) throws {
    let path = try #require(try unpack(model, layout).first)
    try check([PyTorch.open(path, pool: FilePool())], model)
    let head = try RandomAccessFile(path).read(count: 64, at: 0)
    #expect(PyTorch.recognises(path: path, head: head))
  }

  @Test(arguments: ["bert", "bloom", "llama"])
  func shards(_ model: String) throws {
    let paths = try unpack(model, "sharded")
    let index = try #require(paths.first { $0.hasSuffix(".index.json") })
    #expect(PyTorch.recognises(path: index, head: Array("{".utf8)))
    let reader = try PyTorch.open(index, pool: FilePool())
    try check([reader], model)
    #expect(Set(reader.files) == Set(paths.filter { $0.hasSuffix(".bin") }))
    #expect(reader.warnings.isEmpty)
  }

  @Test func missingShard() throws {
    let paths = try unpack("llama", "sharded")
    let index = try #require(paths.first { $0.hasSuffix(".index.json") })
    try FileManager.default.removeItem(atPath: folder.path("pytorch_model-00003-of-00005.bin"))
    do {
      _ = try PyTorch.open(index, pool: FilePool())
      Issue.record("a missing shard was not noticed")
    } catch {
      #expect(error.code == .missingShard)
      #expect(error.exitStatus == .noInput)
    }
  }
}
