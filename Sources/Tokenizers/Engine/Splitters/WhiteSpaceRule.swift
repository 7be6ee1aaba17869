/// How the last alternatives of an expression split white space.
enum WhiteSpaceRule: Sendable {
  /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line end; else all but the last before a word.
  case lines
  /// `\s++$|\s*[\r\n]|\s+(?!\S)|\s`: the same, but all of it at the end of the text.
  case linesOrEnd
  /// `[\r\n]|\s+(?!\S)|\s+`: line ends one by one.
  case singleLineEnds
  /// `\s+(?!\S)|\s+`: line ends are white space.
  case plain
  /// `\s*[\r\n]+|\s{512}(?!\S)|...|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}`: in powers of two.
  case powers

  /// The end of the piece of white space that begins at a position; nil where there is none.
  @inline(__always)
  func end(in text: SplitText, at position: Int) -> Int? {
    if self == .singleLineEnds, text.isNewline(at: position) { return position + 1 }
    var cursor = position
    var last = position
    var lineEnd = position
    var scalarCount = 0
    while cursor < text.count {
      let (value, length) = text.scalarClass(at: cursor)
      guard ClassSet.whiteSpace.contains(value) else { break }
      last = cursor
      if text.isNewline(at: cursor) { lineEnd = cursor + 1 }
      cursor += length
      scalarCount += 1
    }
    guard cursor > position else { return nil }
    switch self {
    case .lines, .powers: if lineEnd > position { return lineEnd }
    case .linesOrEnd: if lineEnd > position, cursor < text.count { return lineEnd }
    case .singleLineEnds, .plain: break
    }
    if self == .powers { return powersEnd(in: text, position, count: scalarCount, end: cursor) }
    return cursor == text.count || last == position ? cursor : last
  }

  /// The longest of the powers behind which no word begins.
  private func powersEnd(in text: SplitText, _ position: Int, count: Int, end: Int) -> Int {
    // Behind the run stands a word or the end; a match that ends within the run is always allowed.
    let isAtEnd = end == text.count
    var length = 1
    for power in [512, 256, 128, 64, 32, 16, 8, 4, 2] {
      if count > power || (count == power && isAtEnd) {
        length = power
        break
      }
    }
    return text.runEnd(of: .whiteSpace, from: position, most: length)
  }
}
