internal import Documents
internal import Failures

/// Where a text can be cut so that its parts are merged by themselves as they are merged together:
/// between two characters that stand side by side in no piece.
///
/// Parts of some hundred bytes keep the queue of merges short and what it looks at near.
struct MergeCuts: Sendable {
  /// Bytes of a part at the least.
  private static let fewest = 256

  /// Whether an ASCII character and the one behind it stand in a piece; 128 for each first.
  private var ascii = [Bool](repeating: false, count: 1 << 14)
  /// The other pairs of neighbours.
  private var others: Set<UInt64> = []

  /// The pieces that merges may lead to.
  init(_ pieces: PackedTokens) {
    for piece in pieces.indices {
      pieces.utf8(at: piece).withUnsafeBufferPointer { piece in
        var previous: UInt32?
        var position = 0
        while position < piece.count {
          let (value, end) = piece.scalar(at: position)
          if let previous { insert(previous, value) }
          previous = value
          position = end
        }
      }
    }
  }

  private mutating func insert(_ first: UInt32, _ second: UInt32) {
    if first < 0x80, second < 0x80 {
      ascii[Int(first << 7 | second)] = true
    } else {
      others.insert(UInt64(first) << 32 | UInt64(second))
    }
  }

  @inline(__always)
  private func joins(_ first: UInt32, _ second: UInt32) -> Bool {
    if first < 0x80, second < 0x80 { return ascii[Int(first << 7 | second)] }
    return others.contains(UInt64(first) << 32 | UInt64(second))
  }

  /// The end of the part that begins at a place.
  func end(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = min(text.count, start + Self.fewest)
    // Back to where a character begins; what is before it is one at least.
    while position > start, position < text.count, text[position] & 0xC0 == 0x80 { position -= 1 }
    guard position > start, position < text.count else { return text.count }
    var before = position - 1
    while before > start, text[before] & 0xC0 == 0x80 { before -= 1 }
    var previous = text.scalar(at: before).value
    while position < text.count {
      let (value, end) = text.scalar(at: position)
      if !joins(previous, value) { return position }
      previous = value
      position = end
    }
    return text.count
  }
}
