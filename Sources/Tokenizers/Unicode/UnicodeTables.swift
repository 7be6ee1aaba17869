/// Properties of scalars after Unicode 16.0, whatever version the host's library has.
enum UnicodeTables {
  /// The general category; unassigned for what is no scalar.
  static func category(_ scalar: UInt32) -> GeneralCategory {
    ScalarClasses.shared(scalar).category
  }
  /// Whether the scalar has the property White_Space: 25 scalars.
  static func isWhiteSpace(_ scalar: UInt32) -> Bool { ScalarClasses.shared(scalar).isWhiteSpace }
  /// Whether the scalar is of the script Han.
  static func isHan(_ scalar: UInt32) -> Bool { ScalarClasses.shared(scalar).isHan }

  /// The lowercase of a scalar without regard to its neighbours: one scalar, of U+0130 two.
  static func lowercase(_ scalar: UInt32) -> (first: UInt32, second: UInt32?) {
    if scalar < 0x80 { return ((65...90).contains(scalar) ? scalar + 32 : scalar, nil) }
    return lowercase[scalar] ?? (scalar, nil)
  }

  /// The text in lowercase; bytes that are not UTF-8 stay.
  static func lowercased(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    text.withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return }
      var position = 0
      while position < text.count {
        let (scalar, length) = UTF8Scalars.decode(base, position, text.count)
        let (first, second) = lowercase(scalar)
        UTF8Scalars.append(first, to: &result)
        if let second { UTF8Scalars.append(second, to: &result) }
        position += length
      }
    }
    return result
  }

  private static let lowercase: [UInt32: (first: UInt32, second: UInt32?)] = {
    var result: [UInt32: (first: UInt32, second: UInt32?)] = [:]
    var reader = UnicodeData.Reader(UnicodeData.lowercaseRuns)
    var start: UInt32 = 0
    while let distance = reader.next(), let countAndStep = reader.next(),
      let offset = reader.nextSigned()
    {
      start += distance
      for index in 0..<(countAndStep / 2) {
        let scalar = start + index * (1 + countAndStep & 1)
        result[scalar] = (UInt32(truncatingIfNeeded: Int(scalar) + offset), nil)
      }
    }
    reader = UnicodeData.Reader(UnicodeData.lowercasePairs)
    while let scalar = reader.next(), let first = reader.next(), let second = reader.next() {
      result[scalar] = (first, second)
    }
    return result
  }()
}
