public import Failures

/// A way in which a checkpoint folder holds its tokenizer.
public protocol TokenizerFormat: Sendable {
  /// Stable name, as messages show it.
  var id: String { get }
  /// The files it looks for.
  var files: [String] { get }
  /// Whether the folder has a tokenizer of this format; judged by content where a file's name does
  /// not tell.
  func recognises(_ source: TokenizerSource) -> Bool
  /// Reads the tokenizer.
  func read(_ source: TokenizerSource) throws(TokenizerError) -> Vocabulary
  /// Reads the whole content of the tokenizer: what encoding and decoding need.
  func define(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerDefinition
}
