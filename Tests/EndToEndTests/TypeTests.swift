import Foundation
import Testing
import _TestSupport

/// What `--type` makes of numbers, judged by arithmetic of the tests' own.
@Suite struct TypeTests {
  let folder: TemporaryFolder
  let values = SmallFiles.floats(64 * 96)

  init() throws { folder = try TemporaryFolder() }

  private func source(_ type: String = "F32") throws -> String {
    let tensor =
      switch type {
      case "BF16": SmallFiles.Tensor("m.weight", type, [64, 96], values.map(SmallFiles.bf16))
      case "F16": SmallFiles.Tensor("m.weight", type, [64, 96], values.map(Float16.init))
      case "F64": SmallFiles.Tensor("m.weight", type, [64, 96], values.map { Double($0) / 3 })
      default: SmallFiles.Tensor("m.weight", type, [64, 96], values)
      }
    return try folder.write("in.safetensors", SmallFiles.safetensors([tensor]))
  }

  private func convert(_ path: String, _ output: String, _ options: String...) throws -> String {
    let target = folder.path(output)
    let result = try LatheBinary.run(["convert", path, "-o", target] + options)
    try #require(result.status == 0, "\(result.standardError)")
    return target
  }

  private func matrix(_ path: String) throws -> SmallFiles.Tensor {
    try #require(try SmallFiles.read(path).tensors["m.weight"])
  }

  @Test func f32ToSmallerFloats() throws {
    let path = try source()
    let half = try matrix(try convert(path, "h.safetensors", "--type", "f16"))
    #expect(half.type == "F16")
    #expect(half.numbers(UInt16.self) == values.map { Float16($0).bitPattern })
    let brain = try matrix(try convert(path, "b.safetensors", "--type", "BF16"))
    #expect(brain.type == "BF16")
    #expect(brain.numbers(UInt16.self) == values.map(SmallFiles.bf16))
    let double = try matrix(try convert(path, "d.safetensors", "--type", "f64"))
    #expect(double.type == "F64")
    #expect(double.numbers(Double.self) == values.map(Double.init))
    let same = try matrix(try convert(path, "s.safetensors", "--type", "source"))
    #expect(same.numbers(Float.self) == values)
  }

  @Test func narrowFloatsWidenExactly() throws {
    for (type, expected) in [
      ("BF16", values.map { Float(bitPattern: UInt32(SmallFiles.bf16($0)) << 16) }),
      ("F16", values.map { Float(Float16($0)) }),
      ("F64", values.map { Float(Double($0) / 3) }),
    ] {
      let wide = try matrix(
        try convert(try source(type), "\(type).safetensors", "--type", "f32"))
      #expect(wide.numbers(Float.self) == expected)
    }
  }

  /// Decoded numbers are the nearest of the 8-bit ones: no other code comes closer.
  @Test func eightBitFloats() throws {
    let eight = try matrix(try convert(try source(), "e.safetensors", "--type", "f8_e4m3"))
    #expect(eight.type == "F8_E4M3")
    let codes: [Float] = (0..<127).map { code in
      let (exponent, fraction) = (code >> 3, Float(code & 7))
      return exponent == 0
        ? fraction / 512
        : (1 + fraction / 8) * Float(sign: .plus, exponent: exponent - 7, significand: 1)
    }
    for (value, code) in zip(values, eight.bytes) {
      let decoded = codes[Int(code & 127)]
      #expect((code >> 7 == 1) == (value.sign == .minus))
      let error = (decoded - value.magnitude).magnitude
      #expect(!codes.contains { ($0 - value.magnitude).magnitude < error })
    }
  }

  /// q8_0 as its definition says: scale = largest / 127 in half precision, levels rounded.
  @Test(arguments: ["F32", "BF16", "F16"]) func q8_0(type: String) throws {
    let path = try source(type)
    let wide = try matrix(try convert(path, "wide.safetensors", "--type", "f32"))
    let quantized = try convert(path, "q.gguf", "--type", "Q8_0")
    let decoded = try matrix(try convert(quantized, "back.safetensors", "--type", "f32"))
    var expected: [Float] = []
    let numbers = wide.numbers(Float.self)
    for start in stride(from: 0, to: numbers.count, by: 32) {
      let block = numbers[start..<start + 32]
      let largest = block.map(\.magnitude).max() ?? 0
      let scale = largest / 127
      let inverse = scale == 0 ? 0 : 1 / scale
      let stored = Float(Float16(scale))
      expected += block.map { ($0 * inverse).rounded(.toNearestOrAwayFromZero) * stored }
    }
    #expect(decoded.numbers(Float.self) == expected)
  }

  @Test func requantizingIsRefusedUnlessAllowed() throws {
    let quantized = try convert(try source(), "q.gguf", "--type", "q8_0")
    // The same type is a copy, not a second loss.
    let again = try convert(quantized, "again.gguf", "--type", "q8_0")
    #expect(again.hasSuffix("again.gguf"))
    let eight = folder.path("e.safetensors")
    let refused = try lathe("convert", quantized, "-o", eight, "--type", "f8_e4m3")
    #expect(refused.status == 69)
    #expect(refused.standardError.contains("--allow-requantize"))
    #expect(refused.standardError.contains("m.weight"))
    #expect(!FileManager.default.fileExists(atPath: eight))
    let allowed = try lathe(
      "convert", quantized, "-o", eight, "--type", "f8_e4m3", "--allow-requantize")
    #expect(allowed.status == 0, "\(allowed.standardError)")
    #expect(try matrix(eight).type == "F8_E4M3")
  }

  @Test func valuesBeyondTheTarget() throws {
    var numbers = values
    numbers[3 * 96 + 17] = 70_000
    numbers[9 * 96] = -1e30
    let path = try folder.write(
      "big.safetensors",
      SmallFiles.safetensors([SmallFiles.Tensor("m.weight", "F32", [64, 96], numbers)]))
    let output = folder.path("out.safetensors")
    let refused = try lathe("convert", path, "-o", output, "--type", "f16")
    #expect(refused.status == 65)
    for part in ["'m.weight'", "row 3", "column 17", "70000", "f16", "--saturate"] {
      #expect(refused.standardError.contains(part), "\(part): \(refused.standardError)")
    }
    #expect(try folder.names() == ["big.safetensors"])
    let clamped = try convert(path, "out.safetensors", "--type", "f16", "--saturate")
    let halves = try matrix(clamped).numbers(Float16.self)
    #expect(halves[3 * 96 + 17] == 65_504)
    #expect(halves[9 * 96] == -65_504)
    #expect(halves[0] == Float16(values[0]))
  }

  /// A type without a place for what is no number says which element it was.
  @Test func noNumberInABlock() throws {
    var numbers = values
    numbers[5 * 96 + 40] = .nan
    let path = try folder.write(
      "nan.safetensors",
      SmallFiles.safetensors([SmallFiles.Tensor("m.weight", "F32", [64, 96], numbers)]))
    let refused = try lathe("convert", path, "-o", folder.path("q.gguf"), "--type", "q8_0")
    #expect(refused.status == 65)
    for part in ["'m.weight'", "row 5", "column 40", "nan", "q8_0"] {
      #expect(refused.standardError.contains(part), "\(part): \(refused.standardError)")
    }
    #expect(!refused.standardError.contains("--saturate"))
    // Floats have a place for it: the quiet one, its sign kept.
    let half = try matrix(try convert(path, "h.safetensors", "--type", "f16"))
    #expect(half.numbers(UInt16.self)[5 * 96 + 40] == 0x7E00)
  }

  @Test func valuesThatVanishAreCounted() throws {
    let path = try folder.write(
      "tiny.safetensors",
      SmallFiles.safetensors([
        SmallFiles.Tensor("m.weight", "F32", [2, 2], [Float(1e-30), 1, 0, -1e-20])
      ]))
    let result = try lathe("convert", path, "-o", folder.path("h.safetensors"), "--type", "f16")
    #expect(result.status == 0)
    #expect(result.standardError.contains("2 values became zero in 1 tensor: m.weight 2"))
  }

  /// Rows that do not fill blocks get a float type, and the user is told.
  @Test func rowsThatDoNotFit() throws {
    let path = try folder.write(
      "odd.safetensors",
      SmallFiles.safetensors([
        SmallFiles.Tensor("m.weight", "F32", [4, 33], SmallFiles.floats(132))
      ]))
    let result = try lathe("convert", path, "-o", folder.path("q.gguf"), "--type", "q8_0")
    #expect(result.status == 0)
    #expect(result.standardError.contains("m.weight: f16 instead of q8_0"))
  }
}
