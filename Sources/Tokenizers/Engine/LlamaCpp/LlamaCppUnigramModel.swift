internal import Documents
internal import Failures

/// llama.cpp's Unigram: the likeliest way through the text, in binary64, without bytes for what the
/// vocabulary lacks.
struct LlamaCppUnigramModel: LlamaCppModel {
  private static let unknownPenalty: Float = 10

  private let trie: ByteTrie
  private let userDefined: ByteTrie
  private let types: [TokenType]
  private let scores: [Float]
  private let unknown: Int32
  private let unknownScore: Float
  private let charsmap: Charsmap?
  private let addsSpace: Bool
  private let joinsSpaces: Bool

  init(_ vocabulary: LlamaCppVocabulary) throws(TokenizerError) {
    let texts = vocabulary.tokens.tokens
    let types = vocabulary.types
    guard vocabulary.scores.count == texts.count, types.count == texts.count,
      let unknown = vocabulary.unknown
    else {
      throw TokenizerError(
        .schema, "a Unigram model needs as many scores and types as tokens, and an unknown token")
    }
    self.types = types
    self.unknown = unknown
    scores = vocabulary.scores
    func places(_ wanted: [TokenType]) -> [Int] {
      texts.indices.filter { wanted.contains(types[$0]) }
    }
    trie = ByteTrie(texts, places: places([.normal, .userDefined, .unused])) {
      Int32(truncatingIfNeeded: $0)
    }
    userDefined = ByteTrie(texts, places: places([.userDefined])) {
      Int32(truncatingIfNeeded: $0)
    }
    let scores = vocabulary.scores
    let least = places([.normal]).map { scores[$0] }.min() ?? .greatestFiniteMagnitude
    unknownScore = least - Self.unknownPenalty
    charsmap = vocabulary.charsmap.isEmpty ? nil : try Charsmap(vocabulary.charsmap)
    addsSpace = vocabulary.addsSpacePrefix
    joinsSpaces = vocabulary.removesExtraWhitespaces
  }

  private struct Node {
    var id: Int32
    var start = 0
    var score = -Double.greatestFiniteMagnitude
  }

  func encode(
    _ text: ArraySlice<UInt8>, followsToken: Bool, into ids: inout [Int32]
  ) throws(TokenizerError) {
    let normalized = text.withUnsafeBufferPointer { normalize($0) }
    guard !normalized.isEmpty else { return }
    let best = normalized.withUnsafeBufferPointer { path($0) }
    var found: [Int32] = []
    var followsUnknown = false
    var end = normalized.count
    while end > 0 {
      let node = best[end]
      if !(followsUnknown && node.id == unknown) { found.append(node.id) }
      followsUnknown = node.id == unknown
      end = node.start
    }
    ids += found.reversed()
  }

  /// The best way to each place.
  private func path(_ text: UnsafeBufferPointer<UInt8>) -> [Node] {
    var best = [Node](repeating: Node(id: unknown), count: text.count + 1)
    best[0].score = 0
    var start = 0
    while start < text.count {
      let here = best[start].score
      let next = min(
        text.count, start + UnsafeBufferPointer<UInt8>.sequenceLength(text[start]))
      func offer(_ end: Int, _ id: Int32, _ score: Double) {
        if here + score > best[end].score {
          best[end] = Node(id: id, start: start, score: here + score)
        }
      }
      var hasCharacter = false
      var node = 0
      var position = start
      while position < text.count {
        node = trie.step(node, text[position])
        guard node != ByteTrie.none else { break }
        position += 1
        let id = trie.value(node)
        guard id >= 0 else { continue }
        if position == next { hasCharacter = true }
        offer(position, id, types[Int(id)] == .userDefined ? 0 : Double(scores[Int(id)]))
      }
      if !hasCharacter { offer(next, unknown, Double(unknownScore)) }
      start = next
    }
    return best
  }

  /// The text as the model gets it: replaced by the table, spaces written `▁`.
  private func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    let space = SentencePieceText.space
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + 3)
    var hasPrefix = false
    var isInWord = false
    func append(_ part: some Sequence<UInt8>) {
      for byte in part {
        guard byte == 0x20 else {
          if !isInWord, (addsSpace && !hasPrefix) || joinsSpaces {
            result += space
            hasPrefix = true
          }
          isInWord = true
          result.append(byte)
          continue
        }
        isInWord = false
        if !joinsSpaces { result += space }
      }
    }
    // A replaced text does not go on behind NUL.
    var nul = text.firstIndex(of: 0) ?? text.count
    var position = 0
    while position < text.count {
      if nul < position { nul = text[position...].firstIndex(of: 0) ?? text.count }
      let symbol = userDefinedEnd(text, from: position)
      if symbol > position {
        append(text[position..<symbol])
        position = symbol
      } else if let charsmap,
        let found = charsmap.match(text, from: position, to: nul, wantsLongest: true)
      {
        append(charsmap.text(found.text))
        position = found.end
      } else {
        let (value, end) = text.scalar(at: position)
        if value == 0xFFFD {
          append(UTF8.encodedReplacementCharacter)
        } else {
          append(text[position..<end])
        }
        position = end
      }
    }
    return result
  }

  /// How far a text goes along user-defined tokens: the beginning of one is enough.
  private func userDefinedEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard !userDefined.isEmpty else { return start }
    var node = 0
    var position = start
    while position < text.count {
      node = userDefined.step(node, text[position])
      guard node != ByteTrie.none else { break }
      position += 1
    }
    return position
  }
}
