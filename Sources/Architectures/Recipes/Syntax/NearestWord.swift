/// Finds the word that somebody may have meant.
enum NearestWord {
  /// `; did you mean 'x'?`, or nothing if no known word is near.
  static func hint(_ word: String, among known: [String]) -> String {
    let wanted = Array(word.lowercased().utf8.prefix(64))
    let limit = max(1, wanted.count / 3)
    var best: (word: String, distance: Int)?
    for candidate in known {
      let distance = edits(wanted, Array(candidate.lowercased().utf8.prefix(64)))
      if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best.map { "; did you mean '\($0.word)'?" } ?? ""
  }

  /// Insertions, deletions and replacements that turn one into the other.
  private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let cost = min(diagonal + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[b.count]
  }
}
