internal import Architectures
internal import Documents
internal import Failures
internal import OrderedCollections
internal import Tokenizers

/// What a document is, as far as routes are concerned.
public struct DocumentKind: Hashable, Sendable, CustomStringConvertible {
  /// Name of the kind, as plans print it.
  public let name: String
  /// A kind of that name.
  public init(_ name: String) { self.name = name }
  /// The name.
  public var description: String { name }

  /// A Hugging Face folder's configuration.
  public static let configuration = DocumentKind("config.json")
  /// The keys of a GGUF that hold the model's hyper-parameters.
  public static let modelKeys = DocumentKind("gguf model keys")
  /// The module list of sentence-transformers, with the pooling's configuration.
  public static let sentenceModules = DocumentKind("modules.json")
  /// The key of a GGUF that says how hidden states become one embedding.
  public static let poolingKey = DocumentKind("gguf pooling key")
  /// A tokenizer.json, with the small files that belong to it.
  public static let tokenizerJSON = DocumentKind("tokenizer.json")
  /// A file of ranks.
  public static let ranks = DocumentKind("tiktoken")
  /// A tokenizer in memory.
  public static let vocabulary = DocumentKind("vocabulary")
  /// The keys of a GGUF that hold the tokenizer.
  public static let tokenizerKeys = DocumentKind("gguf tokenizer keys")
  /// The tokenizer files of a Hugging Face folder.
  public static let tokenizerFiles = DocumentKind("tokenizer files")
}

/// A step between two kinds of documents: one file each under Documents/Stages, one line in
/// `DocumentStage+Registry.swift`.
protocol DocumentStage: Sendable {
  /// Stable name.
  var id: String { get }
  /// The kind it takes.
  var source: DocumentKind { get }
  /// The kind it makes.
  var target: DocumentKind { get }
  /// Whether it loses nothing that the source's kind tells.
  var isExact: Bool { get }
  /// Makes the document.
  func run(
    _ input: DocumentContent, in context: DocumentContext
  ) throws(ConversionError) -> DocumentResult
}

extension DocumentStage {
  var isExact: Bool { true }
}

/// A document.
enum DocumentContent: Sendable {
  /// It is read from the source by the stage that takes it.
  case inSource
  /// The files of a tokenizer.
  case tokenizer(TokenizerSource)
  /// A tokenizer.
  case vocabulary(Vocabulary)
  /// Keys of a GGUF.
  case keys(Metadata)
  /// Files by name, and what config.json has to say about them.
  case files(
    [(name: String, bytes: [UInt8])], configuration: OrderedDictionary<String, JSONValue>)
  /// A configuration.
  case configuration(JSONValue)
}

/// What a stage made, and what it guessed, filled in or left out.
struct DocumentResult: Sendable {
  var content: DocumentContent
  var notes: [String] = []
}

/// What stages may look at.
struct DocumentContext: Sendable {
  /// The path that messages name.
  let path: String
  /// The folder of the small files.
  let folder: String
  /// The checkpoint; nil if there is only a tokenizer.
  let source: SourceCheckpoint?
  let model: Model?
  let request: ConversionRequest
  /// The original config.json that a GGUF carries, or the one the user gives.
  let storedConfig: JSONValue?
  /// Rows of the token embedding; nil if there is none.
  let vocabularyRows: Int?
}
