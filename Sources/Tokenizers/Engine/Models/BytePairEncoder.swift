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
  /// Id of the first token: ids are index plus offset.
  let offset: Int32
  let rule: Rule
  /// Whether a piece that is a token is that token, whatever its merges give.
  let takesWholePieces: Bool
  /// Index of each byte's token, -1 where there is none: the byte is left out.
  private let byteTokens: [Int32]
  /// Merge of each two bytes, the first times 256 plus the second.
  private let bytePairs: [PairTable.Merge]
  /// Whether a token's merges give the token itself, by index; empty where all pieces are taken.
  private var reachesItself: [Bool]

  /// Ranks of tiktoken.
  ///
  /// - Parameter tokens: bytes by rank; what has no rank is empty.
  init(ranks tokens: PackedStrings, offset: Int32 = 0) {
    self.init(
      tokens, offset: offset, rule: .rank, takesWholePieces: true)
  }

  /// Merges of a tokenizer.json.
  ///
  /// - Parameters:
  ///   - tokens: bytes by id.
  ///   - merges: left, right and resulting id, the best first.
  init(
    tokens: PackedStrings, merges: [(left: Int32, right: Int32, merged: Int32)],
    ignoresMerges: Bool
  ) {
    let pairs = PairTable(capacity: merges.count)
    for (order, merge) in merges.enumerated() {
      pairs.set(
        merge.left, merge.right,
        PairTable.Merge(order: UInt32(truncatingIfNeeded: order), token: merge.merged))
    }
    self.init(tokens, offset: 0, rule: .pairs(pairs), takesWholePieces: ignoresMerges)
  }

  private init(
    _ tokens: PackedStrings, offset: Int32, rule: Rule, takesWholePieces: Bool
  ) {
    let table = PieceTable(tokens)
    self.table = table
    self.offset = offset
    self.rule = rule
    self.takesWholePieces = takesWholePieces
    let none = PairTable.Merge(order: Self.never, token: -1)
    var byteTokens = [Int32](repeating: -1, count: 256)
    for byte in UInt8.min...UInt8.max {
      let index = withUnsafePointer(to: byte) { table.find($0, 1) }
      byteTokens[Int(byte)] = index.map { Int32(truncatingIfNeeded: $0) } ?? -1
    }
    var bytePairs = [PairTable.Merge](repeating: none, count: 65536)
    for pair in 0..<65536 {
      let left = byteTokens[pair >> 8]
      let right = byteTokens[pair & 255]
      guard left >= 0, right >= 0 else { continue }
      switch rule {
      case .rank:
        let bytes = [UInt8(pair >> 8), UInt8(pair & 255)]
        if let index = bytes.withUnsafeBufferPointer({ bytes in
          bytes.baseAddress.flatMap { table.find($0, 2) }
        }) {
          bytePairs[pair] = PairTable.Merge(
            order: UInt32(truncatingIfNeeded: index), token: Int32(truncatingIfNeeded: index))
        }
      case .pairs(let pairs): bytePairs[pair] = pairs.find(left, right) ?? none
      }
    }
    self.byteTokens = byteTokens
    self.bytePairs = bytePairs
    reachesItself = []
    if !takesWholePieces { reachesItself = selfReaching() }
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
    if let index = table.find(bytes, count), takesWholePieces || reachesItself[index] {
      ids.append(Int32(truncatingIfNeeded: index) + offset)
      return
    }
    merge(bytes, count, memory, into: &ids)
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
      let merge: PairTable.Merge
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
      for index in 0..<partCount { ids.append(parts[index].token + offset) }
    } else {
      mergeLong(bytes, parts, partCount, memory)
      var index = 0
      while index < partCount {
        ids.append(parts[index].token + offset)
        index = Int(parts[index].next)
      }
    }
  }

  /// The merge of two neighbours that are not both bytes.
  @inline(__always)
  private func find(
    _ left: BytePairPart, _ right: BytePairPart, end: Int32, _ bytes: UnsafePointer<UInt8>
  ) -> (order: UInt32, token: Int32) {
    switch rule {
    case .rank:
      guard let index = table.find(bytes + Int(left.start), Int(end - left.start)) else {
        return (Self.never, -1)
      }
      return (UInt32(truncatingIfNeeded: index), Int32(truncatingIfNeeded: index))
    case .pairs(let pairs):
      guard let merge = pairs.find(left.token, right.token) else { return (Self.never, -1) }
      return (merge.order, merge.token)
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
    (parts[index].order, parts[index].merged) = find(
      parts[index], parts[index + 1], end: parts[index + 2].start, bytes)
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
      let end = parts[Int(parts[next].next)].start
      (parts[index].order, parts[index].merged) = find(
        parts[index], parts[next], end: end, bytes)
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
  private func selfReaching() -> [Bool] {
    let memory = BytePairMemory()
    var ids: [Int32] = []
    return (0..<table.count).map { index in
      let token = table.token(index)
      guard let bytes = token.baseAddress, token.count > 0 else { return false }
      ids.removeAll(keepingCapacity: true)
      merge(bytes, token.count, memory, into: &ids)
      return ids.count == 1 && ids[0] == Int32(truncatingIfNeeded: index) + offset
    }
  }
}
