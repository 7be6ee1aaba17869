internal import Documents

extension RankFile {
  /// A file of ranks: a line for each token, by rising rank.
  ///
  /// Published files are in this form, so that they are known by the digest of these bytes.
  ///
  /// - Parameter firstID: what is added to each rank.
  static func bytes(_ ranks: RankList, firstID: Int = 0) -> [UInt8] {
    let missing = Set(ranks.missing)
    let empty = Set(ranks.empty)
    var result: [UInt8] = []
    result.reserveCapacity(ranks.tokens.bytes.count * 2 + ranks.count * 9)
    for rank in ranks.tokens.indices where !missing.contains(rank) {
      let token = ranks.tokens.utf8(at: rank)
      result += empty.contains(rank) ? [UInt8(ascii: "=")] : Array(Base64.encode(Array(token)).utf8)
      result.append(0x20)
      result += String(rank + firstID).utf8
      result.append(0x0A)
    }
    return result
  }
}
