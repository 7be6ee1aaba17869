internal import Documents

extension KnownRankTokenizer {
  /// The known tokenizers that have exactly these ranks.
  static func having(_ ranks: RankList) -> [KnownRankTokenizer] {
    let digest = SHA256.hex(RankFile.bytes(ranks))
    return all.filter { $0.digests.contains(digest) }
  }

  /// The known tokenizer that a checkpoint has: by its ranks and, where several have these, by what
  /// config.json says.
  ///
  /// - Returns: nil if the ranks are not known, do not fit the configuration, or leave a choice.
  static func recognised(
    _ ranks: RankList, among known: [KnownRankTokenizer], config: JSONValue?
  ) -> KnownRankTokenizer? {
    let size = config?["vocab_size"]?.int ?? config?["text_config"]?["vocab_size"]?.int
    let fitting = known.filter { ($0.count(ranks)) <= size ?? .max }
    if fitting.count <= 1 { return fitting.first }
    let type = config?["model_type"]?.string ?? ""
    let named = fitting.filter { $0.modelTypes.contains(type) }
    if named.count <= 1 { return named.first }
    let exact = named.filter { $0.count(ranks) == size }
    return exact.count == 1 ? exact.first : nil
  }

  /// Number of ids up to the greatest.
  private func count(_ ranks: RankList) -> Int {
    special(rankCount: ranks.count).reduce(ranks.count) { max($0, Int($1.id) + 1) }
  }
}
