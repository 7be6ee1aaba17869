/// Unicode as llama.cpp has it: 15.1, in which the code points of 16.0 are not assigned yet.
///
/// Found by comparing its tables with those of 16.0 for every code point: there is no other
/// difference in general categories (their first letters), white space, lowercase and first parts of
/// canonical decompositions, but U+0130, whose lowercase has one code point.
enum LlamaCppUnicode {
  /// The class of a code point.
  static func classOf(_ value: UInt32) -> ScalarClass {
    isRecent(value) ? .unassigned : ScalarClasses.shared(value)
  }

  /// The lowercase of a code point.
  static func lowercase(_ value: UInt32) -> UInt32 {
    classOf(value) == .unassigned ? value : UnicodeTables.lowercase(value).first
  }

  /// The first part of a code point's canonical decomposition: the rest is lost.
  static func base(_ value: UInt32) -> UInt32 {
    guard value >= 0xC0, !isRecent(value) else { return value }
    var text: [UInt8] = []
    text.append(scalar: value)
    let parts = Normalization.nfd(text, by: .unicode16)
    return parts.withUnsafeBufferPointer { $0.scalar(at: 0).value }
  }

  /// Whether a code point is new in 16.0.
  static func isRecent(_ value: UInt32) -> Bool {
    guard value >= 0x897 else { return false }
    var low = 0
    var high = recent.count
    while low < high {
      let middle = (low + high) / 2
      if recent[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < recent.count && recent[low].contains(value)
  }

  private static let recent: [ClosedRange<UInt32>] = [
    0x897...0x897, 0x1B4E...0x1B4F, 0x1B7F...0x1B7F, 0x1C89...0x1C8A, 0x2427...0x2429,
    0x31E4...0x31E5, 0xA7CB...0xA7CD, 0xA7DA...0xA7DC, 0x105C0...0x105F3, 0x10D40...0x10D65,
    0x10D69...0x10D85, 0x10D8E...0x10D8F, 0x10EC2...0x10EC4, 0x10EFC...0x10EFC,
    0x11380...0x11389, 0x1138B...0x1138B, 0x1138E...0x1138E, 0x11390...0x113B5,
    0x113B7...0x113C0, 0x113C2...0x113C2, 0x113C5...0x113C5, 0x113C7...0x113CA,
    0x113CC...0x113D5, 0x113D7...0x113D8, 0x113E1...0x113E2, 0x116D0...0x116E3,
    0x11BC0...0x11BE1, 0x11BF0...0x11BF9, 0x11F5A...0x11F5A, 0x13460...0x143FA,
    0x16100...0x16139, 0x16D40...0x16D79, 0x18CFF...0x18CFF, 0x1CC00...0x1CCF9,
    0x1CD00...0x1CEB3, 0x1E5D0...0x1E5FA, 0x1E5FF...0x1E5FF, 0x1F8B2...0x1F8BB,
    0x1F8C0...0x1F8C1, 0x1FA89...0x1FA89, 0x1FA8F...0x1FA8F, 0x1FABE...0x1FABE,
    0x1FAC6...0x1FAC6, 0x1FADC...0x1FADC, 0x1FADF...0x1FADF, 0x1FAE9...0x1FAE9,
    0x1FBCB...0x1FBEF,
  ]
}
