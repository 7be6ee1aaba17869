internal import Failures
internal import Tokenizers

/// The `tokenizer.*` keys of a GGUF -> the tokenizer files of a Hugging Face folder.
struct KeysToTokenizerFiles: DocumentStage {
  let id = "keys-to-tokenizer-files"
  let source = DocumentKind.tokenizerKeys
  let target = DocumentKind.tokenizerFiles

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    let made = try passing(at: Place(file: context.source.path)) { () throws(TokenizerError) in
      try HuggingFaceTokenizerFiles.make(fromGGUF: context.source.reader.metadata)
    }
    let files = made.files.map { (name: $0.key, bytes: $0.value) }
    return DocumentResult(
      content: .files(files, configuration: made.configuration), notes: made.notes)
  }
}
