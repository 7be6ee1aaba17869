internal import Failures

/// Encodes as tiktoken does: special tokens first, what lies between is split, each piece merged by
/// rank.
struct RankTokenizer: Sendable {
  private let encoder: BytePairEncoder
  private let splitter: any PieceSplitter
  private let scanner: SpecialTokenScanner
  private let special: [Int32: [UInt8]]

  /// - Throws: `.unsupported` if the expression is not supported.
  init(_ vocabulary: RankVocabulary) throws(TokenizerError) {
    encoder = BytePairEncoder(ranks: vocabulary.ranks.tokens, offset: vocabulary.firstID)
    splitter = try Splitters.splitter(for: [vocabulary.pattern])
    scanner = SpecialTokenScanner(vocabulary.special)
    special = Dictionary(
      vocabulary.special.map { ($0.id, Array($0.text.utf8)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The ids of a text in UTF-8; bytes that are not UTF-8 are tokens of their own bytes.
  ///
  /// - Parameter parsesSpecial: whether the text of a special token is that token.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, parsesSpecial: Bool, _ memory: BytePairMemory
  ) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 8)
    var position = 0
    while position < text.count {
      let found = parsesSpecial ? scanner.next(in: text, from: position) : nil
      let gap = UnsafeBufferPointer(
        rebasing: text[position..<(found?.range.lowerBound ?? text.count)])
      splitter.pieces(of: gap) { range in
        encoder.encode(UnsafeBufferPointer(rebasing: gap[range]), memory, into: &ids)
      }
      position = found?.range.upperBound ?? text.count
      if let found { ids.append(found.id) }
    }
    return ids
  }

  /// The bytes of ids; nil if one of them is no token.
  func decode(_ ids: [Int32]) -> [UInt8]? {
    var result: [UInt8] = []
    for id in ids {
      if let text = special[id] {
        result += text
      } else {
        let rank = Int(id) - Int(encoder.offset)
        guard (0..<encoder.table.count).contains(rank) else { return nil }
        result += encoder.table.token(rank)
      }
    }
    return result
  }
}
