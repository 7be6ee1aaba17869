internal import Documents

/// Byte-level BPE: a piece begins as bytes, and neighbours merge, the best merge first and among
/// equals the leftmost.
///
/// The best merge is the one whose result has the smallest rank (tiktoken), or the earliest in a
/// list of merges (tokenizer.json).
struct BytePairEncoder: Sendable {
  /// The order of what does not merge.
  static let never = UInt32.max
  /// Pieces up to this length look for the best merge by going over all.
  static let shortPiece = 80

  /// Where merges come from.
  enum Rule: Sendable {
    /// The concatenation is a token; its rank is the order.
    case rank
    /// The pair is in the list.
    case pairs(PairTable)
  }

  /// Tokens as bytes, by index.
  let table: PieceTable
  /// Ids by index; empty if an id is its index.
  private let ids: [Int32]
  private let rule: Rule
  /// Whether a piece that is a token is that token, whatever its merges give.
  private let takesWholePieces: Bool
  /// Index of each byte's token, -1 where there is none: the byte is left out.
  private let byteTokens: [Int32]
  /// Merge of each two bytes, the first times 256 plus the second.
  private let bytePairs: [Merge]

  /// A merge: its place in the order, and the index of the token it makes.
  struct Merge {
    var order: UInt32
    var token: Int32
  }

  /// tiktoken's rule.
  init(ranks vocabulary: TokenVocabulary) {
    self.init(
      vocabulary.tokens, ids: vocabulary.sparseIDs ?? [], rule: .rank, takesWholePieces: true)
  }

  /// A model of tokenizer.json.
  ///
  /// - Parameters:
  ///   - tokens: bytes of the tokens, by index.
  ///   - ids: ids by index; empty if an id is its index.
  ///   - merges: in indices, the best first.
  init(tokens: PackedStrings, ids: [Int32], merges: MergeList, ignoresMerges: Bool) {
    self.init(
      tokens, ids: ids, rule: .pairs(PairTable(merges)), takesWholePieces: ignoresMerges)
  }

  private init(_ tokens: PackedStrings, ids: [Int32], rule: Rule, takesWholePieces: Bool) {
    let table = PieceTable(tokens)
    self.table = table
    self.ids = ids
    self.rule = rule
    self.takesWholePieces = takesWholePieces
    var byteTokens = [Int32](repeating: -1, count: 256)
    for byte in UInt8.min...UInt8.max {
      let index = withUnsafePointer(to: byte) { table.find($0, 1) }
      byteTokens[Int(byte)] = index.map { Int32(truncatingIfNeeded: $0) } ?? -1
    }
    var bytePairs = [Merge](repeating: Merge(order: Self.never, token: -1), count: 65536)
    for pair in 0..<65536 {
      let left = byteTokens[pair >> 8]
      let right = byteTokens[pair & 255]
      guard left >= 0, right >= 0 else { continue }
      let bytes = [UInt8(pair >> 8), UInt8(pair & 255)]
      bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        bytePairs[pair] = Self.find(rule, table, left, right, base, 2)
      }
    }
    self.byteTokens = byteTokens
    self.bytePairs = bytePairs
  }

  /// Whether every byte has a token.
  var hasAllBytes: Bool { !byteTokens.contains(-1) }

  @inline(__always)
  private func id(_ index: Int32) -> Int32 { ids.isEmpty ? index : ids[Int(index)] }

  /// The merge of two neighbours, whose bytes together are given.
  @inline(__always)
  private static func find(
    _ rule: Rule, _ table: PieceTable, _ left: Int32, _ right: Int32,
    _ bytes: UnsafePointer<UInt8>, _ count: Int
  ) -> Merge {
    switch rule {
    case .rank:
      guard let index = table.find(bytes, count) else { return Merge(order: never, token: -1) }
      return Merge(
        order: UInt32(truncatingIfNeeded: index), token: Int32(truncatingIfNeeded: index))
    case .pairs(let pairs):
      guard let (rank, result) = pairs.find(left, right) else {
        return Merge(order: never, token: -1)
      }
      return Merge(order: UInt32(bitPattern: rank), token: result)
    }
  }

  /// Adds the ids of a piece.
  @inline(__always)
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, _ memory: BytePairMemory, into ids: inout [Int32]
  ) {
    guard let bytes = piece.baseAddress, piece.count > 0 else { return }
    guard piece.count <= BytePairMemory.longestPiece else {
      return encodeAnew(bytes, piece.count, memory, into: &ids)
    }
    let (entry, low, high) = memory.place(bytes, piece.count)
    if entry.pointee.low == low, entry.pointee.high == high {
      ids.append(entry.pointee.first)
      if entry.pointee.count > 1 { ids.append(entry.pointee.second) }
      if entry.pointee.count > 2 { ids.append(entry.pointee.third) }
      return
    }
    let start = ids.count
    encodeAnew(bytes, piece.count, memory, into: &ids)
    let count = ids.count - start
    guard (1...3).contains(count) else { return }
    entry.pointee = BytePairMemory.Entry(
      low: low, high: high, first: ids[start], second: count > 1 ? ids[start + 1] : 0,
      third: count > 2 ? ids[start + 2] : 0, count: Int32(truncatingIfNeeded: count))
  }

  /// Adds the ids of a piece that is not remembered.
  @inline(never)
  private func encodeAnew(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ memory: BytePairMemory, into ids: inout [Int32]
  ) {
    guard let index = table.find(bytes, count) else {
      return merge(bytes, count, memory, into: &ids)
    }
    let token = id(Int32(truncatingIfNeeded: index))
    if takesWholePieces { return ids.append(token) }
    // What a token's merges give is found out when it is first met.
    let states = memory.states(count: table.count)
    if states[index] == .isWhole { return ids.append(token) }
    let start = ids.count
    merge(bytes, count, memory, into: &ids)
    if states[index] == .unknown {
      let isWhole = ids.count == start + 1 && ids[start] == token
      states[index] = isWhole ? .isWhole : .isCut
    }
  }

  /// Adds what the merges of a piece give.
  private func merge(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ memory: BytePairMemory, into ids: inout [Int32]
  ) {
    memory.reserve(count + 1)
    let parts = memory.parts
    var partCount = 0
    for position in 0..<count {
      let token = byteTokens[Int(bytes[position])]
      guard token >= 0 else { continue }
      parts[partCount].start = Int32(truncatingIfNeeded: position)
      parts[partCount].token = token
      partCount += 1
    }
    guard partCount > 0 else { return }
    let isWhole = partCount == count
    for index in 0..<(partCount - 1) {
      let merge: Merge
      if isWhole {
        merge = bytePairs[Int(bytes[index]) << 8 | Int(bytes[index + 1])]
      } else {
        let first = bytes[Int(parts[index].start)]
        merge = bytePairs[Int(first) << 8 | Int(bytes[Int(parts[index + 1].start)])]
      }
      parts[index].order = merge.order
      parts[index].merged = merge.token
    }
    parts[partCount - 1].order = Self.never
    parts[partCount].start = Int32(truncatingIfNeeded: count)
    if partCount <= Self.shortPiece {
      partCount = mergeShort(bytes, parts, partCount)
      for index in 0..<partCount { ids.append(id(parts[index].token)) }
    } else {
      mergeLong(bytes, parts, partCount, memory)
      var index = 0
      while index < partCount {
        ids.append(id(parts[index].token))
        index = Int(parts[index].next)
      }
    }
  }

  /// Merges parts that stand one behind the other; `parts[partCount]` is the end.
  ///
  /// - Returns: the number of parts left.
  private func mergeShort(
    _ bytes: UnsafePointer<UInt8>, _ parts: UnsafeMutablePointer<BytePairPart>, _ partCount: Int
  ) -> Int {
    var count = partCount
    while count > 1 {
      var best = Self.never
      var place = 0
      for index in 0..<(count - 1) where parts[index].order < best {
        best = parts[index].order
        place = index
      }
      guard best != Self.never else { break }
      parts[place].token = parts[place].merged
      // The end moves too.
      (parts + place + 1).update(from: parts + place + 2, count: count - place - 1)
      count -= 1
      update(place, count, parts, bytes)
      if place > 0 { update(place - 1, count, parts, bytes) }
    }
    return count
  }

  /// Looks for the merge of a part with the next one.
  @inline(__always)
  private func update(
    _ index: Int, _ count: Int, _ parts: UnsafeMutablePointer<BytePairPart>,
    _ bytes: UnsafePointer<UInt8>
  ) {
    guard index + 1 < count else {
      parts[index].order = Self.never
      return
    }
    let start = parts[index].start
    let merge = Self.find(
      rule, table, parts[index].token, parts[index + 1].token, bytes + Int(start),
      Int(parts[index + 2].start - start))
    parts[index].order = merge.order
    parts[index].merged = merge.token
  }

  /// Merges parts that know their neighbours, with the best merge on top of a heap.
  private func mergeLong(
    _ bytes: UnsafePointer<UInt8>, _ parts: UnsafeMutablePointer<BytePairPart>, _ partCount: Int,
    _ memory: BytePairMemory
  ) {
    var heap = MergeHeap(memory.waiting)
    for index in 0..<partCount {
      parts[index].previous = Int32(truncatingIfNeeded: index - 1)
      parts[index].next = Int32(truncatingIfNeeded: index + 1)
      if parts[index].order != Self.never { heap.insert(parts[index].order, index) }
    }
    func update(_ index: Int) {
      let next = Int(parts[index].next)
      guard next < partCount else {
        parts[index].order = Self.never
        return
      }
      let start = parts[index].start
      let end = parts[Int(parts[next].next)].start
      let merge = Self.find(
        rule, table, parts[index].token, parts[next].token, bytes + Int(start), Int(end - start))
      parts[index].order = merge.order
      parts[index].merged = merge.token
      if parts[index].order != Self.never { heap.insert(parts[index].order, index) }
    }
    while let (order, index) = heap.popFirst() {
      // What was merged away, or has another merge by now, is out of date.
      guard parts[index].order == order else { continue }
      let next = Int(parts[index].next)
      parts[index].token = parts[index].merged
      parts[index].next = parts[next].next
      parts[next].order = Self.never
      if Int(parts[index].next) < partCount {
        parts[Int(parts[index].next)].previous = Int32(truncatingIfNeeded: index)
      }
      update(index)
      if parts[index].previous >= 0 { update(Int(parts[index].previous)) }
    }
    memory.waiting = heap.storage
  }

  /// Whether the merges of each token's bytes give the token.
  func selfReaching() -> [Bool] {
    let memory = BytePairMemory()
    var ids: [Int32] = []
    return (0..<table.count).map { index in
      let token = table.token(index)
      guard let bytes = token.baseAddress, token.count > 0 else { return false }
      ids.removeAll(keepingCapacity: true)
      merge(bytes, token.count, memory, into: &ids)
      return ids.count == 1 && ids[0] == id(Int32(truncatingIfNeeded: index))
    }
  }
}
