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
    guard case .keys(let metadata) = input else {
      throw ConversionError(.internal, "\(id) takes keys")
    }
    let made = try passing(at: Place(file: context.path)) { () throws(TokenizerError) in
      try HuggingFaceTokenizerFiles.make(fromGGUF: metadata)
    }
    let files = made.files.map { (name: $0.key, bytes: $0.value) }
    return DocumentResult(
      content: .files(files, configuration: made.configuration), notes: made.notes)
  }
}
