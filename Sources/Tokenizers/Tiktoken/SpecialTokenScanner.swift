/// Finds special tokens in text: the leftmost first, among those the longest.
struct SpecialTokenScanner: Sendable {
  /// Tokens that begin with a byte, the longest first.
  private var byFirst = [[Candidate]](repeating: [], count: 256)

  private struct Candidate {
    var text: [UInt8]
    var id: Int32
  }

  init(_ tokens: [(text: String, id: Int32)]) {
    for token in tokens {
      let text = Array(token.text.utf8)
      if let first = text.first { byFirst[Int(first)].append(Candidate(text: text, id: token.id)) }
    }
    for first in byFirst.indices { byFirst[first].sort { $0.text.count > $1.text.count } }
  }

  /// The first token from a position on; nil if there is none.
  func next(
    in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (range: Range<Int>, id: Int32)? {
    for position in start..<max(text.count, start) {
      for candidate in byFirst[Int(text[position])]
      where candidate.text.count <= text.count - position
        && text[position..<(position + candidate.text.count)].elementsEqual(candidate.text)
      {
        return (position..<(position + candidate.text.count), candidate.id)
      }
    }
    return nil
  }
}
