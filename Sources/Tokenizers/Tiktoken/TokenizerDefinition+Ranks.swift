internal import Documents
public import Failures

extension RankVocabulary {
  /// The tokenizer with tiktoken's own rule: tokens are bytes, ranks decide.
  public func rankDefinition() throws(TokenizerError) -> TokenizerDefinition {
    let (tokens, ids) = ordinary { Array($0) }
    var definition = TokenizerDefinition(
      model: .rankBPE(
        TokenizerDefinition.RankBPE(vocabulary: try TokenVocabulary(tokens, ids: ids))))
    definition.preTokenizer = .split(.regex(pattern), .isolated, isInverted: false)
    definition.addedTokens = addedTokens
    if composes { definition.normalizer = .plain(.nfc) }
    return definition
  }

  /// The tokenizer as tokenizer.json holds it: bytes as letters, every way to cut a token as a merge.
  ///
  /// Whole pieces that are tokens are taken as such, which is tiktoken's rule;
  /// `needsWholePieces` says whether that makes a difference.
  public func definition() throws(TokenizerError) -> TokenizerDefinition {
    let merges = RankMerges(ranks.tokens).merges()
    var (tokens, ids) = ordinary { bytes in
      var letters: [UInt8] = []
      bytes.withUnsafeBufferPointer { ByteLetters.append($0, to: &letters) }
      return letters
    }
    // Special tokens that stand before the ranks belong to the vocabulary.
    let areCounted = specialsAreCounted(behind: ids.count + special.count { $0.id < firstID })
    for token in special where token.id < firstID || !areCounted {
      tokens.append(token.text)
      ids.append(token.id)
    }
    var shifted = merges
    if firstID > 0 {
      shifted = MergeList()
      shifted.reserve(merges.count)
      for index in 0..<merges.count {
        shifted.append(
          left: merges.left[index] + firstID, right: merges.right[index] + firstID,
          result: merges.result[index] + firstID)
      }
    }
    var model = TokenizerDefinition.BPE(
      vocabulary: try TokenVocabulary(tokens, ids: ids), merges: shifted)
    model.ignoresMerges = true
    var definition = TokenizerDefinition(model: .bpe(model))
    var letters = TokenizerDefinition.ByteLevel()
    definition.decoder = .byteLevel(letters)
    letters.trimsOffsets = false
    definition.postProcessor = .byteLevel(letters)
    letters = TokenizerDefinition.ByteLevel()
    letters.addsPrefixSpace = false
    letters.usesRegex = false
    definition.preTokenizer = .sequence([
      .split(.regex(pattern), .isolated, isInverted: false), .byteLevel(letters),
    ])
    definition.addedTokens = addedTokens
    if composes { definition.normalizer = .plain(.nfc) }
    return definition
  }

  /// Whether there is a token that its own merges do not give.
  ///
  /// If so, a piece that is a token has to be taken whole (`ignore_merges`); such a tokenizer needs a
  /// pre-tokenizer name that does so in GGUF.
  public func needsWholePieces() -> Bool {
    let encoder = BytePairEncoder(
      tokens: ranks.tokens, ids: [], merges: RankMerges(ranks.tokens).merges(),
      ignoresMerges: true)
    let reached = encoder.selfReaching()
    return ranks.tokens.indices.contains { !ranks.tokens.utf8(at: $0).isEmpty && !reached[$0] }
  }

  /// Whether the tokenizers library, which numbers the added tokens that the vocabulary lacks, gives
  /// the special tokens behind it the ids that they have.
  ///
  /// If not, as with gaps between them, the ids are stated by the vocabulary.
  private func specialsAreCounted(behind count: Int) -> Bool {
    let following = special.filter { $0.id >= firstID }
    return following.enumerated().allSatisfy { Int($1.id) == count + $0 }
  }

  private var addedTokens: [TokenizerDefinition.AddedToken] {
    special.map { TokenizerDefinition.AddedToken(id: $0.id, content: $0.text, isSpecial: true) }
  }

  /// The tokens that have a rank, with their ids.
  private func ordinary(
    _ spell: (ArraySlice<UInt8>) -> [UInt8]
  ) -> (tokens: PackedTokens, ids: [Int32]) {
    let missing = Set(ranks.missing)
    var tokens = PackedTokens()
    tokens.reserve(count: ranks.count, byteCount: ranks.tokens.bytes.count * 2)
    var ids: [Int32] = []
    ids.reserveCapacity(ranks.count)
    for rank in ranks.tokens.indices where !missing.contains(rank) {
      spell(ranks.tokens.utf8(at: rank)).withUnsafeBytes { tokens.append(utf8: $0) }
      ids.append(firstID + Int32(truncatingIfNeeded: rank))
    }
    return (tokens, ids)
  }
}
