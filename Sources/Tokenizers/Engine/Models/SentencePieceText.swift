internal import Documents
internal import Failures

/// What SentencePiece does before and after its models: normalisation, and unknown characters.
struct SentencePieceText: Sendable {
  /// `▁`.
  static let space: [UInt8] = [0xE2, 0x96, 0x81]

  private let charsmap: Charsmap?
  private let settings: TokenizerDefinition.SentencePiece
  /// The user-defined pieces, which nothing is done to.
  let userDefined: ByteTrie
  /// The id of the unknown piece.
  let unknown: Int32
  private let bytes: ByteTokens?

  /// - Throws: `.schema` if there is no unknown piece, or lists differ in length.
  init(_ model: TokenizerDefinition.SentencePiece) throws(TokenizerError) {
    guard model.tokens.count == model.types.count, model.tokens.count == model.scores.count else {
      throw TokenizerError(
        .schema,
        "\(model.tokens.count) pieces, but \(model.types.count) types and \(model.scores.count) "
          + "scores")
    }
    guard model.scores.allSatisfy({ !$0.isNaN }) else {
      throw TokenizerError(
        .schema, "a piece of the SentencePiece model has a score that is no number")
    }
    guard let unknown = model.types.firstIndex(of: .unknown) else {
      throw TokenizerError(.schema, "the SentencePiece model has no unknown piece")
    }
    self.unknown = Int32(truncatingIfNeeded: unknown)
    settings = model
    charsmap = model.charsmap.isEmpty ? nil : try Charsmap(model.charsmap)
    let symbols = model.types.indices.filter { model.types[$0] == .userDefined }
    userDefined = ByteTrie(model.tokens, places: symbols) { Int32(truncatingIfNeeded: $0) }
    let byByte = model.types.indices.filter { model.types[$0] == .byte }
    let trie = ByteTrie(model.tokens, places: byByte) { Int32(truncatingIfNeeded: $0) }
    bytes = model.fallsBackToBytes ? ByteTokens { trie.find(Array($0.utf8)) } : nil
  }

  func checkLength(_ text: [UInt8]) throws(TokenizerError) {
    guard text.count < Int(Int32.max) else {
      throw TokenizerError(.limit, "a text of \(text.count) bytes; the limit is \(Int32.max)")
    }
  }

  /// The text as the model gets it; bytes that are not valid UTF-8 become U+FFFD each.
  func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    if settings.removesExtraWhitespaces {
      while position < text.count {
        let (end, part) = prefix(text, position)
        guard part.elementsEqual([0x20]) else { break }
        position = end
      }
    }
    guard position < text.count else { return [] }
    result.reserveCapacity(text.count + text.count / 4 + 3)
    let space = settings.escapesWhitespaces ? Self.space : [0x20]
    if settings.addsDummyPrefix, !settings.whitespaceIsSuffix { result += space }
    var followsSpace = settings.removesExtraWhitespaces
    while position < text.count {
      var (end, part) = prefix(text, position)
      if followsSpace { part = part.drop { $0 == 0x20 } }
      if let last = part.last {
        for byte in part {
          if byte == 0x20 { result += space } else { result.append(byte) }
        }
        followsSpace = last == 0x20
      }
      if !settings.removesExtraWhitespaces { followsSpace = false }
      position = end
    }
    if settings.removesExtraWhitespaces {
      while result.count >= space.count, result.suffix(space.count).elementsEqual(space) {
        result.removeLast(space.count)
      }
    }
    if settings.addsDummyPrefix, settings.whitespaceIsSuffix { result += space }
    return result
  }

  /// What the text at a place becomes, and how far that goes.
  private func prefix(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> (end: Int, part: ArraySlice<UInt8>) {
    if userDefined.begins(with: text[start]),
      let symbol = userDefined.longest(text, from: start)
    {
      return (symbol.end, Array(text[start..<symbol.end])[...])
    }
    if let charsmap,
      let found = charsmap.match(text, from: start, to: text.count, wantsLongest: true)
    {
      return (found.end, charsmap.text(found.text))
    }
    let (value, end) = text.scalar(at: start)
    if value == 0xFFFD { return (end, [0xEF, 0xBF, 0xBD]) }
    return (end, Array(text[start..<end])[...])
  }

  /// Writes the ids of one text's pieces.
  func writer() -> Writer { Writer(unknown: unknown, bytes: bytes) }

  /// Spells unknown pieces as bytes, or joins neighbouring ones.
  struct Writer {
    fileprivate let unknown: Int32
    fileprivate let bytes: ByteTokens?
    private var followsUnknown = false

    fileprivate init(unknown: Int32, bytes: ByteTokens?) {
      self.unknown = unknown
      self.bytes = bytes
    }

    mutating func append(
      _ id: Int32, _ piece: Slice<UnsafeBufferPointer<UInt8>>, to ids: inout [Int32]
    ) {
      guard id == unknown else {
        followsUnknown = false
        return ids.append(id)
      }
      if let bytes, bytes.append(piece, to: &ids) { return }
      if !followsUnknown { ids.append(unknown) }
      followsUnknown = true
    }
  }
}
