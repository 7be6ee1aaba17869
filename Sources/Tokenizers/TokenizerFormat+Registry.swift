public import Failures

/// The formats of tokenizers.
public enum TokenizerFormats {
  /// All formats, in the order in which they are tried.
  ///
  /// A SentencePiece model goes first: tokenizer.json beside it was made from it and has lost its
  /// scores. Files of ranks go last: what lies beside them says more.
  public static let all: [any TokenizerFormat] = [
    SentencePieceFormat(),
    TokenizerJSONFormat(),
    WordPieceFormat(),
    VocabMergesFormat(),
    TekkenFormat(),
    TiktokenFormat(),
  ]

  /// The format of a folder's tokenizer.
  ///
  /// - Throws: `.missing` if there is none, `.unsupported` if there is one that is not read.
  public static func recognise(
    in source: TokenizerSource
  ) throws(TokenizerError) -> any TokenizerFormat {
    if let format = all.first(where: { $0.recognises(source) }) { return format }
    let present = source.presentNames
    if let model = source.bytes("tokenizer.model") {
      let isPointer = model.starts(with: "version https://git-lfs".utf8)
      throw TokenizerError(
        .unsupported,
        isPointer
          ? "the file is a Git LFS pointer, not the model itself"
          : "the file is neither a SentencePiece model nor a file of ranks; supported are "
            + choices, at: Place(file: "tokenizer.model"))
    }
    throw TokenizerError(
      .missing,
      "no tokenizer files: looked for \(choices); found "
        + (present.isEmpty ? "none of them" : present.joined(separator: ", ")))
  }

  /// Reads a folder's tokenizer.
  public static func read(_ source: TokenizerSource) throws(TokenizerError) -> Vocabulary {
    try recognise(in: source).read(source)
  }

  /// Reads the whole content of a folder's tokenizer.
  public static func define(
    _ source: TokenizerSource
  ) throws(TokenizerError) -> TokenizerDefinition {
    try recognise(in: source).define(source)
  }

  private static var choices: String {
    all.map { $0.files.joined(separator: " with ") }.joined(separator: ", ")
  }
}
