/// `'s|...| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, the expression of GPT-2.
struct GPT2Splitter: PatternSplitter {
  private static let others = ClassSet.letters.union(.numbers).union(.whiteSpace).inverted

  @inline(__always)
  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    if let end = Contractions.lowercase.end(in: text, at: position) { return end }
    var start = position
    var (value, length) = text.scalarClass(at: position)
    if text.bytes[position] == 0x20, position + 1 < text.count {
      (value, length) = text.scalarClass(at: position + 1)
      start += 1
    }
    if ClassSet.letters.contains(value) {
      return text.runEnd(of: .letters, from: start + length)
    }
    if ClassSet.numbers.contains(value) {
      return text.runEnd(of: .numbers, from: start + length)
    }
    if Self.others.contains(value) {
      return text.runEnd(of: Self.others, from: start + length)
    }
    return WhiteSpaceRule.plain.end(in: text, at: position)
  }
}
