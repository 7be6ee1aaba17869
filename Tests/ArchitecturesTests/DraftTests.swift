import Architectures
import Foundation
import Testing
import _TestSupport

@Suite struct DraftTests {
  static let names = [
    "deepseek", "gemma2", "gemma3", "gpt2", "gptoss", "mamba", "qwen2moe",
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
        "bert", "bloom", "falcon", "llama", "stablelm", "starcoder2", "t5", "t5encoder",
      ])
  }
}
