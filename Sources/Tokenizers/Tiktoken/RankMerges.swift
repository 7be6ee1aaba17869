internal import Documents

/// The merges that stand for ranks: every way to cut a token into two tokens.
///
/// They are ordered by rank of the token, then of the left and of the right part. Tokens in the
/// order of their bytes have their prefixes before them, and in the order of their bytes from the
/// end their suffixes: both orders give each token a chain of the tokens it begins or ends with, so
/// that nothing is searched for. Time goes with the bytes of all tokens.
struct RankMerges {
  private let tokens: PackedStrings
  /// The longest token that is a proper prefix of each; -1 if there is none.
  private let prefixes: [Int32]
  /// The longest token that is a proper suffix of each; -1 if there is none.
  private let suffixes: [Int32]

  /// Tokens by rank, none of them twice; empty ones have no part.
  init(_ tokens: PackedStrings) {
    self.tokens = tokens
    prefixes = Self.links(tokens)
    var reversed = PackedStrings()
    reversed.reserve(count: tokens.count, byteCount: tokens.bytes.count)
    for rank in tokens.indices {
      let token = Array(tokens.utf8(at: rank).reversed())
      token.withUnsafeBytes { reversed.append(utf8: $0) }
    }
    suffixes = Self.links(reversed)
  }

  /// The merges, left and right part and result by rank.
  func merges() -> MergeList {
    var list = MergeList()
    list.reserve(tokens.count * 2)
    var cuts: [(left: Int32, right: Int32)] = []
    var chain: [Int32] = []
    for rank in tokens.indices {
      let length = tokens.utf8(at: rank).count
      cuts.removeAll(keepingCapacity: true)
      chain.removeAll(keepingCapacity: true)
      var suffix = suffixes[rank]
      while suffix >= 0 {
        chain.append(suffix)
        suffix = suffixes[Int(suffix)]
      }
      // Prefixes get shorter, so the suffixes that complete them get longer.
      var prefix = prefixes[rank]
      while prefix >= 0, let suffix = chain.last {
        let sum = tokens.utf8(at: Int(prefix)).count + tokens.utf8(at: Int(suffix)).count
        if sum == length { cuts.append((prefix, suffix)) }
        if sum >= length { prefix = prefixes[Int(prefix)] }
        if sum <= length { chain.removeLast() }
      }
      cuts.sort { ($0.left, $0.right) < ($1.left, $1.right) }
      for cut in cuts {
        list.append(left: cut.left, right: cut.right, result: Int32(truncatingIfNeeded: rank))
      }
    }
    return list
  }

  /// The longest proper prefix of each text that is a text itself.
  private static func links(_ texts: PackedStrings) -> [Int32] {
    var links = [Int32](repeating: -1, count: texts.count)
    texts.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      func range(_ index: Int32) -> Range<Int> { texts.utf8(at: Int(index)).indices }
      var order: [(key: UInt64, index: Int32)] = []
      order.reserveCapacity(texts.count)
      for index in texts.indices {
        let place = texts.utf8(at: index).indices
        guard !place.isEmpty else { continue }
        let head = ByteKey.word(base + place.lowerBound, min(place.count, 8))
        order.append((head.byteSwapped, Int32(truncatingIfNeeded: index)))
      }
      order.sort { a, b in
        if a.key != b.key { return a.key < b.key }
        let (left, right) = (range(a.index), range(b.index))
        // Equal keys may differ in length only, where zeros fill up.
        let shared = min(left.count, right.count)
        var offset = min(8, shared)
        while offset < shared {
          let (x, y) = (base[left.lowerBound + offset], base[right.lowerBound + offset])
          if x != y { return x < y }
          offset += 1
        }
        return left.count < right.count
      }
      // The texts that the current one may begin with, each a prefix of the next.
      var open: [Int32] = []
      for (_, index) in order {
        let text = range(index)
        while let last = open.last {
          let head = range(last)
          if head.count < text.count,
            ByteKey.areEqual(base + head.lowerBound, base + text.lowerBound, head.count)
          {
            links[Int(index)] = last
            break
          }
          open.removeLast()
        }
        open.append(index)
      }
    }
    return links
  }
}
