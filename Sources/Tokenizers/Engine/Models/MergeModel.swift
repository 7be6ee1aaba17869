internal import Failures

/// BPE of tokenizer.json over characters: merges of pairs, best first.
struct MergeModel: TokenModel {
  private let vocabulary: TokenVocabulary
  private let pairs: PairTable
  private let bytes: ByteTokens?
  private let unknown: Int32?
  private let fusesUnknown: Bool
  private let ignoresMerges: Bool
  private let prefix: [UInt8]
  private let suffix: [UInt8]

  /// - Throws: `.missing` if the unknown token is not in the vocabulary.
  init(_ model: TokenizerDefinition.BPE) throws(TokenizerError) {
    let vocabulary = model.vocabulary
    self.vocabulary = vocabulary
    pairs = PairTable(model.merges)
    bytes = model.fallsBackToBytes ? ByteTokens { vocabulary.id(of: $0) } : nil
    fusesUnknown = model.fusesUnknown
    ignoresMerges = model.ignoresMerges
    prefix = Array((model.continuingPrefix ?? "").utf8)
    suffix = Array((model.endSuffix ?? "").utf8)
    unknown = model.unknownToken.flatMap { vocabulary.id(of: $0) }
    if let text = model.unknownToken, unknown == nil {
      throw TokenizerError(
        .missing, "the vocabulary lacks the unknown token \(text.quoted) that the model names",
        at: TokenizerJSON.place)
    }
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    if ignoresMerges, let id = vocabulary.id(of: UnsafeRawBufferPointer(piece)) {
      return ids.append(id)
    }
    guard piece.count < Int(Int32.max) else {
      throw TokenizerError(.limit, "a piece of \(piece.count) bytes; the limit is \(Int32.max)")
    }
    var row = symbols(piece)
    merge(&row)
    row.forEach { ids.append($0.id) }
  }

  /// The characters as symbols.
  private func symbols(_ piece: UnsafeBufferPointer<UInt8>) -> SymbolRow {
    var row = SymbolRow()
    var pending = 0
    var spelled: [UInt8] = []
    var byteIDs: [Int32] = []
    var position = 0
    while position < piece.count {
      let end = piece.scalar(at: position).end
      defer { position = end }
      let isPlain = prefix.isEmpty && suffix.isEmpty
      let character = UnsafeBufferPointer(rebasing: piece[position..<end])
      if isPlain, let id = vocabulary.id(of: UnsafeRawBufferPointer(character)) {
        flush(&pending, into: &row)
        row.append(id, start: position, count: end - position)
        continue
      }
      if !isPlain || bytes != nil {
        spelled.removeAll(keepingCapacity: true)
        if position > 0 { spelled += prefix }
        spelled.append(contentsOf: piece[position..<end])
        if end == piece.count { spelled += suffix }
      }
      if !isPlain, let id = spelled.withUnsafeBytes({ vocabulary.id(of: $0) }) {
        flush(&pending, into: &row)
        row.append(id, start: position, count: end - position)
        continue
      }
      byteIDs.removeAll(keepingCapacity: true)
      if let bytes, bytes.append(spelled, to: &byteIDs) {
        // As in the library, unknown characters before these bytes come behind them.
        for id in byteIDs { row.append(id, start: position, count: 1) }
        continue
      }
      if unknown != nil {
        if pending > 0, !fusesUnknown { flush(&pending, into: &row) }
        pending += end - position
      }
    }
    flush(&pending, into: &row)
    return row
  }

  /// Appends the unknown token for that many bytes.
  private func flush(_ pending: inout Int, into row: inout SymbolRow) {
    if pending > 0, let unknown { row.append(unknown, start: 0, count: pending) }
    pending = 0
  }

  private func merge(_ row: inout SymbolRow) {
    var queue = MergeQueue()
    func add(_ place: Int, _ row: SymbolRow) {
      guard place >= 0, row.symbols[place].next >= 0 else { return }
      let right = row.symbols[Int(row.symbols[place].next)]
      if let (rank, result) = pairs.find(row.symbols[place].id, right.id) {
        queue.insert(rank: rank, place: place, mark: result)
      }
    }
    for place in row.symbols.indices { add(place, row) }
    while let entry = queue.popFirst() {
      let symbol = row.symbols[entry.place]
      guard symbol.count > 0, symbol.next >= 0,
        let found = pairs.find(symbol.id, row.symbols[Int(symbol.next)].id),
        found.result == entry.mark
      else { continue }
      row.merge(at: entry.place, into: entry.mark)
      add(Int(row.symbols[entry.place].previous), row)
      add(entry.place, row)
    }
  }
}
