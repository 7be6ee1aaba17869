internal import ByteIO
internal import Documents
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
    let files = try Self.files(of: context.source)
    let vocabulary = try passing(at: Place(file: context.source.folder)) {
      () throws(TokenizerError) in try format.read(files)
    }
    return DocumentResult(content: .vocabulary(vocabulary))
  }

  /// The kind of the source's tokenizer files.
  static func kind(of source: SourceCheckpoint) throws(ConversionError) -> DocumentKind {
    let files = try files(of: source)
    let format = try passing(at: Place(file: source.folder)) { () throws(TokenizerError) in
      try TokenizerFormats.recognise(in: files)
    }
    return DocumentKind(format.id)
  }

  private static func files(
    of source: SourceCheckpoint
  ) throws(ConversionError) -> TokenizerSource {
    var templates: [String] = []
    let folder = Paths.join(source.folder, TokenizerSource.templateFolder)
    if FileIdentity.of(folder)?.isFolder == true {
      templates = try passing { () throws(ByteIOError) in try Paths.names(in: folder) }
        .filter { $0.hasSuffix(".jinja") }
    }
    var files: [String: [UInt8]] = [:]
    for name in TokenizerSource.names + templates.map({ "\(TokenizerSource.templateFolder)/\($0)" })
    {
      files[name] = try source.companion(name)
    }
    return TokenizerSource(
      files: files, config: source.config, generationConfig: source.generationConfig)
  }
}
