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
    do throws(TokenizerError) {
      return DocumentResult(content: .vocabulary(try format.read(files)))
    } catch {
      throw Self.located(error, in: context.source.folder)
    }
  }

  /// The kind of the source's tokenizer files.
  static func kind(of source: SourceCheckpoint) throws(ConversionError) -> DocumentKind {
    let files = try files(of: source)
    do throws(TokenizerError) {
      return DocumentKind(try TokenizerFormats.recognise(in: files).id)
    } catch {
      throw located(error, in: source.folder)
    }
  }

  /// The failure with the path of its file: tokenizers know only names.
  private static func located(_ error: TokenizerError, in folder: String) -> ConversionError {
    var error = error
    error.place.file = error.place.file.map { Paths.join(folder, $0) }
    return ConversionError(.below, wrapping: error, at: Place(file: folder))
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
