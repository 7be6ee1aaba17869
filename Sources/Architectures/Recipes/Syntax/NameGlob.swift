/// A pattern of tensor names, in which `*` stands for anything.
struct NameGlob: Hashable, Sendable {
  /// What stands between the asterisks, in order; the first and last ones touch the name's ends.
  private let pieces: [[UInt8]]

  init(_ text: String) {
    pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
      .map(Array.init)
  }

  /// Whether names that differ only in the number of `blk.NUMBER.` match alike.
  var ignoresLayer: Bool {
    pieces.allSatisfy { piece in
      piece.indices.allSatisfy { index in
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(piece[index]) else { return true }
        return index > 0 && piece[index - 1] != UInt8(ascii: ".")
          && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(piece[index - 1])
      }
    }
  }

  func matches(_ name: [UInt8]) -> Bool {
    guard let first = pieces.first, name.starts(with: first) else { return false }
    guard pieces.count > 1, let last = pieces.last else { return name.count == first.count }
    var position = first.count
    for piece in pieces[1..<(pieces.count - 1)] {
      guard let found = Self.find(piece, in: name, from: position) else { return false }
      position = found + piece.count
    }
    return name.count - position >= last.count && name.suffix(last.count).elementsEqual(last)
  }

  private static func find(_ piece: [UInt8], in name: [UInt8], from start: Int) -> Int? {
    guard let first = piece.first else { return start }
    var position = start
    while position + piece.count <= name.count {
      if name[position] == first {
        var length = 1
        while length < piece.count, name[position + length] == piece[length] { length += 1 }
        if length == piece.count { return position }
      }
      position += 1
    }
    return nil
  }
}
