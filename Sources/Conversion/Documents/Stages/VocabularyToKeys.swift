internal import Documents
internal import Failures
internal import Tokenizers

/// A tokenizer in memory -> the `tokenizer.*` keys of a GGUF.
struct VocabularyToKeys: DocumentStage {
  let id = "vocabulary-to-keys"
  let source = DocumentKind.vocabulary
  let target = DocumentKind.tokenizerKeys

  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult {
    guard case .vocabulary(let vocabulary) = input else {
      throw ConversionError(.internal, "\(id) takes a vocabulary")
    }
    let made = try passing(at: Place(file: context.folder)) { () throws(TokenizerError) in
      try vocabulary.ggufKeys(length: context.vocabularyRows ?? vocabulary.count)
    }
    var keys = made.metadata
    if context.request.embedTokenizer, let json = vocabulary.huggingFaceJSON {
      guard let text = String(validating: json, as: UTF8.self) else {
        throw ConversionError(
          .value, "tokenizer.json is not valid UTF-8", at: Place(file: context.folder))
      }
      keys[Lineage.tokenizerKey] = .string(text)
    }
    return DocumentResult(content: .keys(keys), notes: made.notes)
  }
}
