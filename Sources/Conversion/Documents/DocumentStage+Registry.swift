internal import Tokenizers

extension Stages {
  /// The stages between kinds of documents, one line each, sorted by id.
  ///
  /// Readers of tokenizer files come from their own registry; files of ranks have none, as they go by
  /// way of tokenizer.json.
  static let documents: [any DocumentStage] =
    [
      ConfigurationToKeys(),
      FilesToTokenizerJSON(),
      KeysToConfiguration(),
      KeysToTokenizerFiles(),
      PoolingToKey(),
      TokenizerToJSON(format: TekkenFormat()),
      TokenizerToJSON(format: TiktokenFormat()),
      TokenizerJSONToRanks(),
      TokenizerToJSON(format: VocabMergesFormat()),
      VocabularyToKeys(),
      TokenizerToJSON(format: WordPieceFormat()),
    ]
    + TokenizerFormats.all.filter { !($0 is any RankTokenizerFormat) }
    .map { ReadTokenizer(format: $0) }
}
