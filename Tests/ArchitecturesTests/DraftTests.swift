import Architectures
import Foundation
import Testing
import _TestSupport

@Suite struct DraftTests {
  @Test func embeddedFilesParse() throws {
    #expect(
      try Architectures.all.get().map(\.name) == [
        "bert", "bloom", "deepseek2", "distilbert", "falcon", "gemma", "gemma2", "gemma3",
        "gpt2", "gptneox", "gptoss", "llama", "mamba", "olmo2", "opt", "phi2", "phi3", "qwen2",
        "qwen2moe", "qwen3", "qwen3moe", "stablelm", "starcoder2", "t5", "t5encoder",
      ])
  }
}
