internal import Failures
internal import Tokenizers

/// The tokenizer files that were made of a GGUF's keys -> tokenizer.json.
struct FilesToTokenizerJSON: DocumentStage {
  let id = "files-to-tokenizer-json"
  let source = DocumentKind.tokenizerFiles
  let target = DocumentKind.tokenizerJSON

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard case .files(let made, _) = input else {
      throw ConversionError(.internal, "\(id) takes files")
    }
    var files = TokenizerSource(
      files: Dictionary(made.map { ($0.name, $0.bytes) }) { first, _ in first })
    guard files.bytes("tokenizer.json") == nil else {
      return DocumentResult(content: .tokenizer(files))
    }
    do throws(TokenizerError) {
      let definition = try TokenizerFormats.define(files)
      let json = try definition.unigramOfLibrary() ?? definition
      files.set("tokenizer.json", try json.tokenizerJSON())
    } catch {
      throw TokenizerFiles.located(error, files, in: context.folder)
    }
    return DocumentResult(
      content: .tokenizer(files),
      notes: [
        "the Unigram model is written as the tokenizers library has it: equal scores and "
          + "characters that the model's table joins may be split otherwise"
      ])
  }
}
