internal import Documents
internal import Failures

/// Finds the name that GGUF has for a pre-tokenizer, from its structure.
///
/// The splits of tokenizer.json are spelled canonically and looked up in the table as a sequence;
/// the names left may differ in `ignore_merges` and in what llama.cpp adds to a text. Names that
/// agree with the tokenizer in `ignore_merges` and separators come first, among equals those that
/// begin with the model's type (`stablelm` has `stablelm2`), and of these the table's preferred
/// one. Whether llama.cpp adds a beginning of text by itself does not count, as `add_bos_token` is
/// written. A name that differs in `ignore_merges` is chosen only where there is no other, and noted
/// if there are tokens that their merges do not give.
enum PreTokenizerName {
  /// What the tokenizer says beside its splits.
  struct Traits {
    var ignoresMerges = false
    var addsSEP = false
    /// `model_type` of config.json.
    var modelType: String?
    /// Whether there is a token that its own merges do not give; found out only if it matters.
    var needsWholePieces: () throws(TokenizerError) -> Bool = { () throws(TokenizerError) in false }
  }

  /// The name, and what there is to note about it.
  ///
  /// - Throws: `.preTokenizer` if no entry of the table splits alike.
  static func find(
    _ steps: PreTokenizerSteps, traits: Traits, at place: Place
  ) throws(TokenizerError) -> (name: String, notes: [String]) {
    let table = try PreTokenizerTable.shared.get()
    let wanted = steps.spellings.compactMap { $0 }
    guard steps.others.isEmpty, wanted.count == steps.spellings.count, !wanted.isEmpty else {
      throw unknown(steps, table, at: place)
    }
    let matching = table.groups.filter { group in
      group.isByteLevel == steps.isByteLevel && group.spellings.contains(wanted)
    }
    func score(_ group: PreTokenizerTable.Group) -> Int {
      (group.ignoresMerges == traits.ignoresMerges ? 4 : 0)
        + (group.addsSEP == traits.addsSEP ? 2 : 0)
    }
    guard let best = matching.map(score).max() else { throw unknown(steps, table, at: place) }
    let alike = matching.filter { score($0) == best }.flatMap(\.names)
    let own = alike.filter { name in traits.modelType.map(name.hasPrefix) ?? false }
    let names = own.isEmpty ? alike : own
    let name = table.preferred.first { names.contains($0) } ?? names[0]
    var notes: [String] = []
    // Where all tokens come from their merges, it is all the same.
    if let group = table.group(named: name), group.ignoresMerges != traits.ignoresMerges,
      try traits.needsWholePieces()
    {
      notes.append(
        "the pre-tokenizer '\(name)' \(group.ignoresMerges ? "takes" : "does not take") a piece "
          + "that is a token as a whole, unlike this tokenizer (ignore_merges is "
          + "\(traits.ignoresMerges)), which has tokens that their merges do not give: llama.cpp "
          + "splits texts with these tokens otherwise; no other name splits text in this way")
    }
    return (name, notes)
  }

  private static func unknown(
    _ steps: PreTokenizerSteps, _ table: PreTokenizerTable, at place: Place
  ) -> TokenizerError {
    var parts = steps.regexes.map { "/\($0)/" } + steps.others
    if parts.isEmpty { parts = ["nothing"] }
    let spelled = Array(steps.spellings.compactMap { $0 }.joined(separator: "\n").utf8)
    let nearest = table.groups.filter { !$0.spellings.isEmpty }
      .map { group in
        (
          likeness: group.spellings.map {
            likeness(spelled, Array($0.joined(separator: "\n").utf8))
          }
          .max() ?? 0, name: table.preferredName(group)
        )
      }
      .sorted { $0.likeness > $1.likeness }.prefix(3).map(\.name)
    return TokenizerError(
      .preTokenizer,
      "GGUF has no name for a pre-tokenizer that splits by \(parts.joined(separator: ", then "))"
        + "\(steps.isByteLevel ? "" : " and does not go to bytes"); the nearest of its names are "
        + nearest.joined(separator: ", "), at: place)
  }

  /// How much two spellings have in common: the bytes of their common beginning and end, as a part
  /// of all.
  private static func likeness(_ a: [UInt8], _ b: [UInt8]) -> Double {
    let shorter = min(a.count, b.count)
    var head = 0
    while head < shorter, a[head] == b[head] { head += 1 }
    var tail = 0
    while tail < shorter - head, a[a.count - 1 - tail] == b[b.count - 1 - tail] { tail += 1 }
    return Double(head + tail) / Double(max(a.count, b.count, 1))
  }
}
