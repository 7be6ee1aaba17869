extension TokenizerDefinition {
  /// How a piece of text becomes tokens.
  public enum Model: Sendable {
    /// Merges of pairs, best first, as tokenizer.json lists them.
    case bpe(BPE)
    /// The likeliest sequence of tokens, as the `tokenizers` library finds it.
    case unigram(Unigram)
    /// Longest match from the left within a word.
    case wordPiece(WordPiece)
    /// Whole pieces only.
    case wordLevel(WordLevel)
    /// SentencePiece's BPE, exactly.
    case sentencePieceBPE(SentencePiece)
    /// SentencePiece's Unigram, exactly.
    case sentencePieceUnigram(SentencePiece)
    /// tiktoken's rule: the two parts whose bytes together have the smallest id, leftmost first.
    case rankBPE(RankBPE)
  }

  /// A BPE model of tokenizer.json.
  public struct BPE: Sendable {
    /// The tokens.
    public var vocabulary: TokenVocabulary
    /// The merges, best first.
    public var merges: MergeList
    /// Share of merges left out in training, by its text in the file; nil for none.
    public var dropout: String?
    /// The token for what the vocabulary lacks.
    public var unknownToken: String?
    /// What the parts of a word but the first begin with.
    public var continuingPrefix: String?
    /// What the last part of a word ends with.
    public var endSuffix: String?
    /// Whether neighbouring unknown characters become one token.
    public var fusesUnknown = false
    /// Whether a character that the vocabulary lacks becomes its bytes, `<0x41>`.
    public var fallsBackToBytes = false
    /// Whether a piece that is a token is taken whole, whatever the merges say.
    public var ignoresMerges = false

    /// A model with the usual settings.
    public init(vocabulary: TokenVocabulary, merges: MergeList) {
      self.vocabulary = vocabulary
      self.merges = merges
    }
  }

  /// A Unigram model of tokenizer.json.
  public struct Unigram: Sendable {
    /// The tokens; ids count from 0, and a text may stand twice.
    public var tokens: PackedTokens
    /// Their logarithmic probabilities.
    public var scores: [Double]
    /// The token for what the vocabulary lacks.
    public var unknownID: Int?
    /// Whether unknown text becomes its bytes, `<0x41>`.
    public var fallsBackToBytes = false

    /// A model of tokens and their scores.
    public init(tokens: PackedTokens, scores: [Double], unknownID: Int?) {
      self.tokens = tokens
      self.scores = scores
      self.unknownID = unknownID
    }
  }

  /// A WordPiece model.
  public struct WordPiece: Sendable {
    /// The tokens.
    public var vocabulary: TokenVocabulary
    /// The token for a word that cannot be spelled.
    public var unknownToken = "[UNK]"
    /// What the parts of a word but the first begin with.
    public var continuingPrefix = "##"
    /// Longest word in characters; longer ones are unknown.
    public var longestWord = 100

    /// A model with BERT's settings.
    public init(vocabulary: TokenVocabulary) { self.vocabulary = vocabulary }
  }

  /// A model of whole words.
  public struct WordLevel: Sendable {
    /// The tokens.
    public var vocabulary: TokenVocabulary
    /// The token for other words.
    public var unknownToken: String

    /// A model of words.
    public init(vocabulary: TokenVocabulary, unknownToken: String) {
      self.vocabulary = vocabulary
      self.unknownToken = unknownToken
    }
  }

  /// tiktoken's model: tokens are bytes, and their order is the order of the merges.
  public struct RankBPE: Sendable {
    /// The tokens as bytes; a smaller id is merged first.
    public var vocabulary: TokenVocabulary

    /// A model of ranked tokens.
    public init(vocabulary: TokenVocabulary) { self.vocabulary = vocabulary }
  }

  /// A SentencePiece model, with the normalisation that belongs to it.
  public struct SentencePiece: Sendable {
    /// The pieces by id.
    public var tokens: PackedTokens
    /// Their scores.
    public var scores: [Float]
    /// What they are.
    public var types: [TokenType]
    /// Whether an unknown character becomes its bytes, `<0x41>`.
    public var fallsBackToBytes = false
    /// The table of replacements: a double-array trie and texts; empty for none.
    public var charsmap: [UInt8] = []
    /// Whether a space is put before the text (or behind it).
    public var addsDummyPrefix = true
    /// Whether runs of spaces become one, and those at the ends go.
    public var removesExtraWhitespaces = true
    /// Whether spaces are written `▁`.
    public var escapesWhitespaces = true
    /// Whether the space of a word stands behind it.
    public var whitespaceIsSuffix = false
    /// What the unknown token becomes in decoded text.
    public var unknownSurface = " \u{2047} "

    /// A model of pieces with SentencePiece's usual settings.
    public init(tokens: PackedTokens, scores: [Float], types: [TokenType]) {
      self.tokens = tokens
      self.scores = scores
      self.types = types
    }
  }
}
