public import Failures

extension JSONReader {
  /// Reads true or false.
  public mutating func readBool() throws(DocumentError) -> Bool {
    try expect(.bool, "true or false")
    let value = current == UInt8(ascii: "t")
    try passWord(value ? "true" : "false")
    return value
  }

  /// Reads null.
  public mutating func readNull() throws(DocumentError) {
    try expect(.null, "null")
    try passWord("null")
  }

  /// Reads an integer, exactly.
  ///
  /// - Throws: `.number` for a fraction or exponent, and for what `Int` cannot hold.
  public mutating func readInt() throws(DocumentError) -> Int { try readInteger() }

  /// Reads a non-negative integer, exactly.
  ///
  /// - Throws: `.number` for a fraction or exponent, and for what `UInt64` cannot hold.
  public mutating func readUInt64() throws(DocumentError) -> UInt64 { try readInteger() }

  /// Reads a number as the nearest binary64.
  ///
  /// - Throws: `.number` if it exceeds the greatest finite value.
  public mutating func readDouble() throws(DocumentError) -> Double {
    try expect(.number, "a number")
    let begin = position
    let number = try scanNumber()
    valueIsNext = false
    guard let value = bytes[number.range].decimalValue, value.isFinite else {
      throw failure(
        .number, "the number \(text(number.range)) does not fit 64-bit float", at: begin)
    }
    return value
  }

  /// Reads a number, keeping its text.
  public mutating func readNumber() throws(DocumentError) -> JSONNumber {
    try expect(.number, "a number")
    let number = try scanNumber()
    valueIsNext = false
    return JSONNumber(checked: String(decoding: bytes[number.range], as: UTF8.self))
  }

  /// Passes over a value that is neither array nor object.
  mutating func skipScalar() throws(DocumentError) {
    switch try peekKind() {
    case .string: _ = try scanString()
    case .number: _ = try scanNumber()
    case .null: try passWord("null")
    default: try passWord(current == UInt8(ascii: "t") ? "true" : "false")
    }
    valueIsNext = false
  }

  /// Passes one of the three words.
  private mutating func passWord(_ word: StaticString) throws(DocumentError) {
    let count = word.utf8CodeUnitCount
    let matches =
      end - position >= count
      && word.withUTF8Buffer { bytes[position..<(position + count)].elementsEqual($0) }
    guard matches else { throw failure(.syntax, "expected '\(word)'") }
    position += count
    valueIsNext = false
  }

  private mutating func readInteger<T: FixedWidthInteger>() throws(DocumentError) -> T {
    try expect(.number, "an integer")
    let begin = position
    let number = try scanNumber()
    valueIsNext = false
    guard number.isInteger else {
      throw failure(
        .number, "expected an integer, found \(text(number.range))", at: begin)
    }
    let literal = bytes[number.range]
    guard let value = T(decimal: literal) else {
      throw failure(
        .number, "the integer \(text(number.range)) does not lie within \(T.min)...\(T.max)",
        at: begin)
    }
    return value
  }

  /// A literal as an error message shows it.
  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self).shortened
  }

  /// Passes over a number, checking its grammar.
  mutating func scanNumber() throws(DocumentError) -> (range: Range<Int>, isInteger: Bool) {
    let begin = position
    var isInteger = true
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
      if let byte = current, byte.isDigit {
        throw failure(.syntax, "a number must not begin with a needless 0", at: begin)
      }
    } else {
      try passDigits()
    }
    if current == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try passDigits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try passDigits()
    }
    return (begin..<position, isInteger)
  }

  /// Passes over at least one digit.
  @inline(__always)
  private mutating func passDigits() throws(DocumentError) {
    guard let first = current, first.isDigit else { throw unexpected("a digit") }
    position += 1
    while let byte = current, byte.isDigit { position += 1 }
  }
}

extension UInt8 {
  /// Whether it is one of 0 to 9.
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}
