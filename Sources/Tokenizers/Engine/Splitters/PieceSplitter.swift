/// Cuts text into the pieces that a model encodes one by one.
///
/// Texts are UTF-8; a byte that is not is a character without a class. All pieces together are the
/// text, in order, and none is empty.
protocol PieceSplitter: Sendable {
  /// Calls `body` with the place of each piece.
  func pieces(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void)
}

/// A splitter that looks for one expression, each match being a piece and what lies between two
/// matches too.
protocol PatternSplitter: PieceSplitter {
  /// The end of the match that begins at a position; nil if there is none.
  ///
  /// A match may be empty: the text is cut there.
  func matchEnd(in text: SplitText, at position: Int) -> Int?

  /// Calls `body` with the place of each piece and whether it is a match.
  func spans(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void)
}

extension PatternSplitter {
  @inline(__always)
  func spans(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
    guard let text = SplitText(text) else { return }
    var position = 0
    var gap = 0
    while position < text.count {
      if let end = matchEnd(in: text, at: position) {
        if gap < position { body(gap..<position, false) }
        gap = end
        if end > position {
          body(position..<end, true)
          position = end
          continue
        }
      }
      position += text.length(at: position)
    }
    if gap < text.count { body(gap..<text.count, false) }
  }

  func pieces(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    spans(of: text) { range, _ in body(range) }
  }
}

/// Splitters one after the other: each cuts the pieces of the one before.
struct SplitSequence: PieceSplitter {
  let steps: [any PieceSplitter]

  func pieces(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    split(text, offset: 0, step: 0, body)
  }

  private func split(
    _ text: UnsafeBufferPointer<UInt8>, offset: Int, step: Int, _ body: (Range<Int>) -> Void
  ) {
    guard step < steps.count else { return body(offset..<(offset + text.count)) }
    steps[step].pieces(of: text) { range in
      split(
        UnsafeBufferPointer(rebasing: text[range]), offset: offset + range.lowerBound,
        step: step + 1, body)
    }
  }
}
