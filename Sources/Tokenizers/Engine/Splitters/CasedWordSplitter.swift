/// The family of o200k: words are cut where a capital follows a small letter.
///
/// With U = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]` and W = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`:
/// `[^\r\n\p{L}\p{N}]?U*W+(?i:'s|...)?|[^\r\n\p{L}\p{N}]?U+W*(?i:'s|...)?|\p{N}{1,3}|`
/// ` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
struct CasedWordSplitter: PatternSplitter {
  var contractions = Contractions.none
  /// U.
  var upper = ClassSet(.lu, .lt, .lm, .lo, .mc, .me, .mn)
  /// W.
  var lower = ClassSet(.ll, .lm, .lo, .mc, .me, .mn)
  /// Whether letters outside of ASCII count as both: how llama.cpp writes the expression.
  var onlyASCIIHasCase = false
  /// Whether runs of Han are pieces before all else.
  var separatesHan = false
  var mostDigits = 3
  var tail = SymbolTail.lineEndsAndSlashes

  private static let others = ClassSet.letters.union(.numbers).union(.whiteSpace).inverted
  private static let notBefore = ClassSet.letters.union(.numbers)

  @inline(__always)
  private func letterClass(_ text: SplitText, _ position: Int) -> (value: ScalarClass, length: Int)
  {
    let (value, length) = text.scalarClass(at: position)
    if onlyASCIIHasCase, length > 1, ClassSet.letters.contains(value) {
      return (ScalarClass(rawValue: GeneralCategory.lo.rawValue), length)
    }
    return (value, length)
  }

  @inline(__always)
  func matchEnd(in text: SplitText, at position: Int) -> Int? {
    let (value, length) = text.scalarClass(at: position)
    if separatesHan, value.isHan { return text.runEnd(of: .han, from: position + length) }
    let next = position + length
    let mayPrecede = !Self.notBefore.contains(value) && !text.isNewline(at: position)
    if mayPrecede {
      if next < text.count, let end = wordEnd(in: text, from: next, isFirst: true) { return end }
      if ClassSet.marks.contains(value) {
        if let end = wordEnd(in: text, from: position, isFirst: true) { return end }
        if let end = wordEnd(in: text, from: next, isFirst: false) { return end }
      } else if next < text.count, let end = wordEnd(in: text, from: next, isFirst: false) {
        return end
      }
    } else if ClassSet.letters.contains(value) {
      if let end = wordEnd(in: text, from: position, isFirst: true) { return end }
      if let end = wordEnd(in: text, from: position, isFirst: false) { return end }
    }
    if ClassSet.numbers.contains(value) {
      return text.runEnd(of: .numbers, from: next, most: mostDigits - 1)
    }
    if Self.others.contains(value) {
      return tail.end(in: text, at: text.runEnd(of: Self.others, from: next))
    }
    if text.bytes[position] == 0x20, next < text.count {
      let (following, followingLength) = text.scalarClass(at: next)
      if Self.others.contains(following) {
        return tail.end(in: text, at: text.runEnd(of: Self.others, from: next + followingLength))
      }
    }
    return WhiteSpaceRule.lines.end(in: text, at: position)
  }

  /// The end of `U*W+(?i:'s|...)?` (first) or `U+W*(?i:'s|...)?` from a position; nil if it does
  /// not match there.
  @inline(__always)
  private func wordEnd(in text: SplitText, from start: Int, isFirst: Bool) -> Int? {
    // Behind the run of U, either W goes on, or the match ends behind the last of them that is W.
    var position = start
    var lastLowerEnd = start
    while position < text.count {
      let (value, length) = letterClass(text, position)
      guard upper.contains(value) else { break }
      position += length
      if lower.contains(value) { lastLowerEnd = position }
    }
    let upperEnd = position
    while position < text.count {
      let (value, length) = letterClass(text, position)
      guard lower.contains(value) else { break }
      position += length
    }
    var end = position
    if isFirst {
      if position == upperEnd { end = lastLowerEnd }
      guard end > start else { return nil }
    } else {
      guard upperEnd > start else { return nil }
    }
    if let suffixed = contractions.end(in: text, at: end) { end = suffixed }
    return end
  }
}
