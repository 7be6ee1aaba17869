import ByteIO
import Checkpoints
import Documents
import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Conversion

/// Names, configurations and sums of LoRA adapters.
@Suite struct AdapterTests {
  @Test(
    arguments: [
      ("base_model.model.model.layers.0.q.lora_A.weight", "model.layers.0.q", "a", nil),
      ("base_model.model.x.lora_B.default.weight", "x", "b", "default"),
      ("x.y.lora_A.weight", "x.y", "a", nil),
      ("base_model.model.e.lora_embedding_A", "e", "embeddingA", nil),
      ("base_model.model.e.lora_embedding_B.mine", "e", "embeddingB", "mine"),
      ("base_model.model.x.lora_magnitude_vector", "x", "magnitude", nil),
      ("base_model.model.x.lora_magnitude_vector.default.weight", "x", "magnitude", "default"),
      ("base_model.model.x.lora_magnitude_vector.weight", "x", "magnitude", nil),
      ("base_model.model.x.base_layer.bias", "x.bias", "whole", nil),
      ("base_model.model.model.norm.weight", "model.norm.weight", "whole", nil),
      ("base_model.model.score.modules_to_save.default.weight", "score.weight", "wrapped", nil),
      ("base_model.model.score.modules_to_save.weight", "score.weight", "wrapped", nil),
      ("base_model.model.score.original_module.weight", "score.weight", "leftover", nil),
      ("base_model.model.x.lora_B.bias", "x", "unknown", "bias"),
      ("base_model.model.x.lora_C.weight", "x", "unknown", nil),
      ("base_model.model.lora_A.weight", "", "unknown", nil),
      ("base_model.model.x.lora_A.one.two.weight", "x", "unknown", "one"),
    ] as [(String, String, String, String?)])
  func names(_ name: String, _ module: String, _ role: String, _ adapter: String?) {
    let found = AdapterTensorName(name)
    #expect(found.module == module)
    #expect("\(found.role)" == role)
    #expect(found.adapter == adapter)
  }

  /// PEFT's rule: a pattern is the whole name, or its end behind a point; the first one counts.
  @Test func patternsOfModules() throws {
    let configuration = try AdapterConfiguration(
      try JSONValue.parse(
        #"""
        {"peft_type": "LORA", "r": 8, "lora_alpha": 16, "rank_pattern": {"q_proj": 4, "^k_proj": 2,
         "layers\\.[01]\\.v_proj": 16}, "alpha_pattern": {"v_proj": 4}, "mystery": 1, "layers_pattern": "h"}
        """#))
    #expect(configuration.rank(of: "model.layers.0.q_proj") == 4)
    #expect(configuration.rank(of: "model.layers.0.xq_proj") == 8)
    #expect(configuration.rank(of: "model.k_proj") == 8)
    #expect(configuration.rank(of: "k_proj") == 2)
    #expect(configuration.rank(of: "model.layers.1.v_proj") == 16)
    #expect(configuration.rank(of: "model.layers.2.v_proj") == 8)
    #expect(configuration.scale(of: "model.layers.1.v_proj") == 0.25)
    #expect(configuration.scale(of: "model.layers.0.q_proj") == 4)
    #expect(configuration.unknownKeys == ["mystery"])
  }

  @Test(arguments: [
    ("a/b", "a/b", 1.0), ("a=b", "a=b", 1), ("a=0.5", "a", 0.5), ("a=b=-2", "a=b", -2),
    ("a=1e-1", "a", 0.1),
  ])
  func options(_ text: String, _ path: String, _ scale: Double) throws {
    #expect(try AdapterRequest(text) == AdapterRequest(path: path, scale: scale))
  }

  /// Where a run of elements begins and ends has no part in the sums.
  @Test(arguments: [1, 2, 7, 64])
  func sumsDoNotDependOnRuns(rank: Int) {
    let (rows, columns) = (5, 1500)
    func numbers(_ count: Int, _ seed: Int) -> [Float] {
      (0..<count).map { Float((($0 &+ seed) &* 2_654_435_761) % 10_007) / 5003 - 1 }
    }
    let update = LowRankUpdate(
      rowFactors: numbers(rows * rank, 3), columnFactors: numbers(rank * columns, 5), rank: rank,
      columns: columns, scale: 0.3, magnitudes: nil)
    let base = numbers(rows * columns, 9)
    var whole = base
    whole.withUnsafeMutableBufferPointer { update.add(to: $0, first: 0) }
    var pieces = base
    var start = 0
    for length in [1, 1023, 1024, 1, 1500, 2951, 1000] {
      pieces.withUnsafeMutableBufferPointer {
        update.add(
          to: UnsafeMutableBufferPointer(rebasing: $0[start..<start + length]), first: start)
      }
      start += length
    }
    #expect(start == rows * columns && pieces == whole)
    for index in stride(from: 0, to: base.count, by: 101) {
      let (row, column) = (index / columns, index % columns)
      var sum: Float = 0
      for k in 0..<rank {
        let product =
          Double(update.rowFactors[row * rank + k])
          * Double(update.columnFactors[k * columns + column])
        sum = Float(Double(sum) + product)
      }
      let scaled = Float(0.3) * sum
      #expect(whole[index] == base[index] + scaled)
    }
  }

  /// All experts of a layer are read in one type if one of them is changed; the others stay exact.
  @Test func partnersOfAnExpert() throws {
    let folder = try TemporaryFolder()
    let names = ["m.0.experts.0.w", "m.0.experts.1.w", "m.1.experts.0.w", "m.0.w"]
    let merge = try merge(folder, names.map { $0 + ".weight" }, changing: "m.0.experts.1.w")
    #expect(Set(merge.changes.keys) == [0, 1])
    #expect(merge.changes[0]?.changesNumbers == false)
    #expect(merge.changes[1]?.changesNumbers == true)
    let reader = MergedReader(merge)
    #expect(reader.tensors.map(\.encoding.name) == ["f32", "f32", "bf16", "bf16"])
    var value: Float = 0
    try withUnsafeMutableBytes(of: &value) { try reader.read(tensor: 0, range: 8..<12, into: $0) }
    #expect(value == 1)
    let widened = TensorMapping.Merge(stored: Encoding(.bf16), isChanged: false)
    #expect(widened.fidelity(to: Encoding(.bf16)) == .exact)
    #expect(widened.fidelity(to: Encoding(.f16)) == .rounded)
    let changed = TensorMapping.Merge(stored: Encoding(.bf16), isChanged: true)
    #expect(changed.fidelity(to: Encoding(.f32)) == .changed)
  }

  /// Names of the bare model and of a class with a head.
  @Test func namesWithOneComponentMore() throws {
    let targets = AdapterTargets(["encoder.a.weight", "bert.encoder.b.weight", "x.c", "y.c"])
    #expect(try targets.find("encoder.a.weight", at: .unknown) == 0)
    #expect(try targets.find("bert.encoder.a.weight", at: .unknown) == 0)
    #expect(try targets.find("encoder.b.weight", at: .unknown) == 1)
    #expect(try targets.find("encoder.c.weight", at: .unknown) == nil)
    #expect(throws: ConversionError.self) { try targets.find("c", at: .unknown) }
  }

  /// A base of 2 x 2 ones in bf16 and an adapter for one of its modules.
  private func merge(
    _ folder: TemporaryFolder, _ names: [String], changing module: String
  ) throws -> AdapterMerge {
    let one: [UInt8] = [0x80, 0x3F]
    let base = folder.path("base.safetensors")
    try write(base, names.map { ($0, "BF16", [2, 2], [[UInt8]](repeating: one, count: 4)) })
    let number: [UInt8] = [0, 0, 0x80, 0x3F]
    let adapter = folder.url.appending(path: "adapter")
    try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: true)
    try Data(#"{"peft_type": "LORA", "r": 1, "lora_alpha": 1}"#.utf8)
      .write(to: adapter.appending(path: "adapter_config.json"))
    try write(
      adapter.appending(path: "adapter_model.safetensors").path(),
      [("A", [1, 2]), ("B", [2, 1])].map { letter, shape in
        ("\(module).lora_\(letter).weight", "F32", shape, [number, number])
      })
    return try AdapterMerge(
      [AdapterRequest(path: adapter.path())], base: try SourceCheckpoint(base), widens: true)
  }

  private func write(
    _ path: String, _ tensors: [(name: String, type: String, shape: [Int], values: [[UInt8]])]
  ) throws {
    var data: [UInt8] = []
    var members: [String] = []
    for tensor in tensors {
      let start = data.count
      data += tensor.values.joined()
      members.append(
        #""\#(tensor.name)":{"dtype":"\#(tensor.type)","shape":\#(tensor.shape),"#
          + #""data_offsets":[\#(start),\#(data.count)]}"#)
    }
    let header = Array("{\(members.joined(separator: ","))}".utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    try Data(length + header + data).write(to: URL(filePath: path))
  }
}
