public import Failures

/// tekken.json: Mistral's file of ranks, which says everything itself.
public struct TekkenFormat: RankTokenizerFormat {
  /// `tekken.json`.
  public let id = "tekken.json"
  /// tekken.json.
  public let files = [TekkenFile.name]

  /// The format.
  public init() {}

  /// Whether there is a tekken.json.
  public func recognises(_ source: TokenizerSource) -> Bool {
    source.bytes(TekkenFile.name) != nil
  }

  /// Reads the ranks.
  ///
  /// - Throws: `.unsupported` if a pattern or special tokens are given: the file has its own.
  public func ranks(_ source: TokenizerSource) throws(TokenizerError) -> RankReading {
    guard source.rankOptions.pattern == nil, source.rankOptions.specialTokens == nil else {
      throw TokenizerError(
        .unsupported, "a tekken.json states its own pattern and special tokens; none can be given",
        at: Place(file: TekkenFile.name))
    }
    var reading = RankReading(try TekkenFile.read(source.bytes(TekkenFile.name) ?? []))
    let special = reading.vocabulary.special
    let roles: [(role: SpecialRole, text: String)] = [
      (.bos, "<s>"), (.eos, "</s>"), (.unk, "<unk>"), (.pad, "<pad>"),
    ]
    reading.roles = roles.filter { role in special.contains { $0.text == role.text } }
    reading.addsBeginning = reading.roles.contains { $0.role == .bos }
    return reading
  }
}
