import Foundation
import Testing
import _TestSupport

/// Headers of very many tensors stay cheap.
@Suite struct ManyTensorsTests {
  @Test(arguments: ["out.safetensors", "out.gguf", "out.bin"])
  func aHundredThousand(output: String) throws {
    let folder = try TemporaryFolder()
    let source = folder.path("many.safetensors")
    try SmallFiles.sparse(
      source,
      (0..<100_000).map {
        ("model.layers.\($0 / 100).experts.\($0 % 100).weight", "BF16", [64, 32], 2)
      })
    let result = try LatheBinary.measure(
      ["plan", source, "-o", folder.path(output), "--type", "f16"])
    #expect(result.status == 0, "\(result.standardError)")
    #expect(result.standardOutput.contains("100000"))
    #expect(try folder.names() == ["many.safetensors"])
    let (seconds, bytes) = (try #require(result.cpuSeconds), try #require(result.peakBytes))
    print("plan of 100,000 tensors to \(output): \(seconds) s of CPU, \(bytes / 1_000_000) MB")
    #if !DEBUG
      #expect(seconds < 5)
      #expect(bytes < 400_000_000)
    #endif
  }
}
