/// The family of cl100k: contractions, a word with at most one other character before it, digits,
/// symbols with the line ends behind them, white space.
///
/// `(?i:'s|...)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
struct WordSplitter: PatternSplitter {
  /// What stands for the letters of a word.
  enum Words: Sendable {
    /// A run of `letters`.
    case run
    /// `(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+`: letters with their marks, joined by single spaces.
    case spaced
  }

  var contractions = Contractions.none
  /// Whether ASCII punctuation before ASCII letters begins a word:
  /// ``[!-/:-@\[-`{-~][A-Za-z]+``.
  var joinsPunctuation = false
  var words = Words.run
  var letters = ClassSet.letters
  /// What cannot stand before a word, beside line ends.
  var notBefore = ClassSet.letters.union(.numbers)
  /// Most numbers in a piece; 0 if they are no pieces.
  var mostDigits = 3
  var symbols = ClassSet.letters.union(.numbers).union(.whiteSpace).inverted
  var tail = SymbolTail.lineEnds
  var whiteSpace = WhiteSpaceRule.lines

  @inline(__always)
  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    if let end = contractions.end(in: text, at: position) { return end }
    let (value, length) = text.scalarClass(at: position)
    if joinsPunctuation, let end = punctuatedWordEnd(in: text, at: position) { return end }
    if letters.contains(value) { return wordEnd(in: text, from: position + length) }
    let next = position + length
    if next < text.count, !notBefore.contains(value), !text.isNewline(at: position) {
      let (following, followingLength) = text.scalarClass(at: next)
      if letters.contains(following) {
        return wordEnd(in: text, from: next + followingLength)
      }
    }
    if mostDigits > 0, ClassSet.numbers.contains(value) {
      return text.runEnd(of: .numbers, from: next, most: mostDigits - 1)
    }
    if symbols.contains(value) {
      return tail.end(in: text, at: text.runEnd(of: symbols, from: next))
    }
    if text.bytes[position] == 0x20, next < text.count {
      let (following, followingLength) = text.scalarClass(at: next)
      if symbols.contains(following) {
        return tail.end(in: text, at: text.runEnd(of: symbols, from: next + followingLength))
      }
    }
    return whiteSpace.end(in: text, at: position)
  }

  /// The end of a word whose first letter ends at `start`.
  @inline(__always)
  private func wordEnd(in text: SplitText, from start: Int) -> Int {
    words == .run ? text.runEnd(of: letters, from: start) : spacedWordEnd(in: text, from: start)
  }

  @inline(never)
  private func spacedWordEnd(in text: SplitText, from start: Int) -> Int {
    let inner = letters.union(.marks)
    var position = text.runEnd(of: inner, from: start)
    while text.has(0x20, at: position), position + 1 < text.count {
      let (value, length) = text.scalarClass(at: position + 1)
      guard letters.contains(value) else { break }
      position = text.runEnd(of: inner, from: position + 1 + length)
    }
    return position
  }

  @inline(never)
  private func punctuatedWordEnd(in text: SplitText, at position: Int) -> Int? {
    func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 32) }
    let first = text.bytes[position]
    guard (33...126).contains(first), !isLetter(first), !(48...57).contains(first) else {
      return nil
    }
    var end = position + 1
    while end < text.count, isLetter(text.bytes[end]) { end += 1 }
    return end > position + 1 ? end : nil
  }
}

/// What may stand behind a run of symbols and belongs to it.
enum SymbolTail: Sendable {
  case none
  /// `[\r\n]*`
  case lineEnds
  /// `[\r\n/]*`
  case lineEndsAndSlashes
  /// `[\r\n/]?`
  case oneLineEndOrSlash

  @inline(__always)
  func end(in text: SplitText, at position: Int) -> Int {
    var end = position
    switch self {
    case .none: break
    case .lineEnds: while text.isNewline(at: end) { end += 1 }
    case .lineEndsAndSlashes:
      while text.isNewline(at: end) || text.has(0x2F, at: end) { end += 1 }
    case .oneLineEndOrSlash:
      if text.isNewline(at: end) || text.has(0x2F, at: end) { end += 1 }
    }
    return end
  }
}
