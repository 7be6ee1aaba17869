public import Documents

/// The whole content of a tokenizer: what tokenizer.json states, part by part.
///
/// The parts are those of Hugging Face's tokenizer.json (schema "1.0"). Models that split exactly as
/// SentencePiece and tiktoken do have cases of their own, which that file cannot hold.
public struct TokenizerDefinition: Sendable {
  /// How long inputs are cut, as the file has it; not applied by ``Tokenizer``.
  public var truncation: JSONValue = .null
  /// How short inputs are filled up, as the file has it; not applied by ``Tokenizer``.
  public var padding: JSONValue = .null
  /// Tokens that are found in text before the model sees it, by rising id.
  public var addedTokens: [AddedToken] = []
  /// What is done to text first.
  public var normalizer: Normalizer?
  /// How text is split into pieces.
  public var preTokenizer: PreTokenizer?
  /// What is put around a text's tokens.
  public var postProcessor: PostProcessor?
  /// How tokens become text.
  public var decoder: Decoder?
  /// How a piece becomes tokens.
  public var model: Model
  /// What stands in place of these parts when text is split as llama.cpp does.
  var llamaCpp: LlamaCppVocabulary?

  /// A tokenizer that is a model and nothing else.
  public init(model: Model) { self.model = model }
}

extension TokenizerDefinition {
  /// A token that is found in text before the model sees it.
  public struct AddedToken: Hashable, Sendable {
    /// Number of the token.
    public var id: Int32
    /// The text.
    public var content: String
    /// Whether it counts only where no letter or digit stands beside it.
    public var isSingleWord = false
    /// Whether blanks before it belong to it.
    public var stripsLeft = false
    /// Whether blanks behind it belong to it.
    public var stripsRight = false
    /// Whether it is looked for in normalised text, normalised itself.
    public var isNormalized = false
    /// Whether it is plain text unless special tokens are asked for.
    public var isSpecial = false

    /// A token that is found wherever its text stands.
    public init(id: Int32, content: String, isSpecial: Bool = false) {
      self.id = id
      self.content = content
      self.isSpecial = isSpecial
    }
  }
}
