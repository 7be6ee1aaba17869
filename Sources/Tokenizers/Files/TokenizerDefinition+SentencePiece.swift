public import Failures

extension TokenizerDefinition {
  /// Reads a SentencePiece model; it splits exactly as SentencePiece does.
  ///
  /// Control pieces and the unknown one are added tokens: found in text only if special tokens are
  /// asked for. Nothing is put around a text.
  ///
  /// - Parameter file: the name that messages show.
  public init(
    sentencePiece bytes: [UInt8], file: String = "tokenizer.model"
  ) throws(TokenizerError) {
    try self.init(SentencePieceModel(bytes, file: file), file: file)
  }

  init(_ source: SentencePieceModel, file: String) throws(TokenizerError) {
    var model = SentencePiece(tokens: source.pieces, scores: source.scores, types: source.types)
    model.fallsBackToBytes = source.fallsBackToBytes
    model.charsmap = source.precompiledCharsmap
    model.addsDummyPrefix = source.addsDummyPrefix
    model.removesExtraWhitespaces = source.removesExtraWhitespaces
    model.escapesWhitespaces = source.escapesWhitespaces
    model.whitespaceIsSuffix = source.whitespaceIsSuffix
    model.unknownSurface = source.unknownSurface
    guard !source.hasDenormalizer else {
      throw TokenizerError(
        .unsupported, "the SentencePiece model normalises decoded text, which is not supported",
        at: .init(file: file))
    }
    switch source.modelType {
    case .bpe: self.init(model: .sentencePieceBPE(model))
    case .unigram: self.init(model: .sentencePieceUnigram(model))
    case .word, .character:
      throw TokenizerError(
        .unsupported,
        "the SentencePiece model splits by \(source.modelType)s; supported are BPE and Unigram",
        at: .init(file: file))
    }
    for (id, type) in source.types.enumerated() where type == .control || type == .unknown {
      addedTokens.append(
        AddedToken(
          id: Int32(truncatingIfNeeded: id), content: source.pieces[id], isSpecial: true))
    }
  }
}
