/// `'s|'t|'re|'ve|'m|'ll|'d`: endings that are pieces of their own, or part of the word.
enum Contractions: Sendable {
  /// None.
  case none
  /// In lowercase only.
  case lowercase
  /// In either case of ASCII.
  case ascii
  /// In either case as Unicode folds it: U+017F is an s.
  case folded

  /// The end of the contraction at a position where an apostrophe stands; nil if there is none.
  @inline(__always)
  func end(in text: SplitText, at position: Int) -> Int? {
    guard self != .none, text.has(0x27, at: position) else { return nil }
    return endBehindApostrophe(in: text, at: position)
  }

  @inline(never)
  private func endBehindApostrophe(in text: SplitText, at position: Int) -> Int? {
    guard position + 1 < text.count else { return nil }
    let first = letter(text.bytes[position + 1])
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return position + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      guard position + 2 < text.count else { return nil }
      let wanted = first == UInt8(ascii: "l") ? first : UInt8(ascii: "e")
      return letter(text.bytes[position + 2]) == wanted ? position + 3 : nil
    case 0xC5:
      // U+017F, the long s
      return self == .folded && text.has(0xBF, at: position + 2) ? position + 3 : nil
    default: return nil
    }
  }

  private func letter(_ byte: UInt8) -> UInt8 {
    self != .lowercase && (65...90).contains(byte) ? byte + 32 : byte
  }
}
