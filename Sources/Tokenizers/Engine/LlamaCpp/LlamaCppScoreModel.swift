internal import Documents
internal import Failures

/// llama.cpp's BPE by score: the pair whose text together is the token of the best score, leftmost
/// first, whatever type the token has.
struct LlamaCppScoreModel: LlamaCppModel {
  private let tokens: TokenVocabulary
  private let bytes: ByteTokens
  /// Place of each token's score among all; the best is 0, equal ones are equal.
  private let ranks: [Int32]
  private let addsSpace: Bool

  init(_ vocabulary: LlamaCppVocabulary) {
    let tokens = vocabulary.tokens
    self.tokens = tokens
    bytes = ByteTokens { tokens.id(of: $0) }
    addsSpace = vocabulary.addsSpacePrefix
    let scores = vocabulary.scores
    func score(_ id: Int) -> Float { id < scores.count ? scores[id] : 0 }
    var ranks = [Int32](repeating: 0, count: tokens.count)
    let order = ranks.indices.sorted { score($0) > score($1) }
    var rank: Int32 = 0
    for (number, id) in order.enumerated() {
      if number > 0, score(order[number - 1]) > score(id) { rank += 1 }
      ranks[id] = rank
    }
    self.ranks = ranks
  }

  func encode(
    _ text: ArraySlice<UInt8>, followsToken: Bool, into ids: inout [Int32]
  ) throws(TokenizerError) {
    var spelled: [UInt8] = []
    spelled.reserveCapacity(text.count + text.count / 2 + 3)
    if addsSpace, followsToken { spelled += SentencePieceText.space }
    for byte in text {
      if byte == 0x20 { spelled += SentencePieceText.space } else { spelled.append(byte) }
    }
    guard spelled.count < Int(Int32.max) else {
      throw TokenizerError(.limit, "a text of \(spelled.count) bytes; the limit is \(Int32.max)")
    }
    var missing: UInt8?
    spelled.withUnsafeBufferPointer { spelled in
      merged(spelled).forEach { symbol in
        if symbol.id >= 0 { return ids.append(symbol.id) }
        for byte in spelled[Int(symbol.start)..<Int(symbol.start + symbol.count)] {
          if let id = id(of: byte) { ids.append(id) } else { missing = byte }
        }
      }
    }
    if let missing {
      throw TokenizerError(
        .missing,
        "the vocabulary lacks the token \(ByteTokens.text(missing)), which llama.cpp needs for this "
          + "text")
    }
  }

  /// The token of a byte: `<0x41>`, else the byte itself.
  private func id(of byte: UInt8) -> Int32? {
    let id = bytes.ids[Int(byte)]
    return id >= 0 ? id : [byte].withUnsafeBytes { tokens.id(of: $0) }
  }

  private func merged(_ text: UnsafeBufferPointer<UInt8>) -> SymbolRow {
    func find(_ start: Int, _ count: Int) -> Int32? {
      tokens.id(
        of: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[start..<(start + count)]))
    }
    var row = SymbolRow()
    var position = 0
    while position < text.count {
      let end = min(
        text.count, position + UnsafeBufferPointer<UInt8>.sequenceLength(text[position]))
      row.append(find(position, end - position) ?? -1, start: position, count: end - position)
      position = end
    }
    var queue = MergeQueue()
    func add(_ place: Int, _ row: SymbolRow) {
      guard place >= 0, row.symbols[place].next >= 0 else { return }
      let left = row.symbols[place]
      let count = Int(left.count + row.symbols[Int(left.next)].count)
      guard let id = find(Int(left.start), count) else { return }
      queue.insert(rank: ranks[Int(id)], place: place, mark: id)
    }
    for place in row.symbols.indices { add(place, row) }
    while let entry = queue.popFirst() {
      let symbol = row.symbols[entry.place]
      guard symbol.count > 0, symbol.next >= 0,
        // A longer or shorter pair than the one that waited is another pair.
        Int(symbol.count + row.symbols[Int(symbol.next)].count)
          == tokens.bytes(of: entry.mark)?.count
      else { continue }
      row.merge(at: entry.place, into: entry.mark)
      add(Int(row.symbols[entry.place].previous), row)
      add(entry.place, row)
    }
    return row
  }
}
