internal import Documents
internal import Failures

/// Unigram of tokenizer.json: the likeliest way through the piece, in binary64.
struct UnigramModel: TokenModel {
  /// How much less likely than the least likely token an unknown character is.
  private static let unknownPenalty = 10.0

  private let trie: ByteTrie
  private let scores: [Double]
  private let unknownScore: Double
  private let unknown: Int32?
  private let bytes: ByteTokens?

  init(_ model: TokenizerDefinition.Unigram) {
    let tokens = model.tokens
    let trie = ByteTrie(tokens, places: Array(tokens.indices)) { Int32(truncatingIfNeeded: $0) }
    self.trie = trie
    scores = model.scores
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    unknown = model.unknownID.map { Int32(truncatingIfNeeded: $0) }
    bytes = model.fallsBackToBytes ? ByteTokens { trie.find(Array($0.utf8)) } : nil
  }

  private struct Node {
    var id: Int32 = -1
    var start: Int32 = -1
    var score = 0.0
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    guard piece.count < Int(Int32.max) else {
      throw TokenizerError(.limit, "a piece of \(piece.count) bytes; the limit is \(Int32.max)")
    }
    let best = path(piece)
    // From the end to the beginning; neighbouring unknown characters are one.
    var parts: [(range: Range<Int>, id: Int32)] = []
    var end = piece.count
    while end > 0, best[end].start >= 0 {
      let start = Int(best[end].start)
      let id = best[end].id
      if id < 0 || id == unknown, let last = parts.last, last.id < 0 {
        parts[parts.count - 1].range = start..<last.range.upperBound
      } else {
        parts.append((start..<end, id == unknown ? -1 : id))
      }
      end = start
    }
    for (range, id) in parts.reversed() {
      if id >= 0 {
        ids.append(id)
        continue
      }
      // Unknown characters together may be a token after all.
      if let whole = trie.find(piece[range]) {
        ids.append(whole)
        continue
      }
      if let bytes, bytes.append(piece[range], to: &ids) { continue }
      guard let unknown else {
        throw TokenizerError(
          .missing, "the text has characters that the Unigram model lacks, and it has no 'unk_id'")
      }
      ids.append(unknown)
    }
  }

  /// The best way to each place.
  private func path(_ piece: UnsafeBufferPointer<UInt8>) -> [Node] {
    var best = [Node](repeating: Node(), count: piece.count + 1)
    var start = 0
    while start < piece.count {
      let here = best[start].score
      let next = min(
        piece.count, start + UnsafeBufferPointer<UInt8>.sequenceLength(piece[start]))
      var hasCharacter = false
      func offer(_ end: Int, _ id: Int32, _ score: Double) {
        if best[end].start < 0 || score > best[end].score {
          best[end] = Node(id: id, start: Int32(truncatingIfNeeded: start), score: score)
        }
      }
      var node = 0
      var position = start
      while position < piece.count {
        node = trie.step(node, piece[position])
        guard node != ByteTrie.none else { break }
        position += 1
        let id = trie.value(node)
        guard id >= 0 else { continue }
        offer(position, id, scores[Int(id)] + here)
        if position == next { hasCharacter = true }
      }
      if !hasCharacter { offer(next, unknown ?? -1, unknownScore + here) }
      start = next
    }
    return best
  }
}

extension ByteTrie {
  /// The value of a text.
  func find(_ text: some Sequence<UInt8>) -> Int32? {
    var node = 0
    for byte in text {
      node = step(node, byte)
      guard node != Self.none else { return nil }
    }
    let value = value(node)
    return value >= 0 ? value : nil
  }
}
