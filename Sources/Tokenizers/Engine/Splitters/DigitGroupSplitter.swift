/// Numbers in groups of three digits, counted from the end of the number.
///
/// A number is looked at once as a whole: one match after the other would take time with the square
/// of its length.
struct DigitGroupSplitter: PatternSplitter {
  /// What is a match.
  enum Match: Sendable {
    /// `\d{1,3}(?=(?:\d{3})*\b)`: the groups, where no word goes on behind the number.
    case group
    /// `(?=(\d{3})+(?!\d))`: the places before whole groups.
    case place
  }

  let match: Match

  private static let digits = ClassSet(.nd)

  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    let (end, count) = text.run(of: ScalarSet(Self.digits), from: position, most: .max)
    guard count > 0 else { return nil }
    switch match {
    case .place: return count % 3 == 0 ? position : nil
    case .group:
      if text.match(.word, at: end) != nil { return nil }
      return text.runEnd(of: Self.digits, from: position, most: (count - 1) % 3 + 1)
    }
  }

  func spans(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
    guard let text = SplitText(text) else { return }
    let set = ScalarSet(Self.digits)
    var position = 0
    var gap = 0
    while position < text.count {
      let (end, count) = text.run(of: set, from: position, most: .max)
      guard count > 0 else {
        position += text.length(at: position)
        continue
      }
      if match == .group, text.match(.word, at: end) != nil {
        position = end
        continue
      }
      if match == .group, gap < position {
        body(gap..<position, false)
        gap = position
      }
      // What stands before the first whole group is a group too, or no match.
      var start = position
      var left = count
      while start < end {
        let length = left % 3 == 0 ? 3 : left % 3
        let stop = text.runEnd(of: Self.digits, from: start, most: length)
        if match == .group {
          body(start..<stop, true)
          gap = stop
        } else if length == 3, gap < start {
          body(gap..<start, false)
          gap = start
        }
        start = stop
        left -= length
      }
      position = end
    }
    if gap < text.count { body(gap..<text.count, false) }
  }
}
