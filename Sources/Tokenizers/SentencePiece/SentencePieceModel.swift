internal import Documents
internal import Failures

/// A SentencePiece model: `ModelProto` of sentencepiece_model.proto.
///
/// Fields used: pieces = 1 (piece = 1, score = 2, type = 3), trainer_spec = 2 (model_type = 3,
/// vocab_size = 4, treat_whitespace_as_suffix = 24, byte_fallback = 35, unk/bos/eos/pad_id =
/// 40...43, unk_surface = 44, unk/bos/eos/pad_piece = 45...48), normalizer_spec = 3 and
/// denormalizer_spec = 5 (name = 1, precompiled_charsmap = 2, add_dummy_prefix = 3,
/// remove_extra_whitespaces = 4, escape_whitespaces = 5).
struct SentencePieceModel {
  /// How text is split; the numbers of `TrainerSpec.ModelType`.
  enum ModelType: Int {
    case unigram = 1
    case bpe = 2
    case word = 3
    case character = 4
  }

  var pieces = PackedStrings()
  var scores: [Float] = []
  var types: [TokenType] = []
  var modelType = ModelType.unigram
  var precompiledCharsmap: [UInt8] = []
  var addsDummyPrefix = true
  var removesExtraWhitespaces = true
  var escapesWhitespaces = true
  var whitespaceIsSuffix = false
  var fallsBackToBytes = false
  /// The pieces that begin and end a text; -1 for none.
  var beginning = 1
  var end = 2
  /// What the unknown piece becomes in decoded text.
  var unknownSurface = " \u{2047} "
  /// Whether decoded text is normalised in its turn.
  var hasDenormalizer = false

  init() {}

  /// The control pieces that begin and end a text.
  var trainedRoles: [SpecialRole: Int] {
    [SpecialRole.bos: beginning, .eos: end].filter {
      types.indices.contains($0.value) && types[$0.value] == .control
    }
  }

  /// Reads a model.
  init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
    let place = Place(file: file)
    do {
      var reader = ProtobufReader(bytes)
      while let field = try reader.nextField() {
        switch (field.number, field.wireType) {
        case (1, .bytes):
          var piece = try reader.readMessage()
          try readPiece(&piece)
        case (2, .bytes):
          var spec = try reader.readMessage()
          try readTrainer(&spec)
        case (3, .bytes):
          var spec = try reader.readMessage()
          try readNormalizer(&spec)
        case (5, .bytes):
          var spec = try reader.readMessage()
          try readDenormalizer(&spec)
        default: try reader.skip()
        }
      }
    } catch {
      throw TokenizerError(
        error.code == .type ? .schema : error.code == .limit ? .limit : .syntax, wrapping: error,
        at: place)
    }
    guard !pieces.isEmpty else {
      throw TokenizerError(.schema, "the SentencePiece model has no pieces", at: place)
    }
    if let (first, second) = TokenIndex(pieces).firstDuplicate {
      throw TokenizerError(
        .duplicate, "the pieces \(first) and \(second) are both \(pieces[first].quoted)", at: place)
    }
  }

  /// Whether a file begins as a model does: with a piece.
  static func recognises(_ bytes: [UInt8]) -> Bool {
    // Tag of field 1, length of the message, tag of its first field.
    guard bytes.count > 3, bytes[0] == 0x0A else { return false }
    let inner = bytes[1] < 0x80 ? 2 : 3
    return [0x0A, 0x15, 0x18].contains(bytes[inner])
  }

  private mutating func readPiece(_ reader: inout ProtobufReader) throws(DocumentError) {
    guard types.count < Vocabulary.maximumCount else {
      throw reader.failure(.limit, "more than \(Vocabulary.maximumCount) pieces")
    }
    var score: Float = 0
    var type = TokenType.normal
    let before = pieces.count
    while let field = try reader.nextField() {
      switch field.number {
      case 1:
        guard pieces.count == before else {
          throw reader.failure(.syntax, "a piece has two texts")
        }
        try reader.readString(into: &pieces)
      case 2: score = try reader.readFloat()
      case 3:
        let number = try reader.readInt32()
        guard let known = TokenType(rawValue: number) else {
          throw reader.failure(.number, "\(number) is no type of a piece; there are 1 to 6")
        }
        type = known
      default: try reader.skip()
      }
    }
    if pieces.count == before { pieces.append("") }
    scores.append(score)
    types.append(type)
  }

  private mutating func readTrainer(_ reader: inout ProtobufReader) throws(DocumentError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 3:
        let number = try reader.readInt()
        guard let type = ModelType(rawValue: number) else {
          throw reader.failure(.number, "\(number) is no type of a model; there are 1 to 4")
        }
        modelType = type
      case 24: whitespaceIsSuffix = try reader.readBool()
      case 35: fallsBackToBytes = try reader.readBool()
      case 41: beginning = Int(try reader.readInt32())
      case 42: end = Int(try reader.readInt32())
      case 44: unknownSurface = try reader.readString()
      default: try reader.skip()
      }
    }
  }

  private mutating func readDenormalizer(_ reader: inout ProtobufReader) throws(DocumentError) {
    while let field = try reader.nextField() {
      if field.number == 2 {
        hasDenormalizer = try !reader.readBytes().isEmpty
      } else {
        try reader.skip()
      }
    }
  }

  private mutating func readNormalizer(_ reader: inout ProtobufReader) throws(DocumentError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 2: precompiledCharsmap = Array(try reader.readBytes())
      case 3: addsDummyPrefix = try reader.readBool()
      case 4: removesExtraWhitespaces = try reader.readBool()
      case 5: escapesWhitespaces = try reader.readBool()
      default: try reader.skip()
      }
    }
  }
}
