/// What a token is: the numbers of GGUF's `tokenizer.ggml.token_type`, which are those of
/// SentencePiece's piece types.
public enum TokenType: Int32, Sendable {
  /// An ordinary piece of text.
  case normal = 1
  /// What unknown text becomes.
  case unknown = 2
  /// Never produced from text: `<s>`.
  case control = 3
  /// Found in text before anything else is done with it.
  case userDefined = 4
  /// A row without a token.
  case unused = 5
  /// A byte of text that no piece covers: `<0x41>`.
  case byte = 6
}
