/// `\s+$`: white space at the end of a line.
///
/// A run of white space is looked at once as a whole.
struct LineEndSpaceSplitter: PatternSplitter {
  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    let end = text.runEnd(of: .whiteSpace, from: position)
    return end > position ? matchEnd(in: text, position, runEnd: end) : nil
  }

  /// The end of the match that begins a run, or a part of one; nil if there is none.
  private func matchEnd(in text: SplitText, _ position: Int, runEnd end: Int) -> Int? {
    if end == text.count { return end }
    // Behind the run stands a word: the last line feed in it, which is not its first, is the end.
    var last = end - 1
    while last > position, text.bytes[last] != 0x0A { last -= 1 }
    return last > position ? last : nil
  }

  func spans(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
    guard let text = SplitText(text) else { return }
    var position = 0
    var gap = 0
    while position < text.count {
      let end = text.runEnd(of: .whiteSpace, from: position)
      guard end > position else {
        position += text.length(at: position)
        continue
      }
      if let matched = matchEnd(in: text, position, runEnd: end) {
        if gap < position { body(gap..<position, false) }
        body(position..<matched, true)
        gap = matched
      }
      // No match begins in the rest of the run: its only line feed is the first of what is left.
      position = end
    }
    if gap < text.count { body(gap..<text.count, false) }
  }
}
