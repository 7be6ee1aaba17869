public import Failures

extension JSONReader {
  /// Where the reader stands: byte offset in the file, line and column in the document.
  public var place: Place { place(at: position) }

  /// The place of a byte; counting lines takes time in proportion to the document.
  func place(at index: Int) -> Place {
    var line = 1
    var column = 1
    for byte in bytes[start..<min(index, end)] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return Place(
      byteOffset: fileOffset &+ UInt64(max(0, index)), line: line, column: column)
  }

  /// An error at the reader's position, for rules of the caller's own.
  public func failure(_ code: DocumentError.Code, _ message: String) -> DocumentError {
    DocumentError(code, message, at: place)
  }

  /// An error at a byte.
  func failure(_ code: DocumentError.Code, _ message: String, at index: Int) -> DocumentError {
    DocumentError(code, message, at: place(at: index))
  }

  /// A syntax error: `what` was expected where the reader stands.
  func unexpected(_ what: String) -> DocumentError {
    if position == start, end - start >= 3, bytes[start] == 0xEF, bytes[start + 1] == 0xBB,
      bytes[start + 2] == 0xBF
    {
      return failure(.syntax, "expected \(what), found a byte order mark")
    }
    return failure(.syntax, "expected \(what), found \(found(at: position))")
  }

  /// What stands at a byte, in words.
  func found(at index: Int) -> String {
    guard index < end else { return "the end of the document" }
    let byte = bytes[index]
    if byte > 0x20, byte < 0x7F { return "'\(Character(UnicodeScalar(byte)))'" }
    let digits = String(byte, radix: 16, uppercase: true)
    return "the byte 0x\(digits.count == 1 ? "0" : "")\(digits)"
  }
}
