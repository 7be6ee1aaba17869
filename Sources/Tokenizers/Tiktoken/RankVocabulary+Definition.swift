internal import Documents
public import Failures

extension RankVocabulary {
  /// The ranks that a byte-level BPE amounts to, as far as its parts tell.
  ///
  /// Ids become ranks; added tokens become special tokens. Whether the merges give what ranks give
  /// is not decided here.
  ///
  /// - Returns: also what a file of ranks leaves out, in words for the user.
  /// - Throws: `.unsupported` for what has no form as ranks.
  public static func make(
    of definition: TokenizerDefinition
  ) throws(TokenizerError) -> (vocabulary: RankVocabulary, notes: [String]) {
    guard case .bpe(let model) = definition.model, model.dropout == nil,
      (model.continuingPrefix ?? "").isEmpty, (model.endSuffix ?? "").isEmpty
    else { throw refusal("the model is no plain BPE") }
    let pattern = try pattern(definition.preTokenizer)
    var composes = false
    switch definition.normalizer {
    case nil: break
    case .plain(.nfc): composes = true
    default: throw refusal("text is normalised")
    }
    let added = Set(definition.addedTokens.map(\.id))
    let results = model.merges.result
    guard zip(results, results.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw refusal("the merges do not stand in the order of the ids")
    }
    var ranks = RankList()
    let vocabulary = model.vocabulary
    var place = 0
    let end =
      vocabulary.tokens.indices.last { !added.contains(vocabulary.id(at: $0)) }
      .map { Int(vocabulary.id(at: $0)) + 1 } ?? 0
    guard end <= Vocabulary.maximumCount else {
      throw TokenizerError(
        .id,
        "the greatest id is \(end - 1); ids of ranks lie within 0...\(Vocabulary.maximumCount - 1)",
        at: TokenizerJSON.place)
    }
    ranks.tokens.reserve(count: end, byteCount: vocabulary.tokens.bytes.count)
    for id in 0..<end {
      let isThere = place < vocabulary.count && Int(vocabulary.id(at: place)) == id
      if isThere, !added.contains(Int32(truncatingIfNeeded: id)) {
        guard let bytes = ByteLetters.decode(vocabulary.tokens.utf8(at: place)) else {
          throw refusal("the token \(vocabulary.tokens[place].quoted) does not stand for bytes")
        }
        if bytes.isEmpty { ranks.empty.append(id) }
        bytes.withUnsafeBytes { ranks.tokens.append(utf8: $0) }
      } else {
        ranks.missing.append(id)
        ranks.tokens.append("")
      }
      if isThere { place += 1 }
    }
    var result = try RankVocabulary(
      ranks: ranks, pattern: pattern,
      special: definition.addedTokens.map { ($0.content, $0.id) }, file: TokenizerJSON.name)
    result.composes = composes
    return (result, notes(definition, composes: composes))
  }

  private static func notes(_ definition: TokenizerDefinition, composes: Bool) -> [String] {
    var notes = [
      "a file of ranks holds neither the pattern nor the special tokens; they have to be given with "
        + "it"
    ]
    if composes { notes.append("text has to be brought into the form NFC first") }
    if let token = definition.addedTokens.first(where: {
      !$0.isSpecial || $0.isNormalized || $0.isSingleWord || $0.stripsLeft || $0.stripsRight
    }) {
      notes.append(
        "added tokens become plain special tokens: \(token.content.quoted) and others lose their "
          + "flags")
    }
    return notes
  }

  /// The one expression of a pre-tokenizer over bytes.
  private static func pattern(
    _ part: TokenizerDefinition.PreTokenizer?
  ) throws(TokenizerError) -> String {
    switch part {
    case .byteLevel(let letters) where letters.usesRegex && !letters.addsPrefixSpace:
      return PreTokenizerSteps.gpt2
    case .sequence(let list) where list.count == 2:
      if case .split(.regex(let regex), .isolated, isInverted: _) = list[0],
        case .byteLevel(let letters) = list[1], !letters.usesRegex, !letters.addsPrefixSpace
      {
        return regex
      }
    default: break
    }
    throw refusal("text is not split by one expression")
  }

  private static func refusal(_ why: String) -> TokenizerError {
    TokenizerError(
      .unsupported,
      "\(why); a file of ranks holds byte-level BPE whose text is split by one expression and whose "
        + "merges follow the order of the ids", at: TokenizerJSON.place)
  }

  /// The tokenizer as a tiktoken file.
  public func tiktokenFile() -> [UInt8] { RankFile.bytes(ranks, firstID: Int(firstID)) }

  /// The map of special tokens to ids, as `specialTokens(json:file:)` reads it.
  public func specialTokensFile() -> [UInt8] {
    var map: JSONValue = [:]
    for token in special { map[token.text] = .int(token.id) }
    return map.bytes(.pretty(indent: 2)) + [0x0A]
  }

  /// What has to be given with a file of the ranks.
  public var options: RankOptions {
    var options = RankOptions()
    options.pattern = pattern
    options.specialTokens = special
    return options
  }
}
