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
    var position = 0
    if settings.removesExtraWhitespaces {
      while position < text.count {
        let (end, part) = prefix(text, position)
        guard isSpace(part, text, position..<end) else { break }
        position = end
      }
    }
    guard position < text.count else { return [] }
    let space = settings.escapesWhitespaces ? Self.space : [0x20]
    var result = Spaced(space: space, removesExtra: settings.removesExtraWhitespaces)
    result.bytes.reserveCapacity(text.count + text.count / 4 + 3)
    if settings.addsDummyPrefix, !settings.whitespaceIsSuffix { result.bytes += space }
    while position < text.count {
      let (end, part) = prefix(text, position)
      switch part {
      case .same: result.append(text[position..<end])
      case .replaced(let range): if let charsmap { result.append(charsmap.text(range)) }
      case .invalid: result.append(UTF8.encodedReplacementCharacter)
      }
      position = end
    }
    if settings.removesExtraWhitespaces { result.dropSpaces() }
    if settings.addsDummyPrefix, settings.whitespaceIsSuffix { result.bytes += space }
    return result.bytes
  }

  /// What a part of a text becomes.
  private enum Part {
    case same
    case replaced(Range<Int>)
    case invalid
  }

  /// Whether a part becomes one space.
  private func isSpace(
    _ part: Part, _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Bool {
    switch part {
    case .same: range.count == 1 && text[range.lowerBound] == 0x20
    case .replaced(let range): charsmap?.text(range).elementsEqual([0x20]) ?? false
    case .invalid: false
    }
  }

  /// What the text at a place becomes, and how far that goes.
  @inline(__always)
  private func prefix(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> (end: Int, part: Part) {
    if userDefined.begins(with: text[start]),
      let symbol = userDefined.longest(text, from: start)
    {
      return (symbol.end, .same)
    }
    if let charsmap,
      let found = charsmap.match(text, from: start, to: text.count, wantsLongest: true)
    {
      return (found.end, .replaced(found.text))
    }
    let (value, end) = text.scalar(at: start)
    return (end, value == 0xFFFD ? .invalid : .same)
  }

  /// A text in which spaces are spelled, and runs of them may become one.
  private struct Spaced {
    let space: [UInt8]
    let removesExtra: Bool
    var bytes: [UInt8] = []
    private var followsSpace: Bool

    init(space: [UInt8], removesExtra: Bool) {
      self.space = space
      self.removesExtra = removesExtra
      followsSpace = removesExtra
    }

    /// Appends a part; after a space, the spaces that it begins with go.
    @inline(__always)
    mutating func append(_ part: some Collection<UInt8>) {
      var isLeading = followsSpace
      for byte in part {
        if byte != 0x20 {
          bytes.append(byte)
          isLeading = false
          followsSpace = false
        } else if !isLeading {
          bytes += space
          followsSpace = removesExtra
        }
      }
    }

    mutating func dropSpaces() {
      while bytes.count >= space.count, bytes.suffix(space.count).elementsEqual(space) {
        bytes.removeLast(space.count)
      }
    }
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
