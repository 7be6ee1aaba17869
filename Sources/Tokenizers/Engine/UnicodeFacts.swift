/// Facts of code points, as Unicode 16.0 has them.
enum UnicodeFacts {
  /// The general category.
  static func category(_ value: UInt32) -> Unicode.GeneralCategory {
    guard let scalar = UnicodeScalar(value) else { return .surrogate }
    // U+0295 became another kind of letter in 17.0.
    if value == 0x295 { return .lowercaseLetter }
    guard let age = scalar.properties.age, age.major <= 16 else {
      // Only noncharacters have no age and are unassigned; private use has one.
      return .unassigned
    }
    return scalar.properties.generalCategory
  }

  /// White_Space.
  static func isWhitespace(_ value: UInt32) -> Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }

  /// Category N.
  static func isNumber(_ value: UInt32) -> Bool {
    switch category(value) {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  /// Category P.
  static func isPunctuation(_ value: UInt32) -> Bool {
    switch category(value) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }

  /// Category M.
  static func isMark(_ value: UInt32) -> Bool {
    switch category(value) {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// A character of words as regular expressions have them: Alphabetic, M, Nd, Pc, Join_Control.
  static func isWord(_ value: UInt32) -> Bool {
    switch category(value) {
    case .unassigned: return false
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default:
      return value == 0x200C || value == 0x200D
        || (UnicodeScalar(value)?.properties.isAlphabetic ?? false)
    }
  }

  /// Appends the lowercase form of a code point, without regard to what stands beside it.
  static func appendLowercase(_ value: UInt32, to text: inout [UInt8]) {
    if value < 0x80 {
      let byte = UInt8(truncatingIfNeeded: value)
      return text.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
    }
    guard let scalar = UnicodeScalar(value), category(value) != .unassigned else {
      return text.append(scalar: value)
    }
    text.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
  }
}
