internal import Tokenizers

extension Stages {
  /// The stages between kinds of documents, one line each, sorted by id; readers of tokenizer files
  /// come from their own registry.
  static let documents: [any DocumentStage] =
    [
      ConfigurationToKeys(),
      KeysToConfiguration(),
      KeysToTokenizerFiles(),
      PoolingToKey(),
      VocabularyToKeys(),
    ] + TokenizerFormats.all.map { ReadTokenizer(format: $0) }
}
