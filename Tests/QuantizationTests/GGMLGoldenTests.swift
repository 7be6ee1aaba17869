import Foundation
import Kernels
import Quantization
import Tensors
import Testing
import _TestSupport

/// Every type against ggml's bytes: rows and edge cases, without and with importance, by the
/// specification and by the fast paths of every level.
struct GGMLGoldenTests {
  struct Manifest: Decodable {
    struct Facts: Decodable {
      var rowStride: Int
      var usesImportance: Bool
      var needsImportance: Bool
    }
    var columns: Int
    var edges: [String]
    var types: [String: Facts]
  }

  /// The inputs, read once.
  struct Inputs {
    let manifest: Manifest
    let rows: [Float]
    let edges: [Float]
    let importance: [Float]

    init() throws {
      manifest = try JSONDecoder().decode(
        Manifest.self, from: Data(Golden.bytes("QuantTypes/ggml/manifest.json")))
      rows = try GGMLGoldenTests.floats("rows.f32")
      edges = try GGMLGoldenTests.floats("edges.f32")
      importance = try GGMLGoldenTests.floats("importance.f32")
    }

    /// Every `step`-th row.
    func rows(step: Int) -> [Float] {
      stride(from: 0, to: rows.count / manifest.columns, by: step).flatMap {
        rows[$0 * manifest.columns..<($0 + 1) * manifest.columns]
      }
    }
  }
  static let inputs = Result { try Inputs() }

  static func floats(_ file: String) throws -> [Float] {
    try Golden.bytes("QuantTypes/ggml/" + file).withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  static let types = QuantType.all.filter(\.isEncoded)

  @Test func everyTypeOfThePeerIsEncoded() throws {
    let known = try Self.inputs.get().manifest.types
    #expect(Set(Self.types.map { $0.name.lowercased() }) == Set(known.keys))
    for type in Self.types {
      let facts = try #require(known[type.name.lowercased()])
      let use = try #require(type.codec).importance
      #expect((use != .ignored) == facts.usesImportance, "\(type)")
      #expect((use == .needed) == facts.needsImportance, "\(type)")
    }
  }

  @Test(arguments: types, [false, true]) func blocksAreThoseOfGGML(
    _ type: QuantType, _ isWeighted: Bool
  ) throws {
    let inputs = try Self.inputs.get()
    let codec = try Codec(type)
    let facts = try #require(inputs.manifest.types[type.name.lowercased()])
    guard isWeighted ? facts.usesImportance : !facts.needsImportance else { return }
    let kind = isWeighted ? "importance" : "plain"
    let folder = "QuantTypes/ggml/\(type.name.lowercased())/"
    let importance = isWeighted ? inputs.importance : nil
    for (file, values) in [
      ("", inputs.rows(step: facts.rowStride)), ("edges.", inputs.edges),
    ] {
      let expected = try Golden.bytes(folder + file + kind + ".blocks")
      try #require(expected.count == values.count / type.blockElements * type.blockBytes)
      let columns = inputs.manifest.columns
      let (reference, outcome) = codec.encodeReference(
        values, columns: columns, importance: importance)
      #expect(outcome.firstUnrepresentable == nil)
      try compare(reference, expected, codec, "\(file)\(kind) by the specification")
      for kernels in KernelTable.available {
        let (fast, result) = codec.encode(
          packed(values), columns: columns, importance: importance, kernels: kernels)
        #expect(result == outcome)
        try compare(fast, expected, codec, "\(file)\(kind) at level \(kernels.level)")
      }
    }
    let values = try Self.floats("\(type.name.lowercased())/\(kind).decoded").map(\.bitPattern)
    let blocks = Array(
      try Golden.bytes(folder + kind + ".blocks")
        .prefix(values.count / type.blockElements * type.blockBytes))
    #expect(codec.decodeReference(blocks).map(\.bitPattern) == values)
    for kernels in KernelTable.available {
      #expect(
        codec.decode(blocks, kernels: kernels).map(\.bitPattern) == values,
        "level \(kernels.level)")
    }
  }

  /// The float types of ggml files, by the same inputs.
  @Test(arguments: [ScalarType.f16, .bf16]) func floatsAreThoseOfGGML(_ type: ScalarType) throws {
    let inputs = try Self.inputs.get()
    let folder = "QuantTypes/ggml/\(type.name)/"
    for (file, values) in [("plain.blocks", inputs.rows), ("edges.plain.blocks", inputs.edges)] {
      let expected = try Golden.bytes(folder + file)
      for kernels in KernelTable.available {
        let narrow = try #require(ScalarConversion(from: .f32, to: type, kernels: kernels))
        let wide = try #require(ScalarConversion(from: type, to: .f32, kernels: kernels))
        var bytes = [UInt8](repeating: 0, count: expected.count)
        let outcome = bytes.withUnsafeMutableBytes { target in
          values.withUnsafeBytes { narrow.run($0, into: target, count: values.count) }
        }
        let isSame = bytes == expected
        #expect(isSame && outcome.firstUnrepresentable == nil, "\(file), level \(kernels.level)")
        guard file == "plain.blocks" else { continue }
        let head = try Self.floats("\(type.name)/plain.decoded")
        var decoded = [Float](repeating: 0, count: head.count)
        _ = decoded.withUnsafeMutableBytes { target in
          expected.withUnsafeBytes { wide.run($0, into: target, count: head.count) }
        }
        #expect(decoded.map(\.bitPattern) == head.map(\.bitPattern))
      }
    }
  }

  /// Fails with the first block that differs.
  private func compare(
    _ blocks: [UInt8], _ expected: [UInt8], _ codec: Codec, _ what: String
  ) throws {
    guard blocks != expected else { return }
    let size = codec.type.blockBytes
    let different = (0..<expected.count / size).filter {
      blocks[$0 * size..<($0 + 1) * size] != expected[$0 * size..<($0 + 1) * size]
    }
    let first = try #require(different.first) * size
    Issue.record(
      """
      \(codec.type) \(what): \(different.count) of \(expected.count / size) blocks differ, first \
      \(first / size): \(blocks[first..<first + size]) instead of \(expected[first..<first + size])
      """)
  }
}
