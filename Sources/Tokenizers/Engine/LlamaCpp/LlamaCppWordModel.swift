internal import Documents
internal import Failures

/// llama.cpp's WordPiece: words of any length, spelled by the longest token from the left.
///
/// Tokens that begin a word begin with `▁`, as GGUF has them.
struct LlamaCppWordModel: LlamaCppModel {
  private let trie: ByteTrie
  private let unknown: Int32?
  private let lowercases: Bool
  private let stripsAccents: Bool

  init(_ vocabulary: LlamaCppVocabulary) {
    let texts = vocabulary.tokens.tokens
    trie = ByteTrie(texts, places: Array(texts.indices)) { Int32(truncatingIfNeeded: $0) }
    unknown = vocabulary.unknown
    lowercases = vocabulary.lowercases
    stripsAccents = vocabulary.stripsAccents
  }

  func encode(
    _ text: ArraySlice<UInt8>, followsToken: Bool, into ids: inout [Int32]
  ) throws(TokenizerError) {
    for word in words(text) {
      let before = ids.count
      let isSpelled = word.withUnsafeBufferPointer { word in
        var position = 0
        while position < word.count {
          guard let found = trie.longest(word, from: position) else { return false }
          ids.append(found.value)
          position = found.end
        }
        return true
      }
      if isSpelled { continue }
      ids.removeSubrange(before...)
      guard let unknown else {
        throw TokenizerError(
          .missing, "a word is unknown, and the GGUF names no token for that")
      }
      ids.append(unknown)
    }
  }

  /// The words, each behind `▁`; punctuation and Chinese characters are words by themselves.
  private func words(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var word = SentencePieceText.space
    func finish() {
      if word.count > SentencePieceText.space.count { words.append(word) }
      word = SentencePieceText.space
    }
    text.withUnsafeBufferPointer { text in
      var position = 0
      while position < text.count {
        var (value, end) = text.scalar(at: position)
        position = end
        if stripsAccents { value = LlamaCppUnicode.base(value) }
        let found = LlamaCppUnicode.classOf(value)
        if found.isWhiteSpace {
          finish()
          continue
        }
        if value == 0 || value == 0xFFFD || ClassSet(.cc, .cf, .co, .cs).contains(found) {
          continue
        }
        if stripsAccents, ClassSet.marks.contains(found) { continue }
        let spelled = lowercases ? LlamaCppUnicode.lowercase(value) : value
        let isSymbol = value < 0x7F && ClassSet.symbols.contains(found)
        let isAlone =
          isSymbol || ClassSet.punctuation.contains(found)
          || TokenizerDefinition.BERT.isChinese(value)
        if isAlone { finish() }
        word.append(scalar: spelled)
        if isAlone { finish() }
      }
    }
    finish()
    return words
  }
}
