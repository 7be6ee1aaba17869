internal import Documents
internal import Failures

/// Splits text as llama.cpp does with the keys of a GGUF.
struct LlamaCppEngine: Sendable {
  private let finder: LlamaCppTokenFinder
  private let model: any LlamaCppModel

  /// - Throws: `.unsupported` for expressions that are not understood, `.schema` for lists that do
  ///   not fit.
  init(_ vocabulary: LlamaCppVocabulary) throws(TokenizerError) {
    finder = LlamaCppTokenFinder(vocabulary)
    switch vocabulary.kind {
    case .byteLevelBPE: model = try LlamaCppMergeModel(vocabulary)
    case .sentencePieceBPE: model = LlamaCppScoreModel(vocabulary)
    case .unigram: model = try LlamaCppUnigramModel(vocabulary)
    case .wordPiece: model = LlamaCppWordModel(vocabulary)
    }
  }

  /// The ids of a text, whose bytes need not be UTF-8.
  ///
  /// - Throws: `.limit` for a text of 2 GiB or more, `.missing` for a byte that has no token.
  func encode(_ text: [UInt8], findsControl: Bool) throws(TokenizerError) -> [Int32] {
    guard text.count < Int(Int32.max) else {
      throw TokenizerError(.limit, "a text of \(text.count) bytes; the limit is \(Int32.max)")
    }
    var ids: [Int32] = []
    var followsToken = true
    for part in finder.parts(text, findsControl: findsControl) {
      if let id = part.id {
        ids.append(id)
      } else {
        try model.encode(text[part.range], followsToken: followsToken, into: &ids)
      }
      followsToken = part.id != nil
    }
    return ids
  }
}

/// One of llama.cpp's algorithms, ready to run.
protocol LlamaCppModel: Sendable {
  /// Appends the ids of a text in which no token is left to be found.
  ///
  /// - Parameter followsToken: whether a token, or nothing, stands before it.
  func encode(
    _ text: ArraySlice<UInt8>, followsToken: Bool, into ids: inout [Int32]
  ) throws(TokenizerError)
}
