/// `\d{1,3}(?=(?:\d{3})*\b)`: digits in groups of three, counted from the end of the number, where
/// no word goes on behind it.
struct TrailingDigitsSplitter: PatternSplitter {
  private static let digits = ClassSet(.nd)

  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    let (end, count) = text.run(of: ScalarSet(Self.digits), from: position, most: .max)
    guard count > 0 else { return nil }
    if text.match(.word, at: end) != nil { return nil }
    return text.runEnd(of: Self.digits, from: position, most: (count - 1) % 3 + 1)
  }
}

/// `(?=(\d{3})+(?!\d))`: cuts before each group of three digits, counted from the end of the number.
struct DigitCutSplitter: PatternSplitter {
  private static let digits = ClassSet(.nd)

  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    let (_, count) = text.run(of: ScalarSet(Self.digits), from: position, most: .max)
    return count > 0 && count % 3 == 0 ? position : nil
  }
}

/// `\s+$`: white space at the end of a line.
struct LineEndSpaceSplitter: PatternSplitter {
  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    let end = text.runEnd(of: .whiteSpace, from: position)
    guard end > position, end < text.count else { return end > position ? end : nil }
    // Behind the run stands a word: the last line feed in it, which is not its first, is the end.
    var last = end - 1
    while last > position, text.bytes[last] != 0x0A { last -= 1 }
    return last > position ? last : nil
  }
}
