internal import Documents
internal import Failures

/// SentencePiece's BPE: the pair whose text together is the piece of the best score, leftmost first.
struct SentencePieceBPEModel: TokenModel {
  private let text: SentencePieceText
  private let index: PieceTable
  /// Ids of the texts in `index`.
  private let ids: [Int32]
  /// Place of each piece's score among all scores; the best is 0, equal ones are equal.
  private let ranks: [Int32]
  private let types: [TokenType]
  /// Number of bytes of each piece.
  private let lengths: [Int32]
  /// Where a text may be cut; nil if it may not.
  private let cuts: MergeCuts?

  init(_ model: TokenizerDefinition.SentencePiece) throws(TokenizerError) {
    text = try SentencePieceText(model)
    types = model.types
    lengths = model.tokens.indices.map {
      Int32(truncatingIfNeeded: model.tokens.utf8(at: $0).count)
    }
    let kinds: [TokenType] = [.normal, .userDefined, .unused]
    var texts = PackedTokens()
    var ids: [Int32] = []
    for place in model.tokens.indices where kinds.contains(model.types[place]) {
      model.tokens.utf8(at: place).withUnsafeBytes { texts.append(utf8: $0) }
      ids.append(Int32(truncatingIfNeeded: place))
    }
    self.ids = ids
    // How an unused piece is parted again depends on the whole text.
    cuts = model.types.contains(.unused) ? nil : MergeCuts(texts)
    index = PieceTable(texts)
    var ranks = [Int32](repeating: 0, count: model.tokens.count)
    let order = model.tokens.indices.sorted { model.scores[$0] > model.scores[$1] }
    var rank: Int32 = 0
    for (number, place) in order.enumerated() {
      if number > 0, model.scores[order[number - 1]] > model.scores[place] { rank += 1 }
      ranks[place] = rank
    }
    self.ranks = ranks
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    let normalized = text.normalize(piece)
    try text.checkLength(normalized)
    normalized.withUnsafeBufferPointer { bytes in
      var writer = text.writer()
      var start = 0
      while start < bytes.count {
        let end = cuts?.end(of: bytes, from: start) ?? bytes.count
        let part = UnsafeBufferPointer(rebasing: bytes[start..<end])
        var splits: [Span: Int32] = [:]
        let row = merged(part, &splits)
        row.forEach { symbol in
          write(symbol, part, splits, &writer, &ids)
        }
        start = end
      }
    }
  }

  /// A merged piece that must not be used: where it stands.
  private struct Span: Hashable {
    let text: [UInt8]
  }

  private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> Int32? {
    guard let base = bytes.baseAddress else { return nil }
    return index.find(base + start, count).map { ids[$0] }
  }

  /// The symbols of a text after all merges.
  ///
  /// - Parameter splits: for pieces that are not to be used, the length of their left part.
  private func merged(
    _ bytes: UnsafeBufferPointer<UInt8>, _ splits: inout [Span: Int32]
  ) -> SymbolRow {
    var row = SymbolRow()
    var isFrozen: [Bool] = []
    var position = 0
    while position < bytes.count {
      var end = min(
        bytes.count, position + UnsafeBufferPointer<UInt8>.sequenceLength(bytes[position]))
      var symbol: Int32?
      if text.userDefined.begins(with: bytes[position]),
        let found = text.userDefined.longest(bytes, from: position)
      {
        end = found.end
        symbol = found.value
      }
      let id = symbol ?? find(bytes, position, end - position) ?? text.unknown
      row.append(id, start: position, count: end - position)
      isFrozen.append(symbol != nil)
      position = end
    }

    var queue = MergeQueue()
    func add(_ place: Int, _ row: SymbolRow) {
      guard place >= 0, row.symbols[place].next >= 0 else { return }
      let left = row.symbols[place]
      let right = row.symbols[Int(left.next)]
      guard !isFrozen[place], !isFrozen[Int(left.next)] else { return }
      let count = Int(left.count + right.count)
      guard let id = find(bytes, Int(left.start), count) else { return }
      queue.insert(rank: ranks[Int(id)], place: place, mark: id)
      if types[Int(id)] == .unused {
        let start = Int(left.start)
        splits[Span(text: Array(bytes[start..<(start + count)]))] = left.count
      }
    }
    for place in row.symbols.indices { add(place, row) }
    while let entry = queue.popFirst() {
      let symbol = row.symbols[entry.place]
      guard symbol.count > 0, symbol.next >= 0,
        // A longer or shorter pair than the one that waited is another pair.
        symbol.count + row.symbols[Int(symbol.next)].count == lengths[Int(entry.mark)]
      else { continue }
      row.merge(at: entry.place, into: entry.mark)
      add(Int(row.symbols[entry.place].previous), row)
      add(entry.place, row)
    }
    return row
  }

  /// Writes a symbol; one that is not to be used is parted again.
  private func write(
    _ symbol: SymbolRow.Symbol, _ bytes: UnsafeBufferPointer<UInt8>, _ splits: [Span: Int32],
    _ writer: inout SentencePieceText.Writer, _ list: inout [Int32]
  ) {
    guard types[Int(symbol.id)] == .unused else {
      let range = Int(symbol.start)..<Int(symbol.start + symbol.count)
      return writer.append(symbol.id, bytes[range], to: &list)
    }
    var open = [(start: Int(symbol.start), count: Int(symbol.count))]
    while let (start, count) = open.popLast() {
      let id = find(bytes, start, count) ?? text.unknown
      let range = start..<(start + count)
      if types[Int(id)] == .unused, let left = splits[Span(text: Array(bytes[range]))],
        left > 0, Int(left) < count
      {
        open.append((start + Int(left), count - Int(left)))
        open.append((start, Int(left)))
      } else {
        writer.append(id, bytes[range], to: &list)
      }
    }
  }
}
