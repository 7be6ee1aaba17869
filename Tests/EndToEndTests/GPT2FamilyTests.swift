import Foundation
import Lathe
import Testing
import _TestSupport

/// What GPT-2's family has beyond its reference case.
@Suite struct GPT2FamilyTests {
  let folder: TemporaryFolder
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try ModelCase(path: "gpt2/gpt2").unpack(into: folder)
  }

  /// Scales and activations that llama.cpp has not: refused by name; forced, they are written down.
  @Test(arguments: [
    ("scale_attn_by_inverse_layer_idx", "true", "1/sqrt(head width) in every layer"),
    ("scale_attn_weights", "false", "1/sqrt(head width) in every layer"),
    ("activation_function", "\"relu\"", "always uses gelu"),
  ])
  func whatLlamaCppHasNotIsRefused(key: String, value: String, sentence: String) throws {
    try ModelCase.change(model, key, value)
    let output = folder.path("out.gguf")
    let refused = try lathe("convert", model, "-o", output)
    #expect(refused.status == 69)
    #expect(refused.standardError.contains(sentence), "\(refused.standardError)")
    let forced = try lathe("convert", model, "-o", output, "--force-lossy-architecture")
    #expect(forced.status == 0)
    #expect(forced.standardError.contains(sentence))
    let losses = try Content(output).metadata["lathe.losses"]?.strings.map(Array.init)
    #expect(losses?.first?.contains(sentence) == true)
    // The way back says what the checkpoint said.
    let back = try lathe("convert", output, "-o", folder.path("back"))
    #expect(back.status == 0)
    #expect(try ModelCase.setting(folder.path("back"), key) == (try ModelCase.setting(model, key)))
  }

  /// Old checkpoints hold the causal mask of each layer: it is left out, with the reason.
  @Test func masksAreLeftOut() throws {
    let path = model + "/model.safetensors"
    let before = try SmallFiles.read(path)
    var tensors = before.tensors.values.sorted { $0.name < $1.name }
    for layer in 0..<2 {
      tensors.append(
        SmallFiles.Tensor(
          "transformer.h.\(layer).attn.bias", "U8", [1, 1, 4, 4], [UInt8](repeating: 1, count: 16)))
      tensors.append(
        SmallFiles.Tensor("transformer.h.\(layer).attn.masked_bias", "F32", [1], [Float(-10000)]))
    }
    try Conversion.run(model, folder.path("plain.gguf"))
    let bytes = SmallFiles.safetensors(tensors, metadata: before.metadata)
    try Data(bytes).write(to: URL(filePath: path))
    let plan = try Conversion.run(model, folder.path("masked.gguf"))
    #expect(plan.lost.count == 4 && plan.lost.allSatisfy { !$0.reason.isEmpty })
    let masked = try Content(folder.path("masked.gguf")).tensors
    #expect(masked == (try Content(folder.path("plain.gguf")).tensors))
  }

  /// The transposed matrices of a quantized GGUF come back: decoded first, then turned.
  @Test func quantizedMatricesAreTurnedBack() throws {
    let gguf = folder.path("q8.gguf")
    try Conversion.run(model, gguf, type: "q8_0")
    let plan = try Conversion.run(gguf, folder.path("back"), type: "f32")
    #expect(plan.routes.contains { $0.text == "q8_0 > f32" })
    let narrow = try #require(try Content(gguf).tensors["blk.1.ffn_up.weight"])
    #expect(narrow.encoding.name == "q8_0")
    let wide = try #require(
      try Content(folder.path("back")).tensors["transformer.h.1.mlp.c_fc.weight"])
    #expect(wide.shape == [64, 256] && narrow.shape == [256, 64])
    var decoded = [Float](repeating: 0, count: 256 * 64)
    let codec = try #require(narrow.encoding.quantType?.codec)
    narrow.bytes.withUnsafeBytes { from in
      decoded.withUnsafeMutableBufferPointer { codec.decode(from, into: $0) }
    }
    let found = try wide.widened()
    for row in 0..<64 {
      for column in 0..<256 where found[row * 256 + column] != decoded[column * 64 + row] {
        Issue.record("row \(row), column \(column)")
        return
      }
    }
  }
}

extension ModelCase {
  /// Sets a key of a folder's config.json to a value given as JSON text.
  static func change(_ folder: String, _ key: String, _ value: String) throws {
    let url = URL(filePath: folder + "/config.json")
    var config = try JSONValue.parse([UInt8](try Data(contentsOf: url)))
    config[key] = try JSONValue.parse("[\(value)]")[0]
    try Data(config.bytes(.pretty(indent: 2))).write(to: url)
  }

  /// A value of a folder's config.json.
  static func setting(_ folder: String, _ key: String) throws -> JSONValue? {
    let data = try Data(contentsOf: URL(filePath: folder + "/config.json"))
    return try JSONValue.parse([UInt8](data))[key]
  }
}
