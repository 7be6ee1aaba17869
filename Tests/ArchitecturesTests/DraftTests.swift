import Architectures
import Foundation
import Testing
import _TestSupport

@Suite struct DraftTests {
  static let names = [
    "bloom", "deepseek", "falcon", "t5",
  ]

  @Test(arguments: names) func draftsParseAndCheck(_ name: String) throws {
    let bytes = try Golden.bytes("Architectures/drafts/\(name).arch")
    let architecture = try Architectures.parse(
      file: "\(name).arch", text: String(decoding: bytes, as: UTF8.self))
    #expect(architecture.name == name)
  }

  @Test func embeddedFilesParse() throws {
    #expect(
      try Architectures.all.get().map(\.name) == [
        "bert", "gemma", "gemma2", "gemma3", "gpt2", "gptoss", "llama", "mamba", "olmo2", "qwen2",
        "qwen2moe", "qwen3", "qwen3moe",
      ])
  }
}
