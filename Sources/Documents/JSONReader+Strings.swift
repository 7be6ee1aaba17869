public import Failures

extension JSONReader {
  /// Place of a string's content, between its quotes.
  struct StringSpan {
    let range: Range<Int>
    let hasEscapes: Bool
  }

  /// Reads a string.
  public mutating func readString() throws(DocumentError) -> String {
    try expect(.string, "a string")
    let span = try scanString()
    valueIsNext = false
    return string(span)
  }

  /// Reads a string and appends it to a list.
  public mutating func readString(into list: inout PackedStrings) throws(DocumentError) {
    try expect(.string, "a string")
    try append(try scanString(), to: &list)
    valueIsNext = false
  }

  /// Appends a scanned string to a list, which holds less than 4 GiB.
  func append(_ span: StringSpan, to list: inout PackedStrings) throws(DocumentError) {
    guard list.bytes.count <= Int(UInt32.max) - span.range.count else {
      throw failure(.limit, "texts of more than 4 GiB in one list")
    }
    if span.hasEscapes {
      unescaped(span.range).withUnsafeBytes { list.append(utf8: $0) }
    } else {
      bytes.withUnsafeBytes { list.append(utf8: UnsafeRawBufferPointer(rebasing: $0[span.range])) }
    }
  }

  /// The text of a scanned string.
  func string(_ span: StringSpan) -> String {
    if span.hasEscapes { return String(decoding: unescaped(span.range), as: UTF8.self) }
    return bytes.withUnsafeBufferPointer {
      String(decoding: UnsafeBufferPointer(rebasing: $0[span.range]), as: UTF8.self)
    }
  }

  /// Passes over the string whose opening quote is at `position`, checking all of it.
  mutating func scanString() throws(DocumentError) -> StringSpan {
    let begin = position + 1
    var index = begin
    var hasEscapes = false
    while true {
      index = bytes.withUnsafeBufferPointer { Self.plainEnd($0, from: index, to: end) }
      guard index < end else {
        throw failure(.syntax, "a string that begins here does not end", at: position)
      }
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        index = try passEscape(index)
      } else if byte < 0x20 {
        throw failure(
          .syntax, "a control character in a string must be escaped, found \(found(at: index))",
          at: index)
      } else {
        throw failure(.utf8, "not valid UTF-8: \(found(at: index))", at: index)
      }
    }
    position = index + 1
    return StringSpan(range: begin..<index, hasEscapes: hasEscapes)
  }

  /// The end of the run of valid UTF-8 without quotes, escapes and control characters.
  private static func plainEnd(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> Int {
    var index = start
    while index < end {
      let byte = bytes[index]
      if byte < 0x80 {
        if byte < 0x20 || byte == 0x22 || byte == 0x5C { return index }
        index += 1
      } else {
        let length = UTF8Check.sequenceLength(bytes, at: index, end: end)
        if length == 0 { return index }
        index += length
      }
    }
    return index
  }

  /// Checks the escape at `index` and gives the index after it.
  private func passEscape(_ index: Int) throws(DocumentError) -> Int {
    guard index + 1 < end else {
      throw failure(.syntax, "a string that begins here does not end", at: position)
    }
    switch bytes[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return index + 2
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(index) else {
        throw failure(.syntax, "expected four hexadecimal digits after '\\u'", at: index)
      }
      if unit & 0xF800 != 0xD800 { return index + 6 }
      if unit < 0xDC00, let low = codeUnit(index + 6), low & 0xFC00 == 0xDC00 { return index + 12 }
      throw failure(
        .utf8, "the escape of half a surrogate pair, \\u\(String(unit, radix: 16)), stands alone",
        at: index)
    default:
      throw failure(
        .syntax, "expected one of \" \\ / b f n r t u after '\\', found \(found(at: index + 1))",
        at: index)
    }
  }

  /// The number of the escape `\uXXXX` at `index`, nil if there is none.
  private func codeUnit(_ index: Int) -> UInt32? {
    guard index + 6 <= end, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt32 = 0
    for digit in bytes[(index + 2)..<(index + 6)] {
      guard let value = digit.hexadecimalValue else { return nil }
      unit = unit << 4 | UInt32(value)
    }
    return unit
  }

  /// The content of a checked string, its escapes resolved.
  private func unescaped(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
        result.append(byte)
        index += 1
        continue
      }
      let letter = bytes[index + 1]
      if letter == UInt8(ascii: "u"), let unit = codeUnit(index) {
        var value = unit
        index += 6
        if unit & 0xFC00 == 0xD800, let low = codeUnit(index) {
          value = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
          index += 6
        }
        if let scalar = UnicodeScalar(value) {
          result.append(contentsOf: UTF8.encode(scalar) ?? .init())
        }
      } else {
        result.append(letter.escapeMeaning)
        index += 2
      }
    }
    return result
  }
}

extension UInt8 {
  /// The value of a hexadecimal digit.
  var hexadecimalValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// What the letter after a backslash stands for; quotes, slashes and backslashes for themselves.
  var escapeMeaning: UInt8 {
    switch self {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: self
    }
  }
}
