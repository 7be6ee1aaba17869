internal import Documents
internal import Failures

/// llama.cpp's BPE by merges: pieces of text as letters that stand for bytes, or as they are.
///
/// Merges may lead to texts that are no tokens; those come out as what tokens there are for their
/// bytes.
struct LlamaCppMergeModel: LlamaCppModel {
  private let splitter: LlamaCppSplitter
  private let merges: MergeModel
  /// The tokens, and behind them texts that only merges know.
  private let vocabulary: TokenVocabulary
  private let tokenCount: Int32
  private let ignoresMerges: Bool
  private let usesLetters: Bool
  private let escapesSpaces: Bool
  /// Whether a piece of line feeds that is a token is taken whole.
  private let keepsLineFeeds: Bool

  /// - Throws: `.preTokenizer` for a name that the table lacks.
  init(_ vocabulary: LlamaCppVocabulary) throws(TokenizerError) {
    let name = vocabulary.preTokenizer
    let table = try PreTokenizerTable.shared.get()
    guard let group = table.group(named: name) else {
      throw TokenizerError(
        .preTokenizer,
        "llama.cpp has no pre-tokenizer '\(name)'; it has "
          + table.groups.flatMap(\.names).joined(separator: ", "))
    }
    splitter = try LlamaCppSplitter(group)
    ignoresMerges = group.ignoresMerges
    usesLetters = group.isByteLevel
    escapesSpaces = !group.isByteLevel && name != "whitespace"
    keepsLineFeeds = name == "gemma4"
    tokenCount = Int32(truncatingIfNeeded: vocabulary.tokens.count)
    let list = try ExtendedMerges(
      vocabulary.tokens, vocabulary.merges, letters: group.isByteLevel ? ByteLetters.letters : [])
    self.vocabulary = list.vocabulary
    merges = try MergeModel(.init(vocabulary: list.vocabulary, merges: list.merges))
  }

  func encode(
    _ text: ArraySlice<UInt8>, followsToken: Bool, into ids: inout [Int32]
  ) throws(TokenizerError) {
    var text = text.withUnsafeBufferPointer { Self.repaired($0) }
    if escapesSpaces { text = text.flatMap { $0 == 0x20 ? SentencePieceText.space : [$0] } }
    var word: [UInt8] = []
    for piece in splitter.pieces(of: text) {
      if usesLetters {
        word.removeAll(keepingCapacity: true)
        text[piece].withUnsafeBufferPointer { ByteLetters.append($0, to: &word) }
      } else {
        word = Array(text[piece])
      }
      try word.withUnsafeBufferPointer { (word) throws(TokenizerError) in
        try encode(word: word, into: &ids)
      }
    }
  }

  private func encode(
    word: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    let isWhole = ignoresMerges || (keepsLineFeeds && word.allSatisfy { $0 == 0x0A })
    if isWhole, let id = vocabulary.id(of: UnsafeRawBufferPointer(word)), id < tokenCount {
      return ids.append(id)
    }
    // A character that neither a token nor a merge has stands between merges.
    var start = 0
    var position = 0
    while position < word.count {
      let end = word.scalar(at: position).end
      let character = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: word[position..<end]))
      if vocabulary.id(of: character) == nil {
        try merge(word[start..<position], into: &ids)
        spell(word[position..<end], into: &ids)
        start = end
      }
      position = end
    }
    try merge(word[start...], into: &ids)
  }

  private func merge(
    _ part: Slice<UnsafeBufferPointer<UInt8>>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    guard !part.isEmpty else { return }
    var found: [Int32] = []
    try merges.encode(UnsafeBufferPointer(rebasing: part), into: &found)
    for id in found {
      if id < tokenCount {
        ids.append(id)
      } else {
        spell(vocabulary.bytes(of: id) ?? [], into: &ids)
      }
    }
  }

  /// Appends the tokens of bytes, as far as there are any.
  private func spell(_ text: some Sequence<UInt8>, into ids: inout [Int32]) {
    for byte in text {
      let id =
        usesLetters
        ? [byte].withUnsafeBytes { vocabulary.id(of: $0) }
        : vocabulary.id(of: ByteTokens.text(byte))
      if let id, id < tokenCount { ids.append(id) }
    }
  }

  /// Bytes that are not UTF-8 become U+FFFD each.
  private static func repaired(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    guard UTF8Check.firstInvalid(text) != nil else { return Array(text) }
    var result: [UInt8] = []
    var position = 0
    while position < text.count {
      let (value, end) = text.scalar(at: position)
      result.append(scalar: value)
      position = end
    }
    return result
  }
}

/// A vocabulary with all texts that its merges know, whether they are tokens or not.
private struct ExtendedMerges {
  private(set) var merges = MergeList()
  let vocabulary: TokenVocabulary

  init(
    _ tokens: TokenVocabulary, _ lines: PackedStrings, letters: [UInt32]
  ) throws(TokenizerError) {
    var texts = tokens.tokens
    var added: [ArraySlice<UInt8>: Int32] = [:]
    func id(_ text: ArraySlice<UInt8>) -> Int32 {
      if let id = text.withUnsafeBytes({ tokens.id(of: $0) }) ?? added[text] { return id }
      let id = Int32(truncatingIfNeeded: texts.count)
      text.withUnsafeBytes { texts.append(utf8: $0) }
      added[text] = id
      return id
    }
    for letter in letters {
      var text: [UInt8] = []
      text.append(scalar: letter)
      _ = id(text[...])
    }
    merges.reserve(lines.count)
    var seen: Set<UInt64> = []
    seen.reserveCapacity(lines.count)
    for line in lines.indices {
      let text = lines.utf8(at: line)
      // llama.cpp leaves a merge without a space out.
      guard let space = text.dropFirst().firstIndex(of: 0x20) else { continue }
      let (left, right) = (text[..<space], text[(space + 1)...])
      guard !right.isEmpty else { continue }
      let (leftID, rightID) = (id(left), id(right))
      let pair = UInt64(UInt32(bitPattern: leftID)) << 32 | UInt64(UInt32(bitPattern: rightID))
      // Of merges of the same pair the first counts.
      guard seen.insert(pair).inserted else { continue }
      merges.append(left: leftID, right: rightID, result: id((left + right)))
    }
    vocabulary = try TokenVocabulary(texts)
  }
}
