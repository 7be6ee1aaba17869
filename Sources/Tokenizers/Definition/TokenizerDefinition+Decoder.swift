internal import Documents
internal import Failures

extension TokenizerDefinition {
  /// How tokens become text.
  public indirect enum Decoder: Hashable, Sendable {
    /// Letters become bytes.
    case byteLevel(ByteLevel)
    /// A letter becomes a space.
    case metaspace(Metaspace)
    /// Parts of words are joined; the blanks before punctuation go if it cleans up.
    case wordPiece(prefix: String, cleansUp: Bool)
    /// The end of a word becomes a space.
    case bpe(suffix: String)
    /// `<0x41>` becomes its byte.
    case byteFallback
    /// All tokens become one.
    case fuse
    /// A character goes at the ends of tokens, so often at most.
    case strip(UnicodeScalar, start: Int, stop: Int)
    /// Puts a text in place of every match.
    case replace(Pattern, with: String)
    /// Connectionist temporal classification: repetitions and fillers go.
    case ctc(padding: String, wordDelimiter: String, cleansUp: Bool)
    /// One after the other.
    case sequence([Decoder])
  }
}

extension TokenizerDefinition.Decoder: TokenizerComponent {
  static let part = "decoder"

  init(_ part: ComponentJSON) throws(TokenizerError) {
    switch try part.string("type") {
    case "ByteLevel": self = .byteLevel(try .init(part))
    case "Metaspace": self = .metaspace(try .init(part))
    case "WordPiece":
      self = .wordPiece(
        prefix: try part.string("prefix", default: "##"),
        cleansUp: try part.bool("cleanup", default: true))
    case "BPEDecoder": self = .bpe(suffix: try part.string("suffix", default: "</w>"))
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Strip":
      self = .strip(
        try part.character("content"), start: try part.count("start"), stop: try part.count("stop"))
    case "Replace": self = .replace(try .init(part, "pattern"), with: try part.string("content"))
    case "CTC":
      self = .ctc(
        padding: try part.string("pad_token", default: "<pad>"),
        wordDelimiter: try part.string("word_delimiter_token", default: "|"),
        cleansUp: try part.bool("cleanup", default: true))
    case "Sequence": self = .sequence(try part.list("decoders"))
    case let type:
      throw part.unknown(
        type,
        among: [
          "ByteLevel", "Metaspace", "WordPiece", "BPEDecoder", "ByteFallback", "Fuse", "Strip",
          "Replace", "CTC", "Sequence",
        ])
    }
  }

  var json: JSONValue {
    switch self {
    case .byteLevel(let settings): settings.json
    case .metaspace(let settings): settings.json
    case .wordPiece(let prefix, let cleansUp):
      ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleansUp)]
    case .bpe(let suffix): ["type": "BPEDecoder", "suffix": .string(suffix)]
    case .byteFallback: ["type": "ByteFallback"]
    case .fuse: ["type": "Fuse"]
    case .strip(let scalar, let start, let stop):
      [
        "type": "Strip", "content": .string(String(scalar)), "start": .int(start),
        "stop": .int(stop),
      ]
    case .replace(let pattern, let content):
      ["type": "Replace", "pattern": pattern.json, "content": .string(content)]
    case .ctc(let padding, let wordDelimiter, let cleansUp):
      [
        "type": "CTC", "pad_token": .string(padding),
        "word_delimiter_token": .string(wordDelimiter), "cleanup": .bool(cleansUp),
      ]
    case .sequence(let list): ["type": "Sequence", "decoders": .array(list.map(\.json))]
    }
  }
}
