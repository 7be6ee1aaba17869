import Documents
import Failures
import Testing
import Tokenizers

/// SentencePiece models.
@Suite struct SentencePieceTests {
  static func model(_ variant: String) throws -> [UInt8] {
    try #require(GoldenVariant.named(variant)?.source.bytes("tokenizer.model"))
  }

  static func read(_ bytes: [UInt8]) throws -> Vocabulary {
    try TokenizerFormats.read(TokenizerSource(files: ["tokenizer.model": bytes]))
  }

  static func piece(_ text: String, type: Int? = nil) -> ProtobufWriter {
    var piece = ProtobufWriter()
    piece.string(1, text)
    piece.float(2, -1)
    if let type { piece.int(3, type) }
    return piece
  }

  static func file(_ pieces: [ProtobufWriter], modelType: Int = 2) -> [UInt8] {
    var file = ProtobufWriter()
    for piece in pieces { file.message(1, piece) }
    var trainer = ProtobufWriter()
    trainer.int(3, modelType)
    file.message(2, trainer)
    return file.bytes
  }

  @Test func everyCutIsAnErrorOrASmallerModel() throws {
    let whole = try Self.model("spm-alone")
    let count = try Self.read(whole).count
    var errors = 0
    for end in 0..<whole.count {
      do {
        #expect(try Self.read(Array(whole.prefix(end))).count <= count)
      } catch let error as TokenizerError {
        errors += 1
        #expect([65, 69].contains(error.exitStatus.rawValue))
        #expect(error.place.file == "tokenizer.model")
      }
    }
    #expect(errors > whole.count / 2)
  }

  @Test func defects() throws {
    let good = Self.piece("a")
    let cases: [([UInt8], TokenizerError.Code)] = [
      (Self.file([good, good]), .duplicate),
      (Self.file([good, Self.piece("b", type: 7)]), .syntax),
      (Self.file([good, Self.piece("b", type: 0)]), .syntax),
      (Self.file([good], modelType: 9), .syntax),
      (Self.file([good], modelType: 3), .unsupported),
      (Self.file([good], modelType: 4), .unsupported),
      (Self.file([good]) + [0x0A, 0x03, 0x0A, 0x01, 0xFF], .syntax),
      (Self.file([good]) + [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .syntax),
      (Self.file([good]) + [0x0B], .syntax),
    ]
    for (bytes, code) in cases {
      let error = #expect(throws: TokenizerError.self) { try Self.read(bytes) }
      #expect(error?.code == code)
    }
  }

  @Test func addedTokensMayReplacePieces() throws {
    let config = #"{"added_tokens_decoder": {"1": {"content": "x", "special": true}}}"#
    let vocabulary = try TokenizerFormats.read(
      TokenizerSource(files: [
        "tokenizer.model": Self.file([Self.piece("a"), Self.piece("b")]),
        "tokenizer_config.json": Array(config.utf8),
      ]))
    #expect(Array(vocabulary.tokens) == ["a", "x"])
    #expect(vocabulary.types == [.normal, .control])
  }

  @Test func holesBecomePadding() throws {
    let vocabulary = try TokenizerFormats.read(
      TokenizerSource(files: [
        "tokenizer.model": Self.file([Self.piece("a")]),
        "added_tokens.json": Array(#"{"<x>": 3}"#.utf8),
      ]))
    #expect(Array(vocabulary.tokens) == ["a", "[PAD1]", "[PAD2]", "<x>"])
    #expect(vocabulary.types == [.normal, .unused, .unused, .userDefined])
    #expect(vocabulary.scores == [-1, -10000, -10000, -1000])
    #expect(throws: TokenizerError.self) {
      try TokenizerFormats.read(
        TokenizerSource(files: [
          "tokenizer.model": Self.file([Self.piece("a")]),
          "added_tokens.json": Array(#"{"<x>": 4194304}"#.utf8),
        ]))
    }
  }

  /// The scores of a tokenizer.json without scores lead to the same merges again.
  @Test func rankScoresKeepTheMerges() throws {
    let variant = try #require(GoldenVariant.named("json-spm"))
    let file = try JSONValue.parse(try #require(variant.source.bytes("tokenizer.json")))
    let keys = try TokenizerFormats.read(variant.source).ggufKeys(length: variant.length)
    let back = try HuggingFaceTokenizerFiles.make(fromGGUF: keys.metadata)
    let rebuilt = try JSONValue.parse(try #require(back.files["tokenizer.json"]))
    #expect(rebuilt["model"]?["merges"] == file["model"]?["merges"])
    for part in ["normalizer", "pre_tokenizer", "decoder", "added_tokens"] {
      #expect(rebuilt[part] == file[part], "\(part)")
    }
  }
}

/// Whether a beginning of text is added where no file says so.
@Suite struct DefaultBeginningTests {
  static func first(_ config: String?, type: String? = nil) throws -> Int32? {
    var files = ["tokenizer.model": try SentencePieceTests.model("spm-alone")]
    files["tokenizer_config.json"] = config.map { Array($0.utf8) }
    let main: JSONValue? = type.map { ["model_type": .string($0)] }
    let source = TokenizerSource(files: files, config: main)
    return try Tokenizer(TokenizerFormats.define(source)).encode("a", addSpecial: true).first
  }

  @Test func byClassAndByModel() throws {
    #expect(try Self.first(#"{"tokenizer_class": "LlamaTokenizer"}"#) == 1)
    #expect(try Self.first(#"{"tokenizer_class": "LlamaTokenizer", "add_bos_token": false}"#) != 1)
    #expect(try Self.first(#"{"tokenizer_class": "XTokenizer"}"#) != 1)
    #expect(try Self.first(nil, type: "llama") == 1)
    #expect(try Self.first(nil) != 1)
  }
}
