internal import Failures
internal import Tokenizers

/// The tokenizer files of one format -> tokenizer.json.
struct TokenizerToJSON: DocumentStage {
  let format: any TokenizerFormat
  var id: String { "\(format.id)-to-tokenizer-json" }
  var source: DocumentKind { DocumentKind(format.id) }
  let target = DocumentKind.tokenizerJSON

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard case .tokenizer(var files) = input else {
      throw ConversionError(.internal, "\(id) takes tokenizer files")
    }
    do throws(TokenizerError) {
      if let ranks = format as? any RankTokenizerFormat {
        let made = try ranks.tokenizerJSON(files)
        return DocumentResult(content: .tokenizer(made.source), notes: made.notes)
      }
      files.set("tokenizer.json", try format.define(files).tokenizerJSON())
      return DocumentResult(content: .tokenizer(files))
    } catch {
      throw TokenizerFiles.located(error, files, in: context.folder)
    }
  }
}
