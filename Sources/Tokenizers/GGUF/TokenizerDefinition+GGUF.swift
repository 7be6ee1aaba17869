public import Documents
public import Failures

extension TokenizerDefinition {
  /// The tokenizer that GGUF's keys describe.
  ///
  /// `tokenizer.huggingface.json`, if it is there, is the tokenizer. Otherwise SentencePiece's kinds
  /// are made of the pieces, scores and types, and the others of the pre-tokenizer's name; what the
  /// keys do not hold is taken as ``HuggingFaceTokenizerFiles`` takes it.
  ///
  /// - Parameter dialect: whether ``Tokenizer`` encodes as that tokenizer does, or as llama.cpp does
  ///   with the keys. Decoding is the same.
  public init(
    fromGGUF metadata: Metadata, dialect: GGUFDialect = .original
  ) throws(TokenizerError) {
    var keys = metadata
    // Decoding needs no merges, and llama.cpp takes some that no tokenizer.json may have.
    if dialect == .llamaCpp { keys["tokenizer.ggml.merges"] = nil }
    let files = try HuggingFaceTokenizerFiles.make(fromGGUF: keys)
    let stated = metadata["tokenizer.huggingface.json"]?.string != nil
    var sources: [String: [UInt8]] = [:]
    for (name, bytes) in files.files { sources[name] = bytes }
    // A rebuilt tokenizer.json of SentencePiece's kinds splits a few texts otherwise.
    if !stated, sources["tokenizer.model"] != nil {
      self = try SentencePieceFormat().define(TokenizerSource(files: sources))
    } else {
      self = try TokenizerJSONFormat().define(TokenizerSource(files: sources))
    }
    if dialect == .llamaCpp { llamaCpp = try LlamaCppVocabulary(metadata) }
  }
}
