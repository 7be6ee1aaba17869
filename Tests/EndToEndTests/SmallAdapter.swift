import Foundation
import _TestSupport

/// A base model and adapters put together by hand.
struct SmallAdapter {
  let folder: TemporaryFolder
  let base: String

  /// A base of a few tensors: a matrix of odd sizes, a square one, an embedding, a bias and a norm.
  static let tensors = [
    SmallFiles.Tensor(
      "model.up.weight", "F32", [300, 133], SmallFiles.floats(300 * 133, seed: 11)),
    SmallFiles.Tensor(
      "model.square.weight", "BF16", [48, 48],
      SmallFiles.floats(48 * 48, seed: 12).map(SmallFiles.bf16)),
    SmallFiles.Tensor(
      "model.embed.weight", "F16", [40, 24], SmallFiles.floats(960, seed: 13).map(Float16.init)),
    SmallFiles.Tensor("model.up.bias", "F32", [300], SmallFiles.floats(300, seed: 14)),
    SmallFiles.Tensor(
      "model.norm.weight", "BF16", [48], SmallFiles.floats(48, seed: 15).map(SmallFiles.bf16)),
    SmallFiles.Tensor("model.ids", "I64", [3], [1, 2, 3] as [Int64]),
  ]

  init(_ folder: TemporaryFolder, _ tensors: [SmallFiles.Tensor] = Self.tensors) throws {
    self.folder = folder
    base = try folder.makeFolder("base")
    try Data(SmallFiles.safetensors(tensors)).write(
      to: URL(filePath: base).appending(path: "model.safetensors"))
  }

  /// Writes an adapter; `configuration` replaces keys of a plain one.
  func write(
    _ name: String, _ tensors: [SmallFiles.Tensor], _ configuration: [String: Any] = [:]
  ) throws -> String {
    let path = try folder.makeFolder(name)
    let plain: [String: Any] = [
      "peft_type": "LORA", "r": 3, "lora_alpha": 6, "base_model_name_or_path": "none/base",
    ]
    let merged = plain.merging(configuration) { $1 }
    try JSONSerialization.data(withJSONObject: merged)
      .write(to: URL(filePath: path).appending(path: "adapter_config.json"))
    try Data(SmallFiles.safetensors(tensors))
      .write(to: URL(filePath: path).appending(path: "adapter_model.safetensors"))
    return path
  }

  /// The matrices of a module, with random numbers.
  static func pair(
    _ module: String, out: Int, in input: Int, rank: Int = 3, seed: UInt64 = 21
  ) -> [SmallFiles.Tensor] {
    let prefix = "base_model.model." + module
    return [
      SmallFiles.Tensor(
        prefix + ".lora_A.weight", "F32", [rank, input],
        SmallFiles.floats(rank * input, seed: seed)),
      SmallFiles.Tensor(
        prefix + ".lora_B.weight", "F32", [out, rank],
        SmallFiles.floats(out * rank, seed: seed + 1)),
    ]
  }

  /// A tensor trained along.
  static func whole(_ name: String, _ shape: [Int], seed: UInt64 = 31) -> SmallFiles.Tensor {
    SmallFiles.Tensor(
      "base_model.model." + name, "F32", shape,
      SmallFiles.floats(shape.reduce(1, *), seed: seed))
  }
}
