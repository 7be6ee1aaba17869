/// A text as pieces: one buffer and where the pieces stand in it, in order.
struct PieceBuffer {
  /// The bytes.
  var bytes: [UInt8]
  /// The pieces; none is empty.
  var pieces: [Range<Int>]
  /// Whether the first piece begins where the text begins.
  let startsText: Bool

  /// A text as one piece.
  init(_ bytes: [UInt8], startsText: Bool) {
    self.bytes = bytes
    pieces = bytes.isEmpty ? [] : [0..<bytes.count]
    self.startsText = startsText
  }

  /// Divides each piece.
  ///
  /// - Parameter spans: calls its second parameter with the parts of a piece, from its beginning to
  ///   its end, and whether each is a match.
  mutating func split(
    _ behavior: TokenizerDefinition.SplitBehavior, isInverted: Bool = false,
    spans: (UnsafeBufferPointer<UInt8>, (Range<Int>, Bool) -> Void) -> Void
  ) {
    var result: [Range<Int>] = []
    result.reserveCapacity(pieces.count * 2)
    bytes.withUnsafeBufferPointer { bytes in
      var parts = SplitParts()
      for piece in pieces {
        parts.removeAll()
        spans(UnsafeBufferPointer(rebasing: bytes[piece])) { range, isMatch in
          let start = piece.lowerBound
          parts.append(
            (start + range.lowerBound)..<(start + range.upperBound), isMatch != isInverted)
        }
        parts.combine(behavior, into: &result)
      }
    }
    pieces = result
  }

  /// Divides each piece at single code points.
  mutating func split(
    _ behavior: TokenizerDefinition.SplitBehavior, where isMatch: (UInt32) -> Bool
  ) {
    split(behavior) { bytes, body in
      var gap = 0
      var position = 0
      while position < bytes.count {
        let (value, end) = bytes.scalar(at: position)
        if isMatch(value) {
          if gap < position { body(gap..<position, false) }
          body(position..<end, true)
          gap = end
        }
        position = end
      }
      if gap < bytes.count { body(gap..<bytes.count, false) }
    }
  }

  /// Writes each piece anew.
  ///
  /// - Parameter write: gets a piece and its number, and appends what it becomes.
  mutating func rewrite(_ write: (UnsafeBufferPointer<UInt8>, Int, inout [UInt8]) -> Void) {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 2)
    bytes.withUnsafeBufferPointer { bytes in
      for (number, piece) in pieces.enumerated() {
        let start = text.count
        write(UnsafeBufferPointer(rebasing: bytes[piece]), number, &text)
        pieces[number] = start..<text.count
      }
    }
    bytes = text
    pieces.removeAll(where: \.isEmpty)
  }
}

/// Matches and what lies between them, as a piece is divided.
private struct SplitParts {
  private var parts: [(range: Range<Int>, isMatch: Bool)] = []

  mutating func removeAll() { parts.removeAll(keepingCapacity: true) }

  mutating func append(_ range: Range<Int>, _ isMatch: Bool) { parts.append((range, isMatch)) }

  /// Appends the pieces that a behaviour makes of the parts.
  func combine(
    _ behavior: TokenizerDefinition.SplitBehavior, into result: inout [Range<Int>]
  ) {
    switch behavior {
    case .isolated: for part in parts where !part.range.isEmpty { result.append(part.range) }
    case .removed:
      for part in parts where !part.isMatch && !part.range.isEmpty { result.append(part.range) }
    case .contiguous: join(into: &result) { previous, isMatch in isMatch == previous }
    case .mergedWithPrevious: join(into: &result) { previous, isMatch in isMatch && !previous }
    case .mergedWithNext:
      var pieces: [Range<Int>] = []
      var previous = false
      for part in parts.reversed() {
        if part.isMatch, !previous, let last = pieces.popLast() {
          pieces.append(part.range.lowerBound..<last.upperBound)
        } else {
          pieces.append(part.range)
        }
        previous = part.isMatch
      }
      for piece in pieces.reversed() where !piece.isEmpty { result.append(piece) }
    }
  }

  /// Joins a part to the one before it where `joins(previous part is a match, this one is)`.
  private func join(into result: inout [Range<Int>], joins: (Bool, Bool) -> Bool) {
    var pieces: [Range<Int>] = []
    var previous = false
    for part in parts {
      if joins(previous, part.isMatch), let last = pieces.popLast() {
        pieces.append(last.lowerBound..<part.range.upperBound)
      } else {
        pieces.append(part.range)
      }
      previous = part.isMatch
    }
    for piece in pieces where !piece.isEmpty { result.append(piece) }
  }
}
