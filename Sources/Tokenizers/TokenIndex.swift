internal import Documents

/// Finds texts of a list by their bytes.
///
/// Texts are compared as bytes: two spellings of one character are two tokens.
struct TokenIndex {
  private let texts: PackedStrings
  /// Index of a text plus one, 0 where free; at least half of the slots are free.
  private var slots: [UInt32]
  /// The first text that stands twice, with the index of its first occurrence.
  private(set) var firstDuplicate: (first: Int, second: Int)?

  init(_ texts: PackedStrings) {
    self.texts = texts
    var size = 16
    while size < texts.count * 2 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    texts.bytes.withUnsafeBytes { bytes in
      for index in texts.indices {
        let text = UnsafeRawBufferPointer(rebasing: bytes[texts.utf8(at: index).indices])
        let (slot, found) = locate(text, in: bytes)
        if let found {
          if firstDuplicate == nil { firstDuplicate = (found, index) }
        } else {
          slots[slot] = UInt32(truncatingIfNeeded: index + 1)
        }
      }
    }
  }

  /// The index of a text.
  func find(_ text: some Sequence<UInt8>) -> Int? {
    let wanted = Array(text)
    return wanted.withUnsafeBytes { wanted in
      texts.bytes.withUnsafeBytes { locate(wanted, in: $0).found }
    }
  }

  /// The index of a text.
  func find(_ text: UnsafeRawBufferPointer) -> Int? {
    texts.bytes.withUnsafeBytes { locate(text, in: $0).found }
  }

  private func locate(
    _ text: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer
  ) -> (slot: Int, found: Int?) {
    var hasher = Hasher()
    hasher.combine(bytes: text)
    let mask = slots.count - 1
    var slot = hasher.finalize() & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      let range = texts.utf8(at: index).indices
      if range.count == text.count,
        UnsafeRawBufferPointer(rebasing: bytes[range]).elementsEqual(text)
      {
        return (slot, index)
      }
      slot = (slot + 1) & mask
    }
    return (slot, nil)
  }
}
