internal import Documents

/// Finds the index of a token by its bytes.
///
/// The table owns a copy of the bytes and never changes once it is made.
final class PieceTable: @unchecked Sendable {
  /// Number of tokens.
  let count: Int
  /// Length of the longest token.
  let longest: Int
  /// Two tokens of the same bytes, if there are any.
  private(set) var duplicate: (first: Int, second: Int)?

  private let bytes: UnsafeMutablePointer<UInt8>
  /// Where each token begins in `bytes`, and the end of the last.
  private let starts: UnsafeMutablePointer<UInt32>
  /// Upper half of a hash and index plus one; 0 where free.
  private let slots: UnsafeMutablePointer<UInt64>
  private let mask: Int

  /// Tokens by index; empty ones are never found.
  init(_ tokens: PackedStrings) {
    count = tokens.count
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: max(tokens.bytes.count, 1))
    tokens.bytes.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { bytes.initialize(from: base, count: source.count) }
    }
    self.bytes = bytes
    starts = .allocate(capacity: tokens.count + 1)
    starts[0] = 0
    var longest = 0
    var size = 16
    while size < tokens.count * 2 { size *= 2 }
    mask = size - 1
    slots = .allocate(capacity: size)
    slots.initialize(repeating: 0, count: size)
    for index in tokens.indices {
      let range = tokens.utf8(at: index).indices
      starts[index + 1] = UInt32(truncatingIfNeeded: range.upperBound)
      longest = max(longest, range.count)
    }
    self.longest = longest
    for index in tokens.indices where starts[index] < starts[index + 1] {
      let start = Int(starts[index])
      let length = Int(starts[index + 1]) - start
      let hash = ByteKey.hash(bytes + start, length)
      let (slot, found) = locate(bytes + start, length, hash)
      if let found {
        if duplicate == nil { duplicate = (found, index) }
      } else {
        slots[slot] = (hash >> 32) << 32 | UInt64(index + 1)
      }
    }
  }

  deinit {
    bytes.deallocate()
    starts.deallocate()
    slots.deallocate()
  }

  /// The index of a token; nil if there is none of these bytes.
  @inline(__always)
  func find(_ text: UnsafePointer<UInt8>, _ length: Int) -> Int? {
    guard length > 0, length <= longest else { return nil }
    return locate(text, length, ByteKey.hash(text, length)).found
  }

  /// The bytes of a token.
  @inline(__always)
  func token(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = Int(starts[index])
    return UnsafeBufferPointer(start: bytes + start, count: Int(starts[index + 1]) - start)
  }

  @inline(__always)
  private func locate(
    _ text: UnsafePointer<UInt8>, _ length: Int, _ hash: UInt64
  ) -> (slot: Int, found: Int?) {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { return (slot, nil) }
      if entry >> 32 == hash >> 32 {
        let index = Int(entry & 0xFFFF_FFFF) - 1
        let start = Int(starts[index])
        if Int(starts[index + 1]) - start == length,
          ByteKey.areEqual(bytes + start, text, length)
        {
          return (slot, index)
        }
      }
      slot = (slot + 1) & mask
    }
  }
}
