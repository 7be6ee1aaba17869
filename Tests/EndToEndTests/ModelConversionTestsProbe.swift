import Foundation
import Lathe
import Testing
import _TestSupport

/// Types that a GGUF's convention widened come back where the values prove it, and only there.
@Suite struct ModelConversionTestsProbe {
  let folder: TemporaryFolder
  let model: String
  let gguf: String
  static let norm = "blk.0.attn_norm.weight"
  static let returned = "model.layers.0.input_layernorm.weight"

  init() throws {
    folder = try TemporaryFolder()
    model = try ModelCase(path: "llama/llama-spm-gqa").unpack(into: folder)
    gguf = folder.path("there.gguf")
  }

  /// Writes one number of the norm, element 3, into the GGUF.
  private func alter(_ bits: UInt32) throws {
    let reader = try SourceCheckpoint(gguf).reader
    let index = try #require(reader.tensors.firstIndex { $0.name == Self.norm })
    #expect(reader.tensors[index].encoding == Encoding(.f32))
    let extent = try #require(reader.extent(ofTensor: index))
    let handle = try FileHandle(forUpdating: URL(filePath: gguf))
    try handle.seek(toOffset: extent.offset + 12)
    try handle.write(contentsOf: withUnsafeBytes(of: bits.littleEndian) { Data($0) })
    try handle.close()
  }

  private func types(_ plan: Plan) -> [String: String] {
    Dictionary(uniqueKeysWithValues: plan.tensors.map { ($0.name, $0.encoding.name) })
  }

  /// What bf16 cannot hold: one bit too many, and a NaN whose payload a cast would drop.
  @Test(arguments: [0x3F80_0001, 0x7FC0_0100, 0x7FA0_0000] as [UInt32])
  func anAlteredNormStaysWide(bits: UInt32) throws {
    try Conversion.run(model, gguf)
    try alter(bits)
    let plan = try Conversion.run(gguf, folder.path("back"))
    var expected = types(plan).mapValues { _ in "bf16" }
    expected[Self.returned] = "f32"
    #expect(types(plan) == expected)
    #expect(plan.fidelity == .exact)
    let (there, back) = (try Content(gguf), try Content(folder.path("back")))
    #expect(back.tensors[Self.returned] == there.tensors[Self.norm])
    let found = back.tensors[Self.returned]?.bytes[12..<16].reversed().reduce(0) {
      $0 << 8 | UInt32($1)
    }
    #expect(found == bits)
  }

  /// What bf16 holds: another number, the sign of zero, infinity.
  @Test(arguments: [0x3F81_0000, 0x8000_0000, 0x7F80_0000] as [UInt32])
  func anAlteredNormIsNarrowed(bits: UInt32) throws {
    try Conversion.run(model, gguf)
    try alter(bits)
    let plan = try Conversion.run(gguf, folder.path("back"))
    #expect(Set(types(plan).values) == ["bf16"])
    let bytes = try #require(try Content(folder.path("back")).tensors[Self.returned]?.bytes)
    #expect(UInt32(bytes[6]) << 16 | UInt32(bytes[7]) << 24 == bits)
  }

  /// The plan says what was proven: the route rounds, the tensor does not.
  @Test func thePlanTells() throws {
    try Conversion.run(model, gguf)
    let plan = try Planner(
      ConversionRequest(source: gguf, destination: folder.path("back"))
    ).plan().plan
    let norm = try #require(plan.tensors.first { $0.name == Self.returned })
    #expect(plan.routes[norm.route].fidelity == .rounded)
    #expect(norm.fidelity == .exact)
    #expect(plan.text().contains("exact (probed)"))
  }

  /// Asked for by name, the type is the same and so is the proof; an altered norm is rounded and said to be.
  @Test func ownTypeIsProvenToo() throws {
    try Conversion.run(model, gguf)
    #expect(try Conversion.run(gguf, folder.path("a"), type: "bf16").fidelity == .exact)
    try alter(0x3F80_0001)
    #expect(try Conversion.run(gguf, folder.path("b"), type: "bf16").fidelity == .rounded)
  }

  /// A quantized file remembers its norms' type, also when it was made in two steps.
  @Test func quantizedFilesRememberNorms() throws {
    try Conversion.run(model, folder.path("first.gguf"))
    try Conversion.run(folder.path("first.gguf"), gguf, type: "q8_0")
    let plan = try Conversion.run(gguf, folder.path("back"))
    let source = try Content(model).tensors[Self.returned]
    #expect(source?.encoding == Encoding(.bf16))
    #expect(try Content(folder.path("back")).tensors[Self.returned] == source)
    #expect(types(plan)["model.embed_tokens.weight"] == "f32")
    #expect(plan.fidelity == .exact)
  }

  /// Who asks for f32 gets a file of f32, and from that file f32 again.
  @Test func whatWasAskedForIsNotUndone() throws {
    try Conversion.run(model, gguf, type: "f32")
    let plan = try Conversion.run(gguf, folder.path("back"))
    #expect(Set(types(plan).values) == ["f32"])
    #expect(try Content(gguf).metadata["lathe.source.encoding"] == nil)
  }

  /// Without Lathe's keys nothing is known, and nothing is narrowed.
  @Test func withoutLineageNormsStayWide() throws {
    var request = ConversionRequest(source: model, destination: gguf)
    request.lineage = .omitted
    let (plan, source) = try Planner(request).plan()
    _ = try Executor(plan: plan, source: source).run()
    let back = types(try Conversion.run(gguf, folder.path("back")))
    #expect(back[Self.returned] == "f32")
    #expect(back["model.embed_tokens.weight"] == "bf16")
  }

  /// Tensors of several narrow types: each gets its own back; one beyond the probe's limit stays as it is.
  @Test func exceptionsAndTheLimit() throws {
    let source = folder.path("in.safetensors")
    try SmallFiles.sparse(
      source,
      [
        ("a", "F8_E4M3", [64, 8], 1), ("b", "F8_E4M3", [64, 8], 1), ("c", "F8_E5M2", [64, 8], 1),
        ("d", "F16", [64, 8], 2), ("e", "BF16", [64, 8], 2), ("f", "F32", [64, 8], 4),
        ("large", "F8_E4M3", [3000, 3000], 1),
      ])
    try Conversion.run(source, gguf)
    try Conversion.run(gguf, folder.path("back.safetensors"))
    let back = try Content(folder.path("back.safetensors")).tensors.mapValues(\.encoding)
    var expected = try Content(source).tensors.mapValues(\.encoding)
    expected["large"] = try Content(gguf).tensors["large"]?.encoding
    #expect(expected["large"]?.blockBits == 16)
    #expect(back == expected)
  }

  /// What the keys say wrongly is not believed: unknown words, types that never widen to f32, values that do not fit.
  @Test(arguments: [
    ("bf16", ["b": "f32", "f": "bf16", "n": "bf16", "q": "f32", "i": "f32", "x": "f32"]),
    ("nonsense", ["b": "f32", "f": "f32", "n": "f32", "q": "f32", "i": "f32", "x": "f32"]),
    ("f64", ["b": "f32", "f": "f32", "n": "f32", "q": "f32", "i": "f32", "x": "f32"]),
  ])
  func foreignKeysAreHarmless(common: String, expected: [String: String]) throws {
    let exact: [Float] = [1, -0.0, .infinity, 0.15625]
    let data = exact.withUnsafeBytes { Array($0) }
    let wide = [Float(1).nextUp, 0, 0, 0].withUnsafeBytes { Array($0) }
    let path = try folder.write(
      "foreign.gguf",
      SmallFiles.gguf(
        [
          ("general.architecture", .text("foreign")), ("lathe.source.encoding", .text(common)),
          (
            "lathe.source.encoding.exceptions",
            .texts(["", "b", " b", "bf16", "nonsense n", "q4_0 q", "i8 i", "f16 absent"])
          ),
        ],
        [
          ("b", 0, [4], wide), ("f", 0, [4], data), ("n", 0, [4], data), ("q", 0, [4], data),
          ("i", 0, [4], data), ("x", 0, [4], wide),
        ]))
    let plan = try Conversion.run(path, folder.path("foreign.safetensors"))
    #expect(types(plan) == expected)
    #expect(plan.fidelity == .exact)
  }

  /// A damaged generation_config.json inside a GGUF is an error of the file, not left out.
  @Test func damagedSettingsAreAnError() throws {
    try Conversion.run(model, gguf)
    var bytes = try folder.bytes("there.gguf")
    let key = Array("lathe.huggingface.generation_config".utf8)
    let at = try #require(bytes.firstRange(of: key)?.upperBound)
    bytes[at + 12] = UInt8(ascii: "!")
    _ = try folder.write("there.gguf", bytes)
    let result = try lathe("convert", gguf, "-o", folder.path("back"))
    #expect(result.status == 65)
    #expect(result.standardError.contains("there.gguf"))
    #expect(try folder.names() == ["llama-spm-gqa", "there.gguf"])
  }
}
