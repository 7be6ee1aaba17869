internal import Failures
internal import Tokenizers

/// tokenizer.json -> a file of ranks, with its pattern and special tokens.
struct TokenizerJSONToRanks: DocumentStage {
  let id = "tokenizer-json-to-tiktoken"
  let source = DocumentKind.tokenizerJSON
  let target = DocumentKind.ranks
  let isExact = false

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard case .tokenizer(let files) = input else {
      throw ConversionError(.internal, "\(id) takes tokenizer files")
    }
    do throws(TokenizerError) {
      let definition = try TokenizerDefinition(
        tokenizerJSON: files.bytes("tokenizer.json") ?? [])
      let (ranks, notes) = try RankVocabulary.make(of: definition)
      var made = TokenizerSource(files: [
        Self.name: ranks.tiktokenFile(), Self.specialName: ranks.specialTokensFile(),
      ])
      made.rankOptions = ranks.options
      return DocumentResult(content: .tokenizer(made), notes: notes)
    } catch {
      throw TokenizerFiles.located(error, files, in: context.folder)
    }
  }

  /// The file of ranks.
  static let name = "tokenizer.tiktoken"
  /// The map of special tokens.
  static let specialName = "special_tokens.json"
}
