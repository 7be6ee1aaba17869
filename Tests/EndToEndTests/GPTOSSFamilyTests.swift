import Foundation
import Lathe
import Testing
import _TestSupport

/// Experts in MXFP4: blocks that stay blocks, and what becomes of them otherwise.
@Suite struct GPTOSSFamilyTests {
  let folder: TemporaryFolder
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try ModelCase(path: "variants/gptoss-packed").unpack(into: folder)
  }

  static let blocks = "model.layers.0.mlp.experts.gate_up_proj_blocks"
  static let plain = "model.layers.0.mlp.experts.gate_up_proj"

  /// yarn without truncation is what every published gpt-oss asks for and llama.cpp has not.
  @Test func untruncatedYarnIsRefused() throws {
    let model = try ModelCase(path: "gptoss/gptoss-mxfp4").unpack(into: folder)
    let refused = try lathe("convert", model, "-o", folder.path("out.gguf"))
    #expect(refused.status == 69)
    #expect(refused.standardError.contains("truncate"), "\(refused.standardError)")
  }

  @Test(arguments: [("swiglu_limit", "5.0"), ("swiglu_alpha", "1.5")])
  func anotherActivationIsRefused(key: String, value: String) throws {
    try ModelCase.change(model, key, value)
    let refused = try lathe("convert", model, "-o", folder.path("out.gguf"))
    #expect(refused.status == 69 && refused.standardError.contains("alpha and limit"))
  }

  /// Blocks stay whatever float type is asked for.
  @Test(arguments: ["source", "f32", "f16", "bf16"]) func blocksStay(type: String) throws {
    let gguf = folder.path("out.gguf")
    let plan = try Conversion.run(model, gguf, type: type)
    let content = try Content(gguf)
    #expect(content.tensors["blk.0.ffn_gate_exps.weight"]?.encoding.name == "mxfp4")
    #expect(content.tensors["blk.0.ffn_gate_exps.bias"]?.encoding.name == "f32")
    #expect(content.metadata["general.file_type"] == .u32(38))
    #expect(plan.routes.contains { $0.text == "mxfp4 (copy)" })
  }

  /// Asked for in so many words, they are decoded.
  @Test func blocksAreDecodedOnDemand() throws {
    let gguf = folder.path("out.gguf")
    let result = try lathe("convert", model, "-o", gguf, "--type", "bf16", "--dequantize")
    #expect(result.status == 0, "\(result.standardError)")
    let content = try Content(gguf)
    #expect(content.tensors["blk.0.ffn_gate_exps.weight"]?.encoding.name == "bf16")
    #expect(content.metadata["general.file_type"] == .u32(32))
  }

  /// Another block type is a second quantization, and asked about.
  @Test func blocksAreNotQuantizedUnasked() throws {
    let refused = try lathe("convert", model, "-o", folder.path("out.gguf"), "--type", "q8_0")
    #expect(refused.status == 69 && refused.standardError.contains("--allow-requantize"))
  }

  /// A GGUF whose header tells nothing of its origin gives blocks and scales by its types alone.
  @Test func typesAloneTellOfPackings() throws {
    let gguf = folder.path("bare.gguf")
    var request = ConversionRequest(source: model, destination: gguf)
    request.lineage = .omitted
    let (plan, source) = try Planner(request).plan()
    _ = try Executor(plan: plan, source: source).run()
    try Conversion.run(gguf, folder.path("back"))
    let original = try Content(model).tensors
    let back = try Content(folder.path("back")).tensors
    #expect(back[Self.blocks] == original[Self.blocks])
    #expect(back.keys.sorted() == original.keys.sorted())
    let packing = try ModelCase.setting(folder.path("back"), "quantization_config")
    #expect(packing?["quant_method"]?.string == "mxfp4")
  }

  /// Decoded, the experts stand as Transformers stores plain ones: [in, out], even columns gate.
  @Test func decodedExpertsAreTurned() throws {
    let gguf = folder.path("there.gguf")
    try Conversion.run(model, gguf)
    try Conversion.run(gguf, folder.path("back"), type: "f32")
    let back = try Content(folder.path("back")).tensors
    let found = try #require(back[Self.plain])
    let there = try Content(gguf).tensors
    #expect(back[Self.blocks] == nil)
    #expect(try ModelCase.setting(folder.path("back"), "quantization_config") == nil)
    let parts = try ["gate", "up"].map { name -> (shape: Shape, values: [Float]) in
      let tensor = try #require(there["blk.0.ffn_\(name)_exps.weight"])
      var values = [Float](repeating: 0, count: tensor.shape.elementCount ?? 0)
      let codec = try #require(tensor.encoding.quantType?.codec)
      tensor.bytes.withUnsafeBytes { from in
        values.withUnsafeMutableBufferPointer { codec.decode(from, into: $0) }
      }
      return (tensor.shape, values)
    }
    let (experts, rows, columns) = (
      parts[0].shape.axes[0], parts[0].shape.axes[1], parts[0].shape.axes[2]
    )
    #expect(found.shape == Shape([experts, columns, 2 * rows]))
    let values = try found.widened()
    for expert in 0..<experts {
      for column in 0..<columns {
        for row in 0..<2 * rows {
          let expected = parts[row % 2].values[(expert * rows + row / 2) * columns + column]
          if values[(expert * columns + column) * 2 * rows + row] != expected {
            Issue.record("expert \(expert), column \(column), row \(row)")
            return
          }
        }
      }
    }
    // And from there the same GGUF, but for the type.
    try Conversion.run(folder.path("back"), folder.path("again.gguf"), type: "f32")
    let again = try #require(
      try Content(folder.path("again.gguf")).tensors["blk.0.ffn_up_exps.weight"])
    #expect(try again.widened() == parts[1].values)
  }

  /// Parts that do not fit one another are no packing: they are tensors that nothing describes.
  @Test func misfittingPartsAreRefused() throws {
    let path = model + "/model.safetensors"
    let content = try SmallFiles.read(path)
    for change in ["type", "shape", "missing"] {
      var tensors = content.tensors
      let name = "model.layers.1.mlp.experts.down_proj_scales"
      var scales = try #require(tensors[name])
      switch change {
      case "type": scales.type = "I8"
      case "shape": scales.shape = [scales.shape.reduce(1, *)]
      default: scales.name = "other"
      }
      tensors[name] = nil
      tensors[scales.name] = scales
      let list = tensors.values.sorted { $0.name < $1.name }
      try Data(SmallFiles.safetensors(list, metadata: content.metadata))
        .write(to: URL(filePath: path))
      let result = try lathe("convert", model, "-o", folder.path("out.gguf"))
      #expect(result.status == 65 || result.status == 69, "\(change): \(result.standardError)")
      #expect(
        result.standardError.contains("only some are packed"), "\(result.standardError)")
    }
  }
}
