import ArgumentParser
import Lathe

struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Encodes, decodes, describes and converts tokenizers.",
    discussion: """
      A tokenizer is a folder, one of its files, or a GGUF; what a file holds is told by its content. \
      Files of ranks (tiktoken) also need a pattern and special tokens, unless their ranks are known.
      """,
    subcommands: [
      EncodeCommand.self, DecodeCommand.self, TokenizerInfoCommand.self,
      TokenizerConvertCommand.self,
    ])
}

/// The tokenizer that a command works with.
struct TokenizerArguments: ParsableArguments {
  @Argument(help: "A tokenizer: folder, file or GGUF.")
  var tokenizer: String

  @OptionGroup var ranks: RankArguments

  /// The tokenizer, opened.
  func input() throws -> TokenizerInput {
    try TokenizerInput(
      tokenizer, pattern: ranks.pattern, specialTokens: ranks.specialTokens)
  }

  /// The tokenizer, ready to run.
  func make() throws -> Tokenizer { try input().tokenizer() }
}

struct TokenizerInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Shows kind, size, special tokens, pattern, normalizer and chat templates.")

  @OptionGroup var arguments: TokenizerArguments

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let info = try TokenizerInfo(try arguments.input())
    if json { Output.result(info.json) } else { Output.result(info.text) }
  }
}
