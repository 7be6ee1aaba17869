import Foundation
import Lathe
import Testing
import _TestSupport

/// What Mamba has beyond its reference case.
@Suite struct MambaFamilyTests {
  let folder: TemporaryFolder
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try ModelCase(path: "mamba/mamba").unpack(into: folder)
  }

  /// A is -exp(A_log), rounded to f32 once, and f32 whatever type is asked for.
  @Test(arguments: ["source", "f32", "f16", "q8_0"]) func aIsComputed(type: String) throws {
    let gguf = folder.path("out.gguf")
    let plan = try Conversion.run(model, gguf, type: type)
    let a = try #require(try Content(gguf).tensors["blk.1.ssm_a"])
    let logs = try #require(try Content(model).tensors["backbone.layers.1.mixer.A_log"])
    #expect(a.encoding.name == "f32" && a.shape == logs.shape)
    for (found, log) in zip(try a.widened(), try logs.widened()) {
      let expected = -exp(Double(log))
      #expect(abs(Double(found) - expected) <= abs(expected) * 0x1p-24)
    }
    let planned = try #require(plan.tensors.first { $0.name == "blk.1.ssm_a" })
    // Few digits come back; the probe finds that.
    #expect(planned.fidelity == .exact && planned.layoutText == "undo log_neg")
  }

  /// A full f32 logarithm does not come back bit for bit, and the plan does not say it would.
  @Test func aIsRounded() throws {
    let path = model + "/model.safetensors"
    let content = try SmallFiles.read(path)
    var tensors = content.tensors
    let name = "backbone.layers.0.mixer.A_log"
    let shape = try #require(tensors[name]).shape
    let values = SmallFiles.floats(shape.reduce(1, *))
    tensors[name] = SmallFiles.Tensor(name, "F32", shape, values)
    let list = tensors.values.sorted { $0.name < $1.name }
    try Data(SmallFiles.safetensors(list, metadata: content.metadata))
      .write(to: URL(filePath: path))
    let gguf = folder.path("out.gguf")
    let plan = try Conversion.run(model, gguf)
    #expect(plan.tensors.first { $0.name == "blk.0.ssm_a" }?.fidelity == .rounded)
    try Conversion.run(gguf, folder.path("back"))
    let back = try #require(try Content(folder.path("back")).tensors[name])
    for (found, value) in zip(try back.widened(), values) {
      #expect(abs(found - value) <= 1.2e-7 * max(1, abs(value)))
    }
  }

  /// Numbers that no f32 holds are named, and nothing is written.
  @Test func overflowIsNamed() throws {
    let path = model + "/model.safetensors"
    let content = try SmallFiles.read(path)
    var tensors = content.tensors
    let name = "backbone.layers.0.mixer.A_log"
    let shape = try #require(tensors[name]).shape
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    values[shape[1] + 2] = 100
    tensors[name] = SmallFiles.Tensor(name, "F32", shape, values)
    let list = tensors.values.sorted { $0.name < $1.name }
    try Data(SmallFiles.safetensors(list, metadata: content.metadata))
      .write(to: URL(filePath: path))
    let result = try lathe("convert", model, "-o", folder.path("out.gguf"))
    #expect(result.status == 65)
    #expect(result.standardError.contains("blk.0.ssm_a"), "\(result.standardError)")
    #expect(result.standardError.contains("100.0 at row 1, column 2"), "\(result.standardError)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.gguf")))
  }

  @Test func whatLlamaCppHasNotIsSaid() throws {
    try ModelCase.change(model, "hidden_act", "\"gelu\"")
    let refused = try lathe("convert", model, "-o", folder.path("out.gguf"))
    #expect(refused.status == 69 && refused.standardError.contains("always uses silu"))
  }
}
