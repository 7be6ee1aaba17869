import ByteIO
import Checkpoints
import Documents
import Failures
import Foundation
import Quantization
import Tensors
import Testing
import _TestSupport

/// Written files, beside those of gguf-py.
struct GGUFWritingTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// The keys of tools/golden/gguf_files.py.
  static let metadata: Metadata = [
    "general.architecture": .string("test"),
    "k.u8": .u8(200), "k.i8": .i8(-100), "k.u16": .u16(60000), "k.i16": .i16(-30000),
    "k.u32": .u32(4_000_000_000), "k.i32": .i32(-2_000_000_000), "k.f32": .f32(0.1),
    "k.bool": .bool(true), "k.string": .string("Grüße, 世界 😀"), "k.u64": .u64(.max),
    "k.i64": .i64(.min), "k.f64": .f64(0.1),
    "a.u8": .array(.u8([0, 255])), "a.i8": .array(.i8([-128, 127])),
    "a.u16": .array(.u16([0, 65535])), "a.i16": .array(.i16([.min, .max])),
    "a.u32": .array(.u32([0, .max])), "a.i32": .array(.i32([.min, .max])),
    "a.f32": .array(.f32([1.5, -0.0, .infinity])), "a.bool": .array(.bool([true, false, true])),
    "a.string": .array(.strings(["", "a", "é", "😀"])), "a.u64": .array(.u64([0, .max])),
    "a.i64": .array(.i64([.min, .max])),
    "a.f64": .array(.f64([1e300, -Double.leastNonzeroMagnitude])),
    "a.nested": .array(
      .arrays([
        .i32([1, 2]), .f32([0.5]), .strings(["x", ""]),
        .arrays([.bool([true, false]), .i32([7])]),
      ])),
  ]

  /// The tensors of tools/golden/gguf_files.py.
  static let tensors: [WriteRequest.Tensor] = [
    tensor("scalar", "f32", []), tensor("f32", "f32", [3]), tensor("f16", "f16", [2, 3]),
    tensor("bf16", "bf16", [3, 5]), tensor("f64", "f64", [1, 2, 3]), tensor("i8", "i8", [5]),
    tensor("i16", "i16", [2, 2]), tensor("i32", "i32", [33]), tensor("i64", "i64", [2, 1, 3, 1]),
    tensor("q8_0", "q8_0", [2, 64]),
    tensor("a.name.of.63.bytes." + String(repeating: "x", count: 44), "f32", [9, 1]),
  ]

  static func tensor(_ name: String, _ type: String, _ axes: [Int]) -> WriteRequest.Tensor {
    let encoding =
      ScalarType.named(type).map { Encoding($0) } ?? QuantType.named(type)?.encoding
      ?? Encoding(name: type, blockElements: 1, blockBits: 8)
    return .init(name: name, encoding: encoding, shape: Shape(axes))
  }

  static func request(
    _ metadata: Metadata = metadata, _ tensors: [WriteRequest.Tensor] = tensors,
    name: String = "model.gguf"
  ) -> WriteRequest {
    WriteRequest(tensors: tensors, metadata: metadata, fileName: name)
  }

  static let data = tensors.enumerated().map { index, tensor in
    goldenPattern(tensor.encoding.byteCount(tensor.shape) ?? 0, index)
  }

  @Test func filesEqualThePeersByteForByte() throws {
    let plain = try GGUFFormat.layOut(Self.request())
    #expect(plain.count == 1 && plain[0].name == "model.gguf")
    #expect(plain[0].bytes(Self.data) == (try Golden.bytes("FileFormats/gguf/writer.gguf")))

    var keys = Self.metadata
    keys["general.alignment"] = .u32(64)
    let aligned = try GGUFFormat.layOut(Self.request(keys))
    #expect(aligned[0].bytes(Self.data) == (try Golden.bytes("FileFormats/gguf/aligned.gguf")))
  }

  @Test func everyValueComesBackBitByBit() throws {
    var keys = Self.metadata
    keys["split.count"] = .u16(7)
    keys["nan32"] = .f32(Float(bitPattern: 0x7FA0_0001))
    keys["nan64"] = .f64(Double(bitPattern: 0xFFF4_0000_0000_0001))
    keys["nans32"] = .array(
      .f32([Float(bitPattern: 0xFF80_0001), Float(bitPattern: 0x7FC0_1234)]))
    keys["nans64"] = .array(.f64([Double(bitPattern: 0x7FF0_0000_0000_0001)]))
    keys["empty"] = .array(.strings([]))
    keys["emptyNested"] = .array(.arrays([.arrays([]), .u8([])]))
    keys["emptyText"] = .string("")
    let plan = try GGUFFormat.layOut(Self.request(keys))
    let path = try folder.write("model.gguf", plan[0].bytes(Self.data))
    let reader = try GGUFFormat.open(path, pool: FilePool())
    #expect(reader.warnings == [])
    #expect(reader.metadata["split.count"] == nil)
    keys["split.count"] = nil
    #expect(Array(reader.metadata.keys) == Array(keys.keys))
    for (key, value) in keys where !key.hasPrefix("nan") {
      #expect(reader.metadata[key] == value, "\(key)")
    }
    guard case .f32(let nan32)? = reader.metadata["nan32"],
      case .f64(let nan64)? = reader.metadata["nan64"],
      case .array(.f32(let nans32))? = reader.metadata["nans32"],
      case .array(.f64(let nans64))? = reader.metadata["nans64"]
    else {
      Issue.record("floats are missing")
      return
    }
    #expect(nan32.bitPattern == 0x7FA0_0001 && nan64.bitPattern == 0xFFF4_0000_0000_0001)
    #expect(nans32.map(\.bitPattern) == [0xFF80_0001, 0x7FC0_1234])
    #expect(nans64.map(\.bitPattern) == [0x7FF0_0000_0000_0001])
    // written again, the file is the same
    let again = try GGUFFormat.layOut(
      Self.request(
        reader.metadata,
        reader.tensors.map { .init(name: $0.name, encoding: $0.encoding, shape: $0.shape) }))
    #expect(again == plan)
  }

  @Test func whatGGUFCannotHoldIsRefused() throws {
    let long = String(repeating: "n", count: 64)
    var nested = MetadataArray.u8([1])
    for _ in 0..<16 { nested = .arrays([nested]) }
    let cases: [(WriteRequest, CheckpointError.Code, String)] = [
      (Self.request([:], [Self.tensor(long, "f32", [1])]), .cannotHold, "at most 63 bytes"),
      (Self.request([:], [Self.tensor("t", "f32", [1, 1, 1, 1, 1])]), .cannotHold, "4 axes"),
      (Self.request([:], [Self.tensor("t", "u8", [1])]), .cannotHold, "no type for u8"),
      (Self.request([:], [Self.tensor("t", "gptq-4-g128", [1])]), .cannotHold, "gptq-4-g128"),
      (Self.request([:], [Self.tensor("t", "q8_0", [2, 48])]), .cannotHold, "whole blocks of 32"),
      (
        Self.request([:], (0..<17).map { Self.tensor("t\($0)", "i8", [1 << 59]) }), .cannotHold,
        "exceed 63 bits"
      ),
      (Self.request([:], [Self.tensor("t", "f64", [1 << 62])]), .cannotHold, "too large"),
      (
        Self.request([:], [Self.tensor("t", "f32", [1]), Self.tensor("t", "f32", [1])]),
        .duplicate, "same name"
      ),
      (Self.request(["general.alignment": .u32(48)], []), .cannotHold, "power of two"),
      (Self.request(["general.alignment": .u64(32)], []), .cannotHold, "must be a u32"),
      (Self.request(["": .u8(1)], []), .cannotHold, "key of GGUF"),
      (Self.request(["x": .array(nested)], []), .cannotHold, "deeper than 16"),
    ]
    for (request, code, text) in cases {
      let error = try #require(throws: CheckpointError.self) {
        _ = try GGUFFormat.layOut(request)
      }
      #expect(error.code == code && error.message.contains(text), "\(error)")
    }
  }

  @Test func whatGGUFHoldsIsWhatGgmlNumbers() {
    #expect(
      ScalarType.all.filter { GGUFFormat.canHold(Encoding($0)) }.map(\.name)
        == ["f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8"])
    #expect(QuantType.all.allSatisfy { GGUFFormat.canHold($0.encoding) == ($0.ids[.gguf] != nil) })
    #expect(!GGUFFormat.canHold(Encoding(name: "nf4", blockElements: 64, blockBits: 256)))
  }

  /// Positions beyond 4 GiB, planned and read back from a file of holes.
  @Test func filesBeyond4GiB() throws {
    let sizes = [3 << 30, (2 << 30) + 5, 7, 1 << 30]
    let request = Self.request(
      [:], sizes.enumerated().map { Self.tensor("t\($0)", "i8", [$1]) })
    let plan = try #require(try GGUFFormat.layOut(request).first)
    let start = plan.extents[0].offset
    let padded = sizes.map { UInt64(($0 + 31) / 32 * 32) }
    #expect(
      plan.extents.map(\.offset) == [
        start, start + padded[0], start + padded[0] + padded[1],
        start + padded[0] + padded[1] + padded[2],
      ])
    #expect(plan.size == start + padded.reduce(0, +) && plan.size > 6 << 30)

    let path = try folder.write("big.gguf", plan.segments[0].bytes)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: plan.size)
    try handle.seek(toOffset: plan.extents[2].offset)
    try handle.write(contentsOf: [1, 2, 3, 4, 5, 6, 7])
    try handle.close()
    let reader = try GGUFFormat.open(path, pool: FilePool())
    #expect(reader.warnings == [])
    #expect(reader.tensors.map(\.fileOffset) == plan.extents.map(\.offset))
    #expect(reader.tensors.map(\.byteCount) == sizes)
    #expect(try reader.content(2) == [1, 2, 3, 4, 5, 6, 7])
    #expect(try reader.content(1, (2 << 30)..<(2 << 30) + 5) == [0, 0, 0, 0, 0])
  }
}
