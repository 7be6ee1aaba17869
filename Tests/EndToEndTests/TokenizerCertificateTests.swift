import Lathe
import Testing
import _TestSupport

/// The certificate finds what differs, and says which part it comes from.
@Suite struct TokenizerCertificateTests {
  static let bert = Result {
    try TokenizerDefinition(
      tokenizerJSON: Golden.bytes("Tokenizers/sources/bert-bge/tokenizer.json"))
  }
  static let ranks = Result {
    try RankVocabulary(
      tiktoken: Golden.bytes("Tokenizers/whisper-gpt2/gpt2.tiktoken"), name: "gpt2", file: "x")
  }

  private func check(
    _ definition: TokenizerDefinition, _ cause: String,
    _ change: (inout TokenizerDefinition) -> Void
  ) throws {
    var other = definition
    change(&other)
    let certificate = try TokenizerCertificate(source: definition, result: other)
    let difference = try #require(certificate.difference, "\(cause) is not found")
    #expect(difference.cause.hasPrefix(cause), "\(difference)")
    #expect(difference.source != difference.result)
    #expect(certificate.text.contains(cause))
    #expect(certificate.json["equal"] == false)
  }

  @Test func causes() throws {
    let bert = try Self.bert.get()
    let gpt2 = try Self.ranks.get().definition()
    #expect(try TokenizerCertificate(source: bert, result: bert).difference == nil)
    try check(bert, "special and added tokens") { $0.addedTokens.removeLast() }
    try check(bert, "special and added tokens") { $0.addedTokens[0].isSpecial = false }
    try check(bert, "the normalizer") { $0.normalizer = nil }
    try check(bert, "the pre-tokenizer") { $0.preTokenizer = .whitespaceSplit }
    try check(bert, "the decoder") { $0.decoder = .wordPiece(prefix: "##", cleansUp: false) }
    try check(bert, "the model") {
      guard case .wordPiece(var model) = $0.model else { return }
      model.longestWord = 20
      $0.model = .wordPiece(model)
    }
    try check(gpt2, "the normalizer") { $0.normalizer = .plain(.nfc) }
    try check(gpt2, "the decoder") { $0.decoder = .fuse }
    try check(gpt2, "the model") {
      guard case .bpe(var model) = $0.model else { return }
      // The last token cannot be made any more.
      var merges = MergeList()
      for index in 0..<model.merges.count
      where model.merges.result[index] != model.merges.result.last {
        merges.append(
          left: model.merges.left[index], right: model.merges.right[index],
          result: model.merges.result[index])
      }
      model.merges = merges
      model.ignoresMerges = false
      $0.model = .bpe(model)
    }
  }

  /// Expressions of one family part only few texts differently.
  @Test func patternsOfOneFamily() throws {
    let definition = try Self.ranks.get().rankDefinition()
    let patterns = [
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      #"(?:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#,
    ]
    for (index, first) in patterns.enumerated() {
      for second in patterns[(index + 1)...] {
        var (one, two) = (definition, definition)
        one.preTokenizer = .split(.regex(first), .isolated, isInverted: false)
        two.preTokenizer = .split(.regex(second), .isolated, isInverted: false)
        let difference = try TokenizerCertificate(source: one, result: two).difference
        #expect(difference?.cause.hasPrefix("the pre-tokenizer") == true, "\(first) \(second)")
      }
    }
  }
}
