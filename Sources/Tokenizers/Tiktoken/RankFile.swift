internal import Documents
internal import Failures

/// The tokens of a tiktoken file by rank, as far as the file has them.
struct RankList: Sendable {
  /// Bytes by rank; what has no rank is empty.
  var tokens = PackedStrings()
  /// Ranks below the greatest that no line has: special tokens may fill them.
  var missing: [Int] = []
  /// Ranks whose token is written as no bytes at all.
  var empty: [Int] = []

  /// Number of ranks up to the greatest.
  var count: Int { tokens.count }
}

/// Reads `*.tiktoken` and the `tokenizer.model` of Llama 3: a line for each token, its bytes in
/// base64, a space, its rank.
///
/// Lines may stand in any order, end in CR LF, and be empty. `=` stands for no bytes, as Whisper's
/// files have it.
enum RankFile {
  /// Longest line.
  static let maximumLineLength = 1 << 16

  private struct Line {
    var rank: Int
    var start: Int
    var end: Int
    var number: Int
  }

  /// Whether bytes look like such a file: the first line is base64, a space and a number.
  static func recognises(_ bytes: [UInt8]) -> Bool {
    let line = bytes.prefix(maximumLineLength).prefix { $0 != 0x0A }
    guard let space = line.firstIndex(of: 0x20), space > line.startIndex else { return false }
    let digits = line[(space + 1)...].drop { $0 == 0x0D }.filter { $0 != 0x0D }
    var token: [UInt8] = []
    return !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
      && Base64.append(decoding: line[..<space], to: &token)
  }

  /// Reads the bytes of a file.
  static func read(_ bytes: [UInt8], file: String) throws(TokenizerError) -> RankList {
    var lines: [Line] = []
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count / 2)
    lines.reserveCapacity(bytes.count / 12)
    var position = 0
    var number = 0
    while position < bytes.count {
      number += 1
      var end = position
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      let next = end + 1
      if end > position, bytes[end - 1] == 0x0D { end -= 1 }
      if end > position {
        let start = decoded.count
        let rank = try rank(
          of: bytes[position..<end], decodingInto: &decoded,
          at: Place(file: file, byteOffset: UInt64(position), line: number))
        lines.append(Line(rank: rank, start: start, end: decoded.count, number: number))
      }
      position = next
    }
    guard !lines.isEmpty else {
      throw TokenizerError(
        .schema, "expected lines of base64 and a rank, found none", at: Place(file: file))
    }
    return try list(lines, decoded, file: file)
  }

  /// Reads a line and gives its rank.
  private static func rank(
    of line: ArraySlice<UInt8>, decodingInto decoded: inout [UInt8], at place: Place
  ) throws(TokenizerError) -> Int {
    func failure(_ what: String) -> TokenizerError {
      TokenizerError(
        .syntax, "expected a token in base64, a space and its rank; found \(what)", at: place)
    }
    guard line.count <= maximumLineLength else {
      throw TokenizerError(
        .limit, "the line has \(line.count) bytes; at most \(maximumLineLength) are read", at: place
      )
    }
    guard let space = line.firstIndex(of: 0x20) else { throw failure("a line without a space") }
    guard space > line.startIndex else { throw failure("a line that begins with a space") }
    let token = line[..<space]
    let isEmpty = token.count == 1 && token[space - 1] == UInt8(ascii: "=")
    guard isEmpty || Base64.append(decoding: token, to: &decoded) else {
      throw failure("\(String(decoding: token, as: UTF8.self).quoted), which is not base64")
    }
    let digits = line[(space + 1)...]
    var rank = 0
    for digit in digits {
      guard (48...57).contains(digit) else {
        throw failure("the rank \(String(decoding: digits, as: UTF8.self).quoted)")
      }
      rank = rank * 10 + Int(digit - 48)
      guard rank < Vocabulary.maximumCount else {
        throw TokenizerError(
          .id,
          "the rank \(String(decoding: digits, as: UTF8.self).quoted) is too great; ranks lie "
            + "within 0...\(Vocabulary.maximumCount - 1)", at: place)
      }
    }
    guard !digits.isEmpty else { throw failure("no rank") }
    return rank
  }

  /// The tokens by rank, none twice.
  private static func list(
    _ lines: [Line], _ decoded: [UInt8], file: String
  ) throws(TokenizerError) -> RankList {
    let count = lines.reduce(0) { max($0, $1.rank + 1) }
    // A table of a size that a few lines ask for is not made: gaps are for special tokens.
    guard count <= lines.count * 2 + 4096 else {
      throw TokenizerError(
        .id,
        "the greatest rank is \(count - 1), but there are \(lines.count) tokens; the ranks between "
          + "are missing", at: Place(file: file))
    }
    var byRank = [Int32](repeating: -1, count: count)
    for (index, line) in lines.enumerated() {
      if byRank[line.rank] >= 0 {
        throw TokenizerError(
          .duplicate,
          "the rank \(line.rank) belongs to two tokens, in the lines "
            + "\(lines[Int(byRank[line.rank])].number) and \(line.number)",
          at: Place(file: file, line: line.number))
      }
      byRank[line.rank] = Int32(truncatingIfNeeded: index)
    }
    var result = RankList()
    result.tokens.reserve(count: count, byteCount: decoded.count)
    decoded.withUnsafeBytes { decoded in
      for rank in 0..<count {
        let line = byRank[rank] < 0 ? nil : lines[Int(byRank[rank])]
        if line == nil { result.missing.append(rank) }
        if let line, line.start == line.end { result.empty.append(rank) }
        let range = line.map { $0.start..<$0.end } ?? 0..<0
        result.tokens.append(utf8: UnsafeRawBufferPointer(rebasing: decoded[range]))
      }
    }
    return result
  }
}
