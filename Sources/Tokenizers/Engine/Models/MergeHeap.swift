/// Merges that wait: the smallest order first, among equals the leftmost place.
struct MergeHeap {
  /// Order and place in one number each, as a binary heap.
  private(set) var storage: [UInt64]

  /// An empty heap in the room of an array.
  init(_ room: [UInt64]) {
    storage = room
    storage.removeAll(keepingCapacity: true)
  }

  /// Adds a merge.
  mutating func insert(_ order: UInt32, _ place: Int) {
    let value = UInt64(order) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
    var index = storage.count
    storage.append(value)
    while index > 0 {
      let parent = (index - 1) / 2
      guard storage[parent] > value else { break }
      storage[index] = storage[parent]
      index = parent
    }
    storage[index] = value
  }

  /// Takes the first merge.
  mutating func popFirst() -> (order: UInt32, place: Int)? {
    guard let first = storage.first, let last = storage.popLast() else { return nil }
    if !storage.isEmpty {
      var index = 0
      while true {
        var child = 2 * index + 1
        guard child < storage.count else { break }
        if child + 1 < storage.count, storage[child + 1] < storage[child] { child += 1 }
        guard storage[child] < last else { break }
        storage[index] = storage[child]
        index = child
      }
      storage[index] = last
    }
    return (UInt32(truncatingIfNeeded: first >> 32), Int(first & 0xFFFF_FFFF))
  }
}
