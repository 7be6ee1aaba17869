public import Documents

/// A tokenizer as its vocabulary and the facts that GGUF's `tokenizer.*` keys hold.
///
/// Tokens stand by id in the spelling of the Hugging Face files (`##x` of WordPiece); ids without a
/// token hold `[PADn]` of type `unused`. To encode text there is ``TokenizerDefinition``.
public struct Vocabulary: Sendable {
  /// How text becomes tokens.
  public enum Kind: String, Sendable {
    /// Merges over bytes, each written as a letter: GPT-2, Llama 3.
    case byteLevelBPE
    /// SentencePiece's BPE: merges by score: Llama 2, Mistral.
    case sentencePieceBPE
    /// SentencePiece's Unigram.
    case unigram
    /// Longest match within words: BERT.
    case wordPiece
  }

  /// Most tokens that a file may have.
  public static let maximumCount = 1 << 22

  /// How text becomes tokens.
  public var kind: Kind
  /// The texts, by id.
  public var tokens: PackedStrings
  /// What they are, by id.
  public var types: [TokenType]
  /// SentencePiece's scores, by id; empty for the other kinds.
  public var scores: [Float] = []
  /// `left right`, best first; a space inside a part is written `Ġ`.
  public var merges = PackedStrings()
  /// llama.cpp's name of the pre-tokenizer.
  public var preTokenizer: String
  /// Whether a space goes before the text, where the files say so.
  public var addSpacePrefix: Bool?
  /// Whether runs of spaces become one; Unigram only.
  public var removeExtraWhitespaces: Bool?
  /// SentencePiece's normalisation table.
  public var precompiledCharsmap: [UInt8] = []
  /// The parts that tokens play.
  public var special = SpecialTokens()
  /// The chat templates.
  public var chatTemplates = ChatTemplates()
  /// Number of BERT's token types.
  public var tokenTypeCount: Int?
  /// The bytes of tokenizer.json, if there is one, for GGUF's `tokenizer.huggingface.json`.
  public var huggingFaceJSON: [UInt8]?
  /// What was decided, dropped or guessed, in words for the user.
  public var notes: [String] = []

  /// A vocabulary without facts beyond its tokens.
  public init(kind: Kind, tokens: PackedStrings, types: [TokenType], preTokenizer: String) {
    self.kind = kind
    self.tokens = tokens
    self.types = types
    self.preTokenizer = preTokenizer
  }

  /// Number of ids.
  public var count: Int { tokens.count }

  /// The id of a token with that text, compared byte by byte.
  public func id(of text: String) -> Int? {
    let wanted = Array(text.utf8)
    return tokens.indices.first { tokens.utf8(at: $0).elementsEqual(wanted) }
  }

  /// The text of an id without a token.
  static func padding(_ id: Int) -> String { "[PAD\(id)]" }
  /// SentencePiece's score of an id without a token.
  static let paddingScore: Float = -10000
  /// SentencePiece's score of a token that was added to a finished model.
  static let addedScore: Float = -1000
}
