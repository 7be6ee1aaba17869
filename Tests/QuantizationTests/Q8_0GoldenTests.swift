import Kernels
import Quantization
import Tensors
import Testing
import _TestSupport

/// q8_0 against ggml's bytes, on every level.
struct Q8_0GoldenTests {
  static func floats(_ file: String) throws -> [Float] {
    try Golden.bytes("QuantTypes/q8_0/" + file).withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  @Test(arguments: ["rows", "edges"]) func blocksAreThoseOfGGML(_ name: String) throws {
    let values = try Self.floats(name + ".f32")
    let blocks = try Golden.bytes("QuantTypes/q8_0/" + name + ".blocks")
    #expect(blocks.count == values.count / 32 * 34 && values.count >= 12_288)
    let (reference, none) = encodeReference(values)
    #expect(none == nil && reference == blocks)
    let (fast, bad) = encode(packed(values), .f32, values.count)
    #expect(bad == nil && fast == blocks)
    for kernels in KernelTable.available {
      var output = [UInt8](repeating: 1, count: blocks.count)
      let result = try output.withUnsafeMutableBytes { output in
        try values.withUnsafeBytes { input in
          kernels.f32ToQ8_0(
            try #require(input.baseAddress), try #require(output.baseAddress), values.count / 32)
        }
      }
      #expect(result == -1)
      #expect(output == blocks, "level \(kernels.level)")
    }
  }

  @Test func valuesAreThoseOfGGML() throws {
    let expected = try Self.floats("rows.decoded").map(\.bitPattern)
    let blocks = Array(
      try Golden.bytes("QuantTypes/q8_0/rows.blocks").prefix(expected.count / 32 * 34))
    #expect(decodeReference(blocks).map(\.bitPattern) == expected)
    #expect(decode(blocks).map(\.bitPattern) == expected)
    for kernels in KernelTable.available {
      var output = [Float](repeating: 1, count: expected.count)
      try output.withUnsafeMutableBytes { output in
        try blocks.withUnsafeBytes { input in
          kernels.q8_0ToF32(
            try #require(input.baseAddress), try #require(output.baseAddress), expected.count / 32)
        }
      }
      #expect(output.map(\.bitPattern) == expected, "level \(kernels.level)")
    }
  }
}
