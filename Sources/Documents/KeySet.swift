/// The keys of one object: a list while there are few, a hashed set beyond.
///
/// Keys are compared byte by byte; Swift's own comparison takes canonically equivalent texts for
/// the same.
struct KeySet: Sendable {
  private struct Key: Hashable {
    let text: String
    static func == (a: Key, b: Key) -> Bool {
      // Swift's comparison is quick and false for most; where it is true, the bytes decide.
      a.text == b.text && a.text.utf8.elementsEqual(b.text.utf8)
    }
    func hash(into hasher: inout Hasher) {
      let done: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
      }
      if done == nil { for byte in text.utf8 { hasher.combine(byte) } }
    }
  }

  private static let listLimit = 8
  private var list: [Key] = []
  private var set: Set<Key> = []

  /// Forgets all keys; the list keeps its room.
  mutating func removeAll() {
    list.removeAll(keepingCapacity: true)
    if !set.isEmpty { set = [] }
  }

  /// Adds a key; false if it was there.
  mutating func insert(_ text: String) -> Bool {
    let key = Key(text: text)
    if list.count < Self.listLimit {
      if list.contains(key) { return false }
      list.append(key)
      return true
    }
    if set.isEmpty { set = Set(list) }
    // Fourfold room: a header's keys are hashed anew less often.
    if set.count == set.capacity { set.reserveCapacity(4 * set.count) }
    return set.insert(key).inserted
  }
}

extension String {
  /// The text as an error message may show it: its first 80 characters, control characters as
  /// escapes.
  var shortened: String {
    var result = ""
    for (index, scalar) in unicodeScalars.enumerated() {
      if index == 80 { return result + "..." }
      if scalar.value < 0x20 || scalar.value == 0x7F {
        result += scalar.jsonEscape
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
