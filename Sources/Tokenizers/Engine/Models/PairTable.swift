/// The merges of a BPE model, found by their two parts.
struct PairTable: Sendable {
  /// Keys plus one, 0 where free; at least half of the slots are free.
  private var keys: [UInt64]
  private var ranks: [Int32]
  private var results: [Int32]
  private let shift: UInt64

  /// Of merges of the same pair the last counts.
  init(_ merges: MergeList) {
    var bits: UInt64 = 4
    while 1 << bits < merges.count * 2 { bits += 1 }
    shift = 64 - bits
    keys = [UInt64](repeating: 0, count: 1 << bits)
    ranks = [Int32](repeating: 0, count: 1 << bits)
    results = ranks
    for merge in 0..<merges.count {
      let key = Self.key(merges.left[merge], merges.right[merge])
      let slot = slot(key)
      keys[slot] = key
      ranks[slot] = Int32(truncatingIfNeeded: merge)
      results[slot] = merges.result[merge]
    }
  }

  /// The rank and result of a pair's merge.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> (rank: Int32, result: Int32)? {
    let slot = slot(Self.key(left, right))
    return keys[slot] == 0 ? nil : (ranks[slot], results[slot])
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    // Ids are not negative: the sum does not overflow.
    (UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))) &+ 1
  }

  /// The slot of a key, or the free one where it would stand.
  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }
}
