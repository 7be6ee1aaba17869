internal import Documents
internal import Failures

/// What llama.cpp takes from GGUF's keys to split text, with its corrections of them.
struct LlamaCppVocabulary: Sendable {
  /// A token that is found in text before the model sees it.
  struct Special: Sendable {
    let id: Int32
    /// Whether it counts only if special tokens are asked for.
    let isControl: Bool
    /// Whether blanks before it go.
    var stripsLeft = false
    /// Whether blanks behind it go.
    var stripsRight = false
  }

  /// Which algorithm splits text.
  let kind: Vocabulary.Kind
  /// The tokens as GGUF spells them.
  let tokens: TokenVocabulary
  /// What they are, as the keys say.
  let types: [TokenType]
  /// Scores by id; empty if the keys have none.
  let scores: [Float]
  /// `left right`, best first.
  let merges: PackedStrings
  /// The pre-tokenizer's name.
  let preTokenizer: String
  /// The tokens that are found first, by id.
  private(set) var special: [Special] = []
  /// Whether a space goes before the text.
  let addsSpacePrefix: Bool
  /// Whether runs of spaces become one.
  let removesExtraWhitespaces: Bool
  /// Unigram's table of replacements.
  let charsmap: [UInt8]
  /// Whether text is lowercased.
  let lowercases: Bool
  /// Whether accents go.
  let stripsAccents: Bool
  /// The token for what the vocabulary lacks.
  let unknown: Int32?

  /// Reads the keys.
  ///
  /// - Throws: as ``Vocabulary/init(fromGGUF:)``.
  init(_ metadata: Metadata) throws(TokenizerError) {
    let keys = GGUFReading(metadata: metadata)
    let vocabulary = try Vocabulary(fromGGUF: metadata)
    kind = vocabulary.kind
    let texts = try keys.required("tokenizer.ggml.tokens", "a list of texts") { $0.strings }
    tokens = try TokenVocabulary(Self.filled(texts))
    types = try keys.types(count: texts.count, isOptional: true)
    scores =
      try keys.optional("tokenizer.ggml.scores", "a list of f32") {
        if case .array(.f32(let list)) = $0 { list } else { nil }
      } ?? []
    merges = vocabulary.merges
    preTokenizer =
      try keys.optional("tokenizer.ggml.pre", "a text") { $0.string } ?? "default"
    addsSpacePrefix = vocabulary.addSpacePrefix ?? (kind == .sentencePieceBPE)
    removesExtraWhitespaces = vocabulary.removeExtraWhitespaces ?? false
    charsmap = vocabulary.precompiledCharsmap
    lowercases = vocabulary.special.lowercase ?? (kind == .wordPiece)
    stripsAccents = vocabulary.special.stripAccents ?? lowercases
    unknown = (vocabulary.special.ids[.unk] ?? Self.assumedUnknown(kind)).flatMap { id in
      texts.indices.contains(id) ? Int32(truncatingIfNeeded: id) : nil
    }
    special = try LlamaCppSpecialTokens(tokens: tokens, types: types, keys).list
  }

  /// The unknown token of files that do not name it.
  private static func assumedUnknown(_ kind: Vocabulary.Kind) -> Int? {
    switch kind {
    case .sentencePieceBPE: 0
    case .wordPiece: 100
    case .unigram: 2
    case .byteLevelBPE: nil
    }
  }

  /// The texts; an empty one gets a name that no text is likely to hold.
  private static func filled(_ texts: PackedStrings) -> PackedStrings {
    guard texts.contains(where: \.isEmpty) else { return texts }
    var filled = PackedStrings()
    filled.reserve(count: texts.count, byteCount: texts.bytes.count + 32)
    for id in texts.indices {
      let text = texts[id]
      filled.append(text.isEmpty ? "[EMPTY_\(id)]" : text)
    }
    return filled
  }
}
