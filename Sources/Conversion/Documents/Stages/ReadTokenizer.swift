internal import Failures
internal import Tokenizers

/// Tokenizer files of one format -> a tokenizer in memory.
struct ReadTokenizer: DocumentStage {
  let format: any TokenizerFormat
  var id: String { "read-\(format.id)" }
  var source: DocumentKind { DocumentKind(format.id) }
  let target = DocumentKind.vocabulary

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard case .tokenizer(let files) = input else {
      throw ConversionError(.internal, "\(id) takes tokenizer files")
    }
    do throws(TokenizerError) {
      return DocumentResult(content: .vocabulary(try format.read(files)))
    } catch {
      throw TokenizerFiles.located(error, files, in: context.folder)
    }
  }
}
