internal import Documents
public import Failures

/// tokenizer.json: byte-level BPE, SentencePiece's BPE, Unigram or WordPiece.
public struct TokenizerJSONFormat: TokenizerFormat {
  /// `tokenizer.json`.
  public let id = "tokenizer.json"
  /// tokenizer.json.
  public let files = [TokenizerJSON.name]

  /// The format.
  public init() {}

  /// Whether there is a tokenizer.json.
  public func recognises(_ source: TokenizerSource) -> Bool {
    source.bytes(TokenizerJSON.name) != nil
  }

  /// Reads the tokenizer.
  public func read(_ source: TokenizerSource) throws(TokenizerError) -> Vocabulary {
    let bytes = source.bytes(TokenizerJSON.name) ?? []
    var vocabulary = try VocabularyBuilder(
      json: TokenizerJSON(bytes), source: source, file: TokenizerJSON.name
    ).build()
    vocabulary.huggingFaceJSON = bytes
    if source.addsBeginning, vocabulary.special.ids[.bos] != nil {
      vocabulary.special.added[.bos] = true
      vocabulary.notes.append(
        "a beginning of text is added, as the model has learned it; tokenizer.json does not add it")
    }
    return vocabulary
  }

  /// Reads what tokenizer.json says; no other file counts.
  public func define(_ source: TokenizerSource) throws(TokenizerError) -> TokenizerDefinition {
    try TokenizerDefinition(tokenizerJSON: source.bytes(TokenizerJSON.name) ?? [])
  }
}
