import Foundation
import Testing
import _TestSupport

/// The bytes never depend on the processor, the threads, the buffers or the syncing.
@Suite struct SameBytesTests {
  static let ways: [(options: [String], environment: [String: String])] =
    ["1", "3", "4"].flatMap { level in
      [1, 2, 3, 8].map { (["--threads", "\($0)"], ["LATHE_CPU_LEVEL": level]) }
    } + [
      (["--sync", "none"], [:]), (["--max-memory", "5MB", "--threads", "2"], [:]),
      (["--max-memory", "200KB", "--threads", "8"], [:]),
      (["--quiet"], [:]), (["--progress", "json"], [:]),
    ]

  @Test(arguments: [
    ("f16.safetensors", "f16"), ("bf16.bin", "bf16"), ("e4m3.safetensors", "f8_e4m3"),
    ("f64.safetensors", "f64"), ("q8.gguf", "q8_0"), ("f16.gguf", "f16"), ("same.bin", "source"),
  ])
  func sameBytes(output: String, type: String) throws {
    let folder = try TemporaryFolder()
    // More than one tile of every type, and rows that no vector divides.
    let rows = 1100
    let tensors = [
      SmallFiles.Tensor("a.weight", "F32", [rows, 1056], SmallFiles.floats(rows * 1056)),
      SmallFiles.Tensor(
        "b.weight", "BF16", [rows, 352], SmallFiles.floats(rows * 352, seed: 2).map(SmallFiles.bf16)
      ),
      SmallFiles.Tensor(
        "c.weight", "F16", [rows, 352], SmallFiles.floats(rows * 352, seed: 3).map(Float16.init)),
      SmallFiles.Tensor("d.bias", "F32", [1001], SmallFiles.floats(1001)),
    ]
    let source = try folder.write("in.safetensors", SmallFiles.safetensors(tensors))
    var hashes = Set<String>()
    for (number, way) in Self.ways.enumerated() {
      let name = "\(number)-\(output)"
      let result = try LatheBinary.run(
        ["convert", source, "-o", folder.path(name), "--type", type] + way.options,
        environment: way.environment)
      try #require(result.status == 0, "\(way): \(result.standardError)")
      hashes.insert(Golden.sha256(try folder.bytes(name)))
      try FileManager.default.removeItem(atPath: folder.path(name))
    }
    #expect(hashes.count == 1)
  }
}
