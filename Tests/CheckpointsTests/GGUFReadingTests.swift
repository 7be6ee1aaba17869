import ByteIO
@testable import Checkpoints
import Documents
import Failures
import Foundation
import Quantization
import Tensors
import Testing
import _TestSupport

/// Good files: versions, byte orders, value types.
struct GGUFReadingTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  func open(_ bytes: [UInt8]) throws -> any CheckpointReader {
    try GGUFFormat.open(try folder.write("x.gguf", bytes), pool: FilePool())
  }

  @Test(arguments: [1, 2, 3] as [UInt32], [false, true])
  func everyVersionAndByteOrder(_ version: UInt32, _ isBigEndian: Bool) throws {
    var file = GGUFBytes(version: version, isBigEndian: isBigEndian)
    file.key("general.architecture", type: 8, file.text("test"))
    file.key("u8", type: 0, [7])
    file.key("i8", type: 1, [0xFF])
    file.key("u16", type: 2, file.number(UInt16(0x1234)))
    file.key("i16", type: 3, file.number(Int16(-2)))
    file.key("u32", type: 4, file.number(UInt32(0x1234_5678)))
    file.key("i32", type: 5, file.number(Int32(-3)))
    file.key("f32", type: 6, file.number(UInt32(0x7FA0_0001)))
    file.key("bool", type: 7, [1])
    file.key("u64", type: 10, file.number(UInt64.max - 1))
    file.key("i64", type: 11, file.number(Int64.min + 1))
    file.key("f64", type: 12, file.number(UInt64(0x7FF4_0000_0000_0001)))
    file.key(
      "list", type: 9,
      file.number(UInt32(4)) + file.length(2) + file.number(UInt32(1)) + file.number(UInt32(2)))
    file.key(
      "texts", type: 9, file.number(UInt32(8)) + file.length(2) + file.text("ä") + file.text(""))
    let inner = file.number(UInt32(3)) + file.length(1) + file.number(Int16(-9))
    file.key("nested", type: 9, file.number(UInt32(9)) + file.length(2) + inner + inner)
    file.tensor(
      "a", type: 0, ne: [3, 1], bytes: [1, 2, 3].flatMap { file.number(Float($0).bitPattern) })
    file.tensor("b", type: 25, ne: [3], bytes: [4, 5, 6].flatMap { file.number(Int16($0)) })
    file.tensor("c", type: 28, ne: [1], bytes: file.number(Double(0.1).bitPattern))
    let reader = try open(file.bytes())

    #expect(reader.warnings == [])
    #expect(reader.dialect == .gguf)
    #expect(reader.format.id == "gguf")
    let facts = Dictionary(uniqueKeysWithValues: reader.containerFacts.map { ($0.name, $0.value) })
    #expect(facts["version"] == "\(version)")
    #expect(facts["byte order"] == (isBigEndian ? "big-endian" : "little-endian"))
    #expect(facts["alignment"] == "32")
    let metadata = reader.metadata
    #expect(metadata.keys.first == "general.architecture" && metadata.keys.last == "nested")
    #expect(metadata["u8"] == .u8(7) && metadata["i8"] == .i8(-1))
    #expect(metadata["u16"] == .u16(0x1234) && metadata["i16"] == .i16(-2))
    #expect(metadata["u32"] == .u32(0x1234_5678) && metadata["i32"] == .i32(-3))
    #expect(metadata["bool"] == .bool(true) && metadata["u64"] == .u64(.max - 1))
    #expect(metadata["i64"] == .i64(.min + 1))
    guard case .f32(let single)? = metadata["f32"], case .f64(let double)? = metadata["f64"] else {
      Issue.record("floats are missing")
      return
    }
    #expect(single.bitPattern == 0x7FA0_0001 && double.bitPattern == 0x7FF4_0000_0000_0001)
    #expect(metadata["list"] == .array(.u32([1, 2])))
    #expect(metadata["texts"] == .array(.strings(["ä", ""])))
    #expect(metadata["nested"] == .array(.arrays([.i16([-9]), .i16([-9])])))

    #expect(reader.tensors.map(\.name) == ["a", "b", "c"])
    #expect(reader.tensors.map(\.shape) == [[1, 3], [3], [1]])
    #expect(reader.tensors.map(\.encoding.name) == ["f32", "i16", "f64"])
    let little = GGUFBytes()
    #expect(
      try reader.content(0) == [1, 2, 3].flatMap { little.number(Float($0).bitPattern) })
    #expect(try reader.content(1) == [4, 5, 6].flatMap { little.number(Int16($0)) })
    #expect(try reader.content(2) == little.number(Double(0.1).bitPattern))
    let extents = (0..<3).map { reader.extent(ofTensor: $0) }
    if isBigEndian {
      #expect(extents.allSatisfy { $0 == nil })
    } else {
      #expect(extents.map { $0?.offset } == reader.tensors.map(\.fileOffset))
      #expect(extents.map { $0?.count } == [12, 6, 8])
    }
  }

  /// Every part of every tensor of a big-endian file equals that of its little-endian origin.
  @Test func bigEndianEqualsLittleEndian() throws {
    let big = try open(try Golden.bytes("FileFormats/gguf/order-big.gguf"))
    let little = try GGUFFormat.open(
      try folder.write("l.gguf", try Golden.bytes("FileFormats/gguf/order-little.gguf")),
      pool: FilePool())
    #expect(big.metadata == little.metadata)
    #expect(big.tensors == little.tensors)
    #expect(big.tensors.count == 10)
    for (index, tensor) in little.tensors.enumerated() {
      let whole = try little.content(index)
      #expect(whole == goldenPattern(whole.count, index))
      #expect(try big.content(index) == whole, "\(tensor.name)")
      for begin in stride(from: 0, to: whole.count, by: 1 + whole.count / 61) {
        let range = begin..<min(whole.count, begin + 1 + begin % 37)
        #expect(try big.content(index, range) == Array(whole[range]), "\(tensor.name) \(range)")
      }
    }
  }

  @Test func bigEndianBlocksOfUnsettledOrderAreRefused() throws {
    var file = GGUFBytes(isBigEndian: true)
    file.tensor("t", type: 6, ne: [32], bytes: [UInt8](repeating: 0, count: 22))
    let reader = try open(file.bytes())
    #expect(reader.tensors[0].encoding.name == "q5_0" && reader.extent(ofTensor: 0) == nil)
    let error = try #require(throws: CheckpointError.self) { _ = try reader.content(0) }
    #expect(error.exitStatus == .unsupported && error.message.contains("q5_0"))
  }

  /// The fields that are swapped are those of known types and lie in their blocks.
  @Test(arguments: GGUFByteOrder.blockFields.keys.sorted())
  func swappedFieldsLieInTheirBlocks(_ name: String) throws {
    let type = try #require(QuantType.all.first { $0.name == name })
    for field in try #require(GGUFByteOrder.fields(of: type.encoding)) {
      #expect(field.width == 2 && field.offset % 2 == 0)
      #expect(field.offset + field.width <= type.blockBytes)
    }
  }

  @Test func peersFileIsRead() throws {
    let reader = try open(try Golden.bytes("FileFormats/gguf/writer.gguf"))
    #expect(reader.metadata == GGUFWritingTests.metadata)
    #expect(reader.tensors.map(\.name) == GGUFWritingTests.tensors.map(\.name))
    #expect(reader.tensors.map(\.shape) == GGUFWritingTests.tensors.map(\.shape))
    for (index, tensor) in reader.tensors.enumerated() {
      #expect(try reader.content(index) == goldenPattern(tensor.byteCount, index))
    }
  }

  @Test func aModelsHeaderEqualsWhatThePeerReads() throws {
    let json = try #require(
      try JSONSerialization.jsonObject(
        with: Data(try Golden.bytes("FileFormats/gguf/llama-spm-gqa.json"))) as? [String: Any])
    let path = try folder.write("m.gguf", try Golden.bytes("FileFormats/gguf/llama-spm-gqa.header"))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: try #require(json["file_size"] as? UInt64))
    try handle.close()
    let reader = try GGUFFormat.open(path, pool: FilePool())

    let keys = try #require(json["kv"] as? [String: [String: Any]])
      .filter { !$0.key.hasPrefix("GGUF.") }
    #expect(Set(reader.metadata.keys) == Set(keys.keys))
    for (key, expected) in keys {
      try expectEqual(try #require(reader.metadata[key]), expected, key)
    }
    let start = try #require(json["data_offset"] as? UInt64)
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    try #require(tensors.count == reader.tensors.count)
    for (tensor, expected) in zip(reader.tensors, tensors) {
      #expect(tensor.name == expected["name"] as? String)
      #expect(tensor.encoding.name.uppercased() == expected["type"] as? String)
      #expect(Array(tensor.shape.axes.reversed()) == expected["ne"] as? [Int])
      #expect(tensor.byteCount == expected["n_bytes"] as? Int)
      #expect(tensor.fileOffset - start == expected["rel_offset"] as? UInt64)
    }
  }

  private func expectEqual(
    _ value: MetadataValue, _ expected: [String: Any], _ key: String
  ) throws {
    let type = expected["type"] as? String
    let content = try #require(expected["value"])
    switch value {
    case .string(let text): #expect(type == "STRING" && text == content as? String, "\(key)")
    case .u32(let number): #expect(type == "UINT32" && number == content as? UInt32, "\(key)")
    case .bool(let truth): #expect(type == "BOOL" && truth == content as? Bool, "\(key)")
    case .f32(let number):
      #expect(type == "FLOAT32" && Double(number) == content as? Double, "\(key)")
    case .array(.strings(let list)): #expect(Array(list) == content as? [String], "\(key)")
    case .array(.f32(let list)): #expect(list.map(Double.init) == content as? [Double], "\(key)")
    case .array(.i32(let list)): #expect(list.map(Int.init) == content as? [Int], "\(key)")
    default: Issue.record("unexpected type of \(key): \(value)")
    }
  }

  @Test func textsThatOnlyTogetherAreUTF8AreRefused() throws {
    var file = GGUFBytes()
    file.key(
      "x", type: 9,
      file.number(UInt32(8)) + file.length(2) + file.length(1) + [0xC3] + file.length(1) + [0xA4])
    let bytes = file.bytes()
    let error = try #require(throws: CheckpointError.self) { _ = try open(bytes) }
    #expect(error.code == .header && error.message.contains("element 0 of the value of key 'x'"))
  }

  @Test func nestingUpToTheLimitIsRead() throws {
    for (depth, isRead) in [(16, true), (17, false)] {
      var file = GGUFBytes()
      var value = file.number(UInt32(0)) + file.length(1) + [5]
      for _ in 1..<depth { value = file.number(UInt32(9)) + file.length(1) + value }
      file.key("x", type: 9, value)
      let bytes = file.bytes()
      if isRead {
        #expect(try open(bytes).metadata.count == 1)
      } else {
        let error = try #require(throws: CheckpointError.self) { _ = try open(bytes) }
        #expect(error.code == .limit)
      }
    }
  }

  /// Texts and numbers that cross the edges of the reading window.
  @Test func headersLargerThanTheWindow() throws {
    var file = GGUFBytes()
    let texts = (0..<60_000).map { "token number \($0) " + String(repeating: "é", count: $0 % 17) }
    let floats = (0..<200_001).map { Float($0) }
    let long = String(repeating: "0123456789", count: 90_000)
    file.key(
      "texts", type: 9,
      file.number(UInt32(8)) + file.length(texts.count) + texts.flatMap { file.text($0) })
    file.key("long", type: 8, file.text(long))
    file.key(
      "floats", type: 9,
      file.number(UInt32(6)) + file.length(floats.count)
        + floats.flatMap { file.number($0.bitPattern) })
    file.key("last", type: 0, [9])
    file.tensor("t", type: 24, ne: [5], bytes: [1, 2, 3, 4, 5])
    let reader = try open(file.bytes())
    #expect(reader.metadata["texts"] == .array(.strings(PackedStrings(texts))))
    #expect(reader.metadata["long"] == .string(long))
    #expect(reader.metadata["floats"] == .array(.f32(floats)))
    #expect(reader.metadata["last"] == .u8(9))
    #expect(try reader.content(0) == [1, 2, 3, 4, 5])
  }

  @Test func unusedBytesAtTheEndAreReported() throws {
    var file = GGUFBytes()
    file.tensor("t", type: 24, ne: [5], bytes: [1, 2, 3, 4, 5])
    let warnings = try open(file.bytes() + [0, 0, 0]).warnings
    #expect(warnings.count == 1 && warnings[0].contains("3 unused bytes"))
  }

  @Test func rangesOutsideOfTheTensorAreRefused() throws {
    var file = GGUFBytes()
    file.tensor("t", type: 24, ne: [5], bytes: [1, 2, 3, 4, 5])
    let reader = try open(file.bytes())
    let error = try #require(throws: CheckpointError.self) { _ = try reader.content(0, 3..<6) }
    #expect(error.code == .layout && error.place.tensor == "t")
  }

  @Test func aFileIsRecognised() {
    #expect(GGUFFormat.recognises(path: "x.bin", head: Array("GGUF\u{3}".utf8)))
    #expect(GGUFFormat.recognises(path: "x.GGUF", head: []))
    #expect(!GGUFFormat.recognises(path: "x.bin", head: Array("GGU".utf8)))
    #expect(FileFormats.named("gguf") != nil)
  }
}
