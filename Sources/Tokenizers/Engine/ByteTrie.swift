internal import Documents

/// Texts as a tree of bytes: finds all texts that begin at a place of a buffer.
///
/// The children of a node stand side by side, by rising byte.
struct ByteTrie: Sendable {
  /// A node that is not there.
  static let none = -1

  private var labels: [UInt8] = [0]
  private var values: [Int32] = [-1]
  private var firstChild: [Int32] = [0]
  private var childCount: [UInt16] = [0]
  /// The root's children by byte.
  private var roots = [Int32](repeating: -1, count: 256)

  /// The texts at some places of a list, with a value for each; empty texts are left out, and of
  /// equal texts the last counts.
  init(_ texts: PackedTokens, places: [Int], value: (Int) -> Int32) {
    let order = Self.sorted(texts, places)
    texts.bytes.withUnsafeBufferPointer { bytes in
      let spans = order.map { texts.utf8(at: $0).indices }
      // Each node is a run of sorted texts that begin alike.
      var queue: [(low: Int, high: Int, depth: Int)] = [(0, spans.count, 0)]
      var next = 0
      while next < queue.count {
        let node = next
        var (low, high, depth) = queue[next]
        next += 1
        while low < high, spans[low].count == depth {
          if depth > 0 { values[node] = value(order[low]) }
          low += 1
        }
        firstChild[node] = Int32(truncatingIfNeeded: labels.count)
        var count: UInt16 = 0
        while low < high {
          let byte = bytes[spans[low].lowerBound + depth]
          var end = low + 1
          while end < high, bytes[spans[end].lowerBound + depth] == byte { end += 1 }
          if node == 0 { roots[Int(byte)] = Int32(truncatingIfNeeded: labels.count) }
          labels.append(byte)
          values.append(-1)
          firstChild.append(0)
          childCount.append(0)
          queue.append((low, end, depth + 1))
          count += 1
          low = end
        }
        childCount[node] = count
      }
    }
  }

  /// Whether there are no texts.
  var isEmpty: Bool { labels.count == 1 }

  /// Whether a text begins with that byte.
  @inline(__always)
  func begins(with byte: UInt8) -> Bool { roots[Int(byte)] >= 0 }

  /// The node that a byte leads to; `none` if there is none.
  @inline(__always)
  func step(_ node: Int, _ byte: UInt8) -> Int {
    if node == 0 { return Int(roots[Int(byte)]) }
    let first = Int(firstChild[node])
    var low = first
    var high = first + Int(childCount[node])
    let end = high
    while high - low > 8 {
      let middle = (low + high) / 2
      if labels[middle] < byte { low = middle + 1 } else { high = middle }
    }
    while low < end, labels[low] < byte { low += 1 }
    return low < end && labels[low] == byte ? low : Self.none
  }

  /// The value of the text that ends in a node; -1 if none does.
  @inline(__always)
  func value(_ node: Int) -> Int32 { values[node] }

  /// The longest text that begins at a place.
  func longest(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (end: Int, value: Int32)? {
    var node = 0
    var found: (end: Int, value: Int32)?
    var position = start
    while position < bytes.count {
      node = step(node, bytes[position])
      guard node != Self.none else { break }
      position += 1
      if values[node] >= 0 { found = (position, values[node]) }
    }
    return found
  }

  /// The places in the order of their texts' bytes; equal texts keep their order.
  private static func sorted(_ texts: PackedTokens, _ places: [Int]) -> [Int] {
    texts.bytes.withUnsafeBufferPointer { bytes in
      let keys = places.map { place -> (prefix: UInt64, place: Int) in
        var prefix: UInt64 = 0
        let span = texts.utf8(at: place).indices
        for offset in 0..<8 {
          prefix = prefix << 8 | (offset < span.count ? UInt64(bytes[span.lowerBound + offset]) : 0)
        }
        return (prefix, place)
      }
      return keys.sorted { a, b in
        if a.prefix != b.prefix { return a.prefix < b.prefix }
        let left = bytes[texts.utf8(at: a.place).indices]
        let right = bytes[texts.utf8(at: b.place).indices]
        if left.lexicographicallyPrecedes(right) { return true }
        if right.lexicographicallyPrecedes(left) { return false }
        return a.place < b.place
      }.map(\.place)
    }
  }
}
