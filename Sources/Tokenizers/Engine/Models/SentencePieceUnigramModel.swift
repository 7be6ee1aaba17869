internal import Documents
internal import Failures

/// SentencePiece's Unigram: the likeliest way through the text.
///
/// Scores add up in binary32 from the left; of equal sums the one whose last piece is longest wins.
/// Once the sum falls below `leastSum` it begins anew, so that long texts are split as short ones are.
struct SentencePieceUnigramModel: TokenModel {
  /// How much less likely than the least likely piece an unknown character is.
  private static let unknownPenalty: Float = 10

  /// The sum at which it begins anew; found by comparing with sentencepiece 0.2.3 on long texts.
  private static let leastSum: Float = -100_000

  private let text: SentencePieceText
  private let trie: ByteTrie
  private let scores: [Float]
  private let types: [TokenType]
  private let unknownScore: Float
  private let greatestScore: Float

  init(_ model: TokenizerDefinition.SentencePiece) throws(TokenizerError) {
    text = try SentencePieceText(model)
    scores = model.scores
    types = model.types
    let known = model.tokens.indices.filter { place in
      [.normal, .userDefined].contains(model.types[place])
    }
    trie = ByteTrie(model.tokens, places: known) { Int32(truncatingIfNeeded: $0) }
    let normal = model.types.indices.filter { model.types[$0] == .normal }.map { model.scores[$0] }
    unknownScore = (normal.min() ?? .greatestFiniteMagnitude) - Self.unknownPenalty
    // The original starts its search for the greatest score at the least positive normal number.
    greatestScore = max(normal.max() ?? 0, .leastNormalMagnitude)
  }

  private struct Node {
    var id: Int32 = -1
    var start: Int32 = -1
    var score: Float = 0
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    let normalized = text.normalize(piece)
    try text.checkLength(normalized)
    normalized.withUnsafeBufferPointer { bytes in
      let best = path(bytes)
      var parts: [(range: Range<Int>, id: Int32)] = []
      var end = bytes.count
      while end > 0, best[end].start >= 0 {
        let start = Int(best[end].start)
        parts.append((start..<end, best[end].id))
        end = start
      }
      var writer = text.writer()
      for (range, id) in parts.reversed() { writer.append(id, bytes[range], to: &ids) }
    }
  }

  /// The best way to each place.
  private func path(_ bytes: UnsafeBufferPointer<UInt8>) -> [Node] {
    var best = [Node](repeating: Node(), count: bytes.count + 1)
    var start = 0
    var farthest = 0
    while start < bytes.count {
      if best[start].score < Self.leastSum {
        let base = best[start].score
        best[start].score = 0
        for end in (start + 1)..<(max(farthest, start) + 1) where best[end].start >= 0 {
          best[end].score -= base
        }
      }
      let here = best[start].score
      let next = min(
        bytes.count, start + UnsafeBufferPointer<UInt8>.sequenceLength(bytes[start]))
      let from = Int32(truncatingIfNeeded: start)
      var hasCharacter = false
      func offer(_ end: Int, _ id: Int32, _ score: Float) {
        if best[end].start < 0 || score > best[end].score {
          best[end] = Node(id: id, start: from, score: score)
          farthest = max(farthest, end)
        }
      }
      var node = 0
      var position = start
      while position < bytes.count {
        node = trie.step(node, bytes[position])
        guard node != ByteTrie.none else { break }
        position += 1
        let id = trie.value(node)
        guard id >= 0 else { continue }
        let isUserDefined = types[Int(id)] == .userDefined
        let score =
          isUserDefined ? Float(position - start) * greatestScore - 0.1 : scores[Int(id)]
        offer(position, id, score + here)
        if position == next { hasCharacter = true }
      }
      if !hasCharacter { offer(next, text.unknown, unknownScore + here) }
      start = next
    }
    return best
  }
}
