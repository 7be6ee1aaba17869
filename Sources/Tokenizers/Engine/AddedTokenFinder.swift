internal import Documents

/// Finds added tokens in text: the leftmost, and of those the longest.
struct AddedTokenFinder: Sendable {
  /// A part of a text.
  struct Part {
    let range: Range<Int>
    /// The token that it is; nil for text.
    let id: Int32?
  }

  private let trie: ByteTrie
  private let tokens: [TokenizerDefinition.AddedToken]

  /// Tokens and the texts to look for, which are their contents or those normalised.
  init(
    _ tokens: [TokenizerDefinition.AddedToken], text: (TokenizerDefinition.AddedToken) -> [UInt8]
  ) {
    var texts = PackedTokens()
    for token in tokens { text(token).withUnsafeBytes { texts.append(utf8: $0) } }
    // Of equal texts the trie takes the last place, the library the first token.
    trie = ByteTrie(texts, places: texts.indices.reversed()) { Int32(truncatingIfNeeded: $0) }
    self.tokens = tokens
  }

  /// Whether there is nothing to look for.
  var isEmpty: Bool { trie.isEmpty }

  /// The parts of a text, in order.
  ///
  /// A special token that is not asked for stays text, and so does what begins within it.
  func parts(_ text: UnsafeBufferPointer<UInt8>, findsSpecial: Bool) -> [Part] {
    var parts: [Part] = []
    var end = 0
    var position = 0
    while position < text.count {
      guard trie.begins(with: text[position]),
        let found = trie.longest(text, from: position)
      else {
        position += 1
        continue
      }
      let token = tokens[Int(found.value)]
      let match = position..<found.end
      position = found.end
      if token.isSpecial, !findsSpecial { continue }
      if token.isSingleWord, touchesWord(text, match) { continue }
      let start =
        token.stripsLeft ? max(end, blanks(text, before: match.lowerBound)) : match.lowerBound
      let stop = token.stripsRight ? blanks(text, behind: match.upperBound) : match.upperBound
      if end < start { parts.append(Part(range: end..<start, id: nil)) }
      // A token of blanks that the one before has taken already is not there again.
      if start < stop { parts.append(Part(range: start..<stop, id: token.id)) }
      end = stop
    }
    if end < text.count { parts.append(Part(range: end..<text.count, id: nil)) }
    return parts
  }

  /// Whether a character of words stands directly before or behind a match.
  private func touchesWord(_ text: UnsafeBufferPointer<UInt8>, _ match: Range<Int>) -> Bool {
    if match.upperBound < text.count,
      UnicodeFacts.isWord(text.scalar(at: match.upperBound).value)
    {
      return true
    }
    let before = characterStart(text, before: match.lowerBound)
    return before < match.lowerBound && UnicodeFacts.isWord(text.scalar(at: before).value)
  }

  /// Where the blanks before a place begin.
  private func blanks(_ text: UnsafeBufferPointer<UInt8>, before place: Int) -> Int {
    var start = place
    while start > 0 {
      let previous = characterStart(text, before: start)
      guard UnicodeFacts.isWhitespace(text.scalar(at: previous).value) else { break }
      start = previous
    }
    return start
  }

  /// Where the blanks behind a place end.
  private func blanks(_ text: UnsafeBufferPointer<UInt8>, behind place: Int) -> Int {
    var end = place
    while end < text.count {
      let (value, next) = text.scalar(at: end)
      guard UnicodeFacts.isWhitespace(value) else { break }
      end = next
    }
    return end
  }

  private func characterStart(_ text: UnsafeBufferPointer<UInt8>, before place: Int) -> Int {
    var start = max(0, place - 1)
    while start > 0, place - start < 4, text[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
