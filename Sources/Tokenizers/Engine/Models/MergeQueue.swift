/// Pairs of neighbouring symbols that may be merged: the smallest rank first, then the leftmost.
struct MergeQueue {
  /// A pair.
  struct Entry {
    /// Rank above, place of the left symbol below.
    fileprivate let key: UInt64
    /// What the caller needs to see whether the pair is still there.
    let mark: Int32

    /// Place of the left symbol.
    var place: Int { Int(key & 0xFFFF_FFFF) }
  }

  private var heap: [Entry] = []

  mutating func insert(rank: Int32, place: Int, mark: Int32) {
    let key =
      UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
    heap.append(Entry(key: key, mark: mark))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].key < heap[parent].key else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return first }
      if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
      guard heap[child].key < heap[parent].key else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}

/// Symbols in a row, each with what stands before and behind it.
struct SymbolRow {
  /// A symbol; one that was merged into another has no length.
  struct Symbol {
    var id: Int32
    /// Its first byte.
    var start: Int32
    /// Number of its bytes.
    var count: Int32
    var previous: Int32
    var next: Int32
  }

  private(set) var symbols: [Symbol] = []

  /// Appends a symbol.
  mutating func append(_ id: Int32, start: Int, count: Int) {
    let place = Int32(truncatingIfNeeded: symbols.count)
    if let last = symbols.indices.last { symbols[last].next = place }
    symbols.append(
      Symbol(
        id: id, start: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: count),
        previous: place - 1, next: -1))
  }

  /// Merges the symbol behind one into it.
  mutating func merge(at place: Int, into id: Int32) {
    let next = Int(symbols[place].next)
    guard next >= 0 else { return }
    symbols[place].id = id
    symbols[place].count += symbols[next].count
    symbols[place].next = symbols[next].next
    symbols[next].count = 0
    let after = Int(symbols[place].next)
    if after >= 0 { symbols[after].previous = Int32(truncatingIfNeeded: place) }
  }

  /// Calls `body` with the symbols that are left, in order.
  func forEach(_ body: (Symbol) -> Void) {
    var place = symbols.isEmpty ? -1 : 0
    while place >= 0 {
      body(symbols[place])
      place = Int(symbols[place].next)
    }
  }
}
