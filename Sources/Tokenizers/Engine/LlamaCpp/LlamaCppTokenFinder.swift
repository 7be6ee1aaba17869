internal import Documents

/// Finds special tokens in text: the longest first, wherever it stands, then the others in what is
/// left.
struct LlamaCppTokenFinder: Sendable {
  /// A part of a text.
  struct Part {
    let range: Range<Int>
    /// The token that it is; nil for text.
    let id: Int32?
  }

  private let trie: ByteTrie
  /// The longest first.
  private let tokens: [LlamaCppVocabulary.Special]

  init(_ vocabulary: LlamaCppVocabulary) {
    func count(_ token: LlamaCppVocabulary.Special) -> Int {
      vocabulary.tokens.bytes(of: token.id)?.count ?? 0
    }
    tokens = vocabulary.special.sorted {
      count($0) == count($1) ? $0.id < $1.id : count($0) > count($1)
    }
    var texts = PackedTokens()
    for token in tokens {
      (vocabulary.tokens.bytes(of: token.id) ?? []).withUnsafeBytes { texts.append(utf8: $0) }
    }
    trie = ByteTrie(texts, places: Array(texts.indices)) { Int32(truncatingIfNeeded: $0) }
  }

  /// A place where a token stands, with the blanks that belong to it.
  private struct Match {
    let token: Int
    var range: Range<Int>
  }

  /// The parts of a text, in order; blanks that belong to tokens are left out.
  func parts(_ text: [UInt8], findsControl: Bool) -> [Part] {
    let found = matches(text, findsControl: findsControl)
    var taken: [Match] = []
    for group in found.chunked(by: \.token) { take(group, text, &taken) }
    var parts: [Part] = []
    var end = 0
    for match in taken {
      if end < match.range.lowerBound {
        parts.append(Part(range: end..<match.range.lowerBound, id: nil))
      }
      parts.append(Part(range: match.range, id: tokens[match.token].id))
      end = match.range.upperBound
    }
    if end < text.count { parts.append(Part(range: end..<text.count, id: nil)) }
    return parts
  }

  /// All places where tokens stand, even one within the other: by token, then from the left.
  private func matches(_ text: [UInt8], findsControl: Bool) -> [Match] {
    guard !trie.isEmpty else { return [] }
    var matches: [Match] = []
    text.withUnsafeBufferPointer { text in
      for start in text.indices where trie.begins(with: text[start]) {
        var node = 0
        var position = start
        while position < text.count {
          node = trie.step(node, text[position])
          guard node != ByteTrie.none else { break }
          position += 1
          let token = Int(trie.value(node))
          guard token >= 0, findsControl || !tokens[token].isControl else { continue }
          matches.append(Match(token: token, range: start..<position))
        }
      }
    }
    return matches.sorted {
      $0.token == $1.token ? $0.range.lowerBound < $1.range.lowerBound : $0.token < $1.token
    }
  }

  /// Puts the places of one token among those that are taken, where they are free.
  private func take(_ group: ArraySlice<Match>, _ text: [UInt8], _ taken: inout [Match]) {
    var result: [Match] = []
    result.reserveCapacity(taken.count + group.count)
    var next = 0
    for var match in group {
      while next < taken.count, taken[next].range.upperBound <= match.range.lowerBound {
        result.append(taken[next])
        next += 1
      }
      if let last = result.last, last.range.upperBound > match.range.lowerBound { continue }
      let limit = next < taken.count ? taken[next].range.lowerBound : text.count
      guard match.range.upperBound <= limit else { continue }
      let token = tokens[match.token]
      var (start, end) = (match.range.lowerBound, match.range.upperBound)
      if token.stripsLeft {
        let floor = result.last?.range.upperBound ?? 0
        while start > floor, Self.isBlank(text[start - 1]) { start -= 1 }
      }
      if token.stripsRight { while end < limit, Self.isBlank(text[end]) { end += 1 } }
      match.range = start..<end
      result.append(match)
    }
    taken = result + taken[next...]
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}

extension Array {
  /// Runs of neighbours that have something in common.
  fileprivate func chunked<Key: Equatable>(by key: (Element) -> Key) -> [ArraySlice<Element>] {
    var chunks: [ArraySlice<Element>] = []
    var start = 0
    for index in indices where index + 1 == count || key(self[index + 1]) != key(self[start]) {
      chunks.append(self[start...index])
      start = index + 1
    }
    return chunks
  }
}
