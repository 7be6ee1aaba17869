import ByteIO
import Checkpoints
import Documents
import Failures
import Foundation
import Tensors
import Testing
import _TestSupport

/// What is written equals the reference implementation's files, and reads back.
@Suite struct SafetensorsWriteTests {
  static let written: [String] =
    ((try? FileManager.default.contentsOfDirectory(
      atPath: Golden.path("FileFormats/safetensors/written"))) ?? [])
    .filter { $0.hasSuffix(".safetensors") }.sorted()

  @Test func goldenIsThere() { #expect(Self.written.count == 13) }

  /// Rewriting what the package wrote gives its bytes, whatever the order of the request.
  @Test(arguments: written) func equalsThePackage(name: String) throws {
    let path = Golden.path("FileFormats/safetensors/written/\(name)")
    let reader = try Safetensors.open(path, pool: FilePool())
    let expected = try Golden.bytes("FileFormats/safetensors/written/\(name)")
    for seed in 0..<5 {
      var order = Array(reader.tensors.indices)
      if seed == 1 { order.reverse() } else if seed > 1 { order.shuffle() }
      let request = WriteRequest(
        tensors: order.map {
          let spec = reader.tensors[$0]
          return .init(name: spec.name, encoding: spec.encoding, shape: spec.shape)
        }, metadata: reader.metadata, fileName: name)
      let files = try Safetensors.layOut(request)
      #expect(files.count == 1)
      let file = try #require(files.first)
      #expect(file.name == name)
      let bytes = try file.bytes { try reader.content(order[$0]) }
      #expect(bytes == expected)
    }
  }

  /// Every scalar type with a dtype word, written and read back; the others are refused.
  @Test(arguments: ScalarType.all) func everyType(type: ScalarType) throws {
    let encoding = Encoding(type)
    let tensors: [WriteRequest.Tensor] = [
      .init(name: "matrix", encoding: encoding, shape: [3, 8]),
      .init(name: "empty", encoding: encoding, shape: [2, 0]),
      .init(name: "byte", encoding: Encoding(.u8), shape: []),
    ]
    let request = WriteRequest(
      tensors: tensors, metadata: ["format": .string("pt")], fileName: "m.safetensors")
    guard Safetensors.canHold(encoding) else {
      let error = #expect(throws: CheckpointError.self) { try Safetensors.layOut(request) }
      #expect(error?.code == .cannotHold)
      #expect(error?.place.tensor == "matrix")
      return
    }
    let file = try #require(try Safetensors.layOut(request).first)
    let content: (Int) -> [UInt8] = { tensor in
      let count = tensors[tensor].encoding.byteCount(tensors[tensor].shape) ?? -1
      return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ tensor) }
    }
    let folder = try TemporaryFolder()
    let path = try folder.write("m.safetensors", try file.bytes(content))
    let reader = try Safetensors.open(path, pool: FilePool())
    #expect(reader.metadata == ["format": .string("pt")])
    #expect(reader.tensors.count == 3)
    for (index, spec) in reader.tensors.enumerated() {
      let origin = try #require(tensors.firstIndex { $0.name == spec.name })
      #expect(spec.encoding == tensors[origin].encoding)
      #expect(spec.shape == tensors[origin].shape)
      #expect(try reader.content(index) == content(origin))
      let extent = try #require(reader.extent(ofTensor: index))
      #expect(extent.path == path)
      #expect(extent.count == spec.byteCount)
    }
  }

  @Test func refusals() throws {
    func code(
      _ tensors: [WriteRequest.Tensor], _ metadata: Metadata = [:]
    ) -> CheckpointError.Code? {
      do {
        _ = try Safetensors.layOut(
          .init(tensors: tensors, metadata: metadata, fileName: "m.safetensors"))
        return nil
      } catch { return error.code }
    }
    let good = WriteRequest.Tensor(name: "a", encoding: Encoding(.f32), shape: [2])
    #expect(code([good]) == nil)
    #expect(code([good, good]) == .duplicate)
    #expect(code([good], ["k": .u32(1)]) == .cannotHold)
    #expect(code([.init(name: "__metadata__", encoding: Encoding(.f32), shape: [])]) == .cannotHold)
    #expect(code([.init(name: "a", encoding: Encoding(.f4e2m1), shape: [3])]) == .cannotHold)
    #expect(
      code([.init(name: "a", encoding: Encoding(.f32), shape: [Int.max, 2])]) == .cannotHold)
    #expect(
      code([
        .init(
          name: "a", encoding: Encoding(name: "q8_0", blockElements: 32, blockBits: 272),
          shape: [32])
      ]) == .cannotHold)
    #expect(
      code((0..<4).map { .init(name: "\($0)", encoding: Encoding(.u8), shape: [Int.max / 3]) })
        == .cannotHold)
    #expect(
      code([.init(name: "a", encoding: Encoding(.u8), shape: Shape([Int](repeating: 1, count: 65)))]
      )
        == .cannotHold)
  }

  /// Offsets beyond 32 bits, on a sparse file.
  @Test func beyondFourGiB() throws {
    let large = 5 << 30
    let request = WriteRequest(
      tensors: [
        .init(name: "large", encoding: Encoding(.bf16), shape: [large / 2]),
        .init(name: "last", encoding: Encoding(.u8), shape: [3]),
      ], metadata: [:], fileName: "m.safetensors")
    let file = try #require(try Safetensors.layOut(request).first)
    let folder = try TemporaryFolder()
    let path = try folder.write(file.name, [])
    let handle = try #require(FileHandle(forWritingAtPath: path))
    for segment in file.segments {
      try handle.seek(toOffset: segment.offset)
      try handle.write(contentsOf: Data(segment.bytes))
    }
    let last = try #require(file.extents.first { $0.tensor == 1 })
    #expect(last.offset > 5 << 30)
    try handle.seek(toOffset: last.offset)
    try handle.write(contentsOf: Data([7, 8, 9]))
    try handle.close()
    let reader = try Safetensors.open(path, pool: FilePool())
    let index = try #require(reader.tensors.firstIndex { $0.name == "last" })
    #expect(try reader.content(index) == [7, 8, 9])
    #expect(reader.extent(ofTensor: index)?.offset == last.offset)
    #expect(FileIdentity.of(path)?.size == file.size)
  }

  /// A header of many tensors comes back as it was planned, in shards and alone.
  @Test func manyTensors() throws {
    let count = 20_000
    let tensors = (0..<count).map {
      WriteRequest.Tensor(
        name: "model.layers.\($0 / 100).experts.\($0 % 100).weight", encoding: Encoding(.bf16),
        shape: [4, 8])
    }
    let file = try #require(
      try Safetensors.layOut(.init(tensors: tensors, metadata: [:], fileName: "m.safetensors"))
        .first)
    let folder = try TemporaryFolder()
    let content = [UInt8](repeating: 0, count: 64)
    let path = try folder.write(file.name, try file.bytes { _ in content })
    let reader = try Safetensors.open(path, pool: FilePool())
    #expect(reader.tensors.count == count)
    #expect(Set(reader.tensors.map(\.name)) == Set(tensors.map(\.name)))
    let shards = try Safetensors.layOut(
      .init(
        tensors: tensors.shuffled(), metadata: [:], fileName: "m.safetensors",
        maxShardBytes: 640_000))
    #expect(shards.count == 3)
    #expect(shards[0].extents.count == 10_000)
  }

  @Test func recognition() {
    let head = [UInt8](arrayLiteral: 0x40, 0, 0, 0, 0, 0, 0, 0) + Array("{\"a\":".utf8)
    #expect(Safetensors.recognises(path: "x", head: head))
    #expect(Safetensors.recognises(path: "a/x.safetensors", head: []))
    #expect(Safetensors.recognises(path: "model.safetensors.index.json", head: []))
    #expect(!Safetensors.recognises(path: "pytorch_model.bin", head: Array("PK\u{3}\u{4}".utf8)))
    #expect(!Safetensors.recognises(path: "x.gguf", head: Array("GGUF\u{3}\0\0\0{\"".utf8)))
    #expect(FileFormats.named("safetensors") != nil)
  }
}
