public import Failures

extension TokenizerDefinition {
  /// A SentencePiece Unigram as the tokenizers library has it, which tokenizer.json can hold.
  ///
  /// The two part some texts differently: the library normalises whole characters where the
  /// model's table takes the longest match, and decides equal scores in binary64.
  ///
  /// - Returns: nil for other models.
  /// - Throws: `.unsupported` if words end with their space.
  public func unigramOfLibrary() throws(TokenizerError) -> TokenizerDefinition? {
    guard case .sentencePieceUnigram(let source) = model else { return nil }
    guard !source.whitespaceIsSuffix, source.escapesWhitespaces else {
      throw TokenizerError(
        .unsupported,
        "the SentencePiece model writes the space of a word behind it, or not at all; tokenizer.json "
          + "has it before the word")
    }
    var unigram = Unigram(
      tokens: source.tokens, scores: source.scores.map { Double($0) },
      unknownID: source.types.firstIndex(of: .unknown))
    unigram.fallsBackToBytes = source.fallsBackToBytes
    var result = TokenizerDefinition(model: .unigram(unigram))
    var steps: [Normalizer] = []
    if !source.charsmap.isEmpty { steps.append(.precompiled(source.charsmap)) }
    if source.removesExtraWhitespaces {
      steps += [.strip(left: true, right: true), .replace(.regex(" {2,}"), with: " ")]
    }
    if !steps.isEmpty { result.normalizer = .sequence(steps) }
    var spaces = Metaspace()
    spaces.prepend = source.addsDummyPrefix ? .always : .never
    result.preTokenizer = .metaspace(spaces)
    result.decoder =
      source.fallsBackToBytes
      ? .sequence([.byteFallback, .metaspace(spaces)]) : .metaspace(spaces)
    result.postProcessor = postProcessor
    result.addedTokens = addedTokens
    let known = Set(addedTokens.map(\.id))
    for (id, type) in source.types.enumerated() where type == .userDefined {
      let number = Int32(truncatingIfNeeded: id)
      if !known.contains(number) {
        result.addedTokens.append(AddedToken(id: number, content: source.tokens[id]))
      }
    }
    result.addedTokens.sort { $0.id < $1.id }
    return result
  }
}
