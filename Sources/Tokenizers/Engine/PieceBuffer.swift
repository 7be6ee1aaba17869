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

  /// Divides each piece at what `find` reports.
  ///
  /// - Parameter find: the next match within a range of the buffer, at or behind a place; nil if
  ///   there is none.
  mutating func split(
    _ behavior: TokenizerDefinition.SplitBehavior, isInverted: Bool = false,
    find: (UnsafeBufferPointer<UInt8>, Range<Int>, Int) -> Range<Int>?
  ) {
    var result: [Range<Int>] = []
    result.reserveCapacity(pieces.count * 2)
    bytes.withUnsafeBufferPointer { bytes in
      var parts = SplitParts()
      for piece in pieces {
        parts.removeAll()
        var end = piece.lowerBound
        var position = piece.lowerBound
        while position <= piece.upperBound, let match = find(bytes, piece, position) {
          if match.lowerBound > end { parts.append(end..<match.lowerBound, isInverted) }
          parts.append(match, !isInverted)
          end = match.upperBound
          // An empty match is passed by a code point.
          position = end
          if match.isEmpty {
            position +=
              end < piece.upperBound
              ? UnsafeBufferPointer<UInt8>.sequenceLength(bytes[end]) : 1
          }
        }
        if end < piece.upperBound { parts.append(end..<piece.upperBound, isInverted) }
        parts.combine(behavior, into: &result)
      }
    }
    pieces = result
  }

  /// Divides each piece at single code points.
  mutating func split(
    _ behavior: TokenizerDefinition.SplitBehavior, where isMatch: (UInt32) -> Bool
  ) {
    split(behavior) { bytes, piece, start in
      var position = start
      while position < piece.upperBound {
        let (value, end) = bytes.scalar(at: position)
        if isMatch(value) { return position..<end }
        position = end
      }
      return nil
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
