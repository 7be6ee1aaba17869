/// The data of Unicode 16.0, the version that tiktoken and tokenizers use, as generated literals.
enum UnicodeData {
  /// The first value that is no scalar.
  static let scalarCount: UInt32 = 0x110000

  /// Reads the numbers of a literal: five bits a character, the lowest first, 32 added where more
  /// follow; line ends do not count.
  struct Reader {
    private let text: StaticString
    private var position = 0

    init(_ text: StaticString) { self.text = text }

    /// The next number, nil at the end.
    mutating func next() -> UInt32? {
      text.withUTF8Buffer { bytes in
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while position < bytes.count {
          let byte = bytes[position]
          position += 1
          guard byte >= 0x23 else { continue }
          let digit = UInt32(byte - 0x23)
          value |= (digit & 31) << shift
          if digit < 32 { return value }
          shift += 5
        }
        return nil
      }
    }

    /// The next number where the lowest bit is the sign.
    mutating func nextSigned() -> Int? {
      next().map { $0 & 1 == 0 ? Int($0 / 2) : -Int($0 / 2) - 1 }
    }
  }
}
