/// The merges of a BPE model, found by their two parts.
///
/// The table never changes once it is made.
final class PairTable: @unchecked Sendable {
  private struct Slot {
    var key: UInt64
    var rank: Int32
    var result: Int32
  }

  private static let free = UInt64.max
  private let slots: UnsafeMutablePointer<Slot>
  private let size: UInt64

  /// Of merges of the same pair the last counts.
  init(_ merges: MergeList) {
    size = UInt64(max(merges.count + merges.count / 2, 16))
    slots = .allocate(capacity: Int(size))
    slots.initialize(repeating: Slot(key: Self.free, rank: 0, result: 0), count: Int(size))
    for merge in 0..<merges.count {
      let (left, right) = (merges.left[merge], merges.right[merge])
      slots[slot(left, right)] = Slot(
        key: Self.key(left, right), rank: Int32(truncatingIfNeeded: merge),
        result: merges.result[merge])
    }
  }

  deinit { slots.deallocate() }

  /// The rank and result of a pair's merge.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> (rank: Int32, result: Int32)? {
    let slot = slots[slot(left, right)]
    return slot.key == Self.free ? nil : (slot.rank, slot.result)
  }

  /// Ids are not negative, and no pair is `free`.
  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The slot that holds a pair, or the free one where it would stand.
  @inline(__always)
  private func slot(_ left: Int32, _ right: Int32) -> Int {
    let key = Self.key(left, right)
    let hash = ByteKey.mix(key ^ 0x2545_F491_4F6C_DD1D, 0x9E37_79B9_7F4A_7C15)
    var slot = Int(truncatingIfNeeded: hash.multipliedFullWidth(by: size).high)
    while slots[slot].key != key, slots[slot].key != Self.free {
      slot += 1
      if slot == Int(size) { slot = 0 }
    }
    return slot
  }
}
