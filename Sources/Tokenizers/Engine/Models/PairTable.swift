/// Finds what two neighbouring tokens merge to.
final class PairTable: @unchecked Sendable {
  /// A merge: its place in the order, and the token it makes.
  struct Merge {
    var order: UInt32
    var token: Int32
  }

  private struct Slot {
    var key: UInt64
    var merge: Merge
  }

  private static let free = UInt64.max
  private let slots: UnsafeMutablePointer<Slot>
  private let size: UInt64

  /// Makes a table for at most that many merges.
  init(capacity: Int) {
    size = UInt64(max(capacity + capacity / 2, 16))
    slots = .allocate(capacity: Int(size))
    slots.initialize(
      repeating: Slot(key: Self.free, merge: Merge(order: 0, token: 0)), count: Int(size))
  }

  deinit { slots.deallocate() }

  /// Sets the merge of a pair; a later one takes the place of an earlier one.
  func set(_ left: Int32, _ right: Int32, _ merge: Merge) {
    let slot = slot(left, right)
    slots[slot] = Slot(key: Self.key(left, right), merge: merge)
  }

  /// The merge of a pair; nil if there is none.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> Merge? {
    let slot = slots[slot(left, right)]
    return slot.key == Self.free ? nil : slot.merge
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The slot that holds a pair, or the free one where it belongs.
  @inline(__always)
  private func slot(_ left: Int32, _ right: Int32) -> Int {
    let key = Self.key(left, right)
    let hash = ByteKey.mix(key ^ 0x2545_F491_4F6C_DD1D, 0x9E37_79B9_7F4A_7C15)
    var slot = Int(hash.multipliedFullWidth(by: size).high)
    while slots[slot].key != key, slots[slot].key != Self.free {
      slot += 1
      if slot == Int(size) { slot = 0 }
    }
    return slot
  }
}
