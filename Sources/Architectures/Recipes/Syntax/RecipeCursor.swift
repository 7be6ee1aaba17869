internal import Failures

/// Reads the words, strings and conditions of a recipe's line from left to right.
struct RecipeCursor {
  let text: RecipeText
  let line: RecipeText.Line
  private var index: Int
  /// A byte whose column is known, so that columns are counted once along the line.
  private var counted: (index: Int, column: Int)

  init(_ text: RecipeText, _ line: RecipeText.Line) {
    self.text = text
    self.line = line
    index = line.range.lowerBound
    counted = (index, line.indent + 1)
  }

  private var end: Int { line.range.upperBound }

  /// The position of the next word.
  var location: SourceLocation {
    mutating get {
      skipSpaces()
      counted = (index, counted.column + text.columns(counted.index..<index))
      return SourceLocation(file: text.file, line: line.number, column: counted.column)
    }
  }

  /// The position of the line's first word.
  var lineLocation: SourceLocation {
    SourceLocation(file: text.file, line: line.number, column: line.indent + 1)
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpaces()
      return index >= end
    }
  }

  var isAtString: Bool { mutating get { !isAtEnd && text.bytes[index] == RecipeText.quote } }

  private mutating func skipSpaces() {
    while index < end, text.bytes[index] == RecipeText.space { index += 1 }
  }

  /// What stands here, for messages.
  var found: String {
    var copy = self
    guard !copy.isAtEnd else { return "the end of the line" }
    let start = copy.index
    while copy.index < end, text.bytes[copy.index] != RecipeText.space, copy.index - start < 60 {
      copy.index += 1
    }
    return "'\(String(decoding: text.bytes[start..<copy.index], as: UTF8.self))'"
  }

  func failure(
    _ code: ArchitectureError.Code, _ message: String, at place: SourceLocation? = nil
  ) -> ArchitectureError {
    var copy = self
    return ArchitectureError(code, message, at: (place ?? copy.location).place)
  }

  /// The next run of bytes up to a space.
  mutating func word(_ what: String) throws(ArchitectureError) -> (String, SourceLocation) {
    let place = location
    let start = index
    while index < end, text.bytes[index] != RecipeText.space, text.bytes[index] != RecipeText.quote
    {
      index += 1
    }
    guard index > start else { throw failure(.syntax, "expected \(what), found \(found)") }
    guard index - start <= RecipeLimit.wordBytes else {
      throw failure(.syntax, "a word has at most \(RecipeLimit.wordBytes) bytes", at: place)
    }
    return (String(decoding: text.bytes[start..<index], as: UTF8.self), place)
  }

  /// Takes a word if it stands here.
  mutating func take(_ word: String) -> Bool {
    var copy = self
    guard !copy.isAtEnd, let next = try? copy.word("a word"), next.0 == word else { return false }
    self = copy
    return true
  }

  mutating func expectEnd() throws(ArchitectureError) {
    guard isAtEnd else { throw failure(.syntax, "expected the end of the line, found \(found)") }
  }

  /// A string in quotes; `\"`, `\\` and `\u{HEX}` stand for what cannot be written plainly.
  mutating func string(_ what: String) throws(ArchitectureError) -> String {
    guard isAtString else { throw failure(.syntax, "expected \(what), found \(found)") }
    let opening = location
    index += 1
    let start = index
    var isPlain = true
    while index < end, text.bytes[index] != RecipeText.quote {
      if text.bytes[index] == RecipeText.backslash {
        isPlain = false
        index += 1
      }
      index += 1
    }
    guard index < end else { throw failure(.syntax, "this string is never closed", at: opening) }
    let content = text.bytes[start..<index]
    index += 1
    guard content.count <= RecipeLimit.stringBytes else {
      throw failure(
        .syntax, "a name has at most \(RecipeLimit.stringBytes) bytes", at: opening)
    }
    if isPlain { return String(decoding: content, as: UTF8.self) }
    guard let result = RecipeString.unescaped(content) else {
      throw failure(
        .syntax, "a backslash stands only in \\\", \\\\ and \\u{HEX}", at: opening)
    }
    return result
  }

  /// The condition that stands here, up to where it ends.
  mutating func formula() throws(ArchitectureError) -> Formula {
    guard !isAtEnd else {
      throw failure(.syntax, "expected a condition, found the end of the line")
    }
    let column = location.column
    let rest = String(decoding: text.bytes[index..<end], as: UTF8.self)
    let scalars = Array(rest.unicodeScalars)
    guard scalars.count <= LanguageLimit.lineColumns else {
      throw failure(.limit, "a condition has at most \(LanguageLimit.lineColumns) columns")
    }
    let places = scalars.indices.map { (Int32(line.number), Int32(column + $0)) }
    var inner = LineCursor(
      SourceLine(indent: 0, scalars: scalars, places: places, file: text.file))
    let formula = try inner.formula()
    for scalar in scalars.prefix(inner.index) { index += UTF8.width(scalar) }
    return formula
  }
}

/// Strings of the recipe language.
enum RecipeString {
  /// A string in quotes that reads back as this text.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The text of a string's inside; nil if a backslash means nothing.
  static func unescaped(_ bytes: ArraySlice<UInt8>) -> String? {
    var result = String.UnicodeScalarView()
    var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      switch scalars.next() {
      case "\"": result.append("\"")
      case "\\": result.append("\\")
      case "u":
        guard scalars.next() == "{" else { return nil }
        var digits = ""
        while let digit = scalars.next(), digit != "}" {
          guard digits.utf8.count < 8 else { return nil }
          digits.unicodeScalars.append(digit)
        }
        guard let value = UInt32(digits, radix: 16), let decoded = Unicode.Scalar(value) else {
          return nil
        }
        result.append(decoded)
      default: return nil
      }
    }
    return String(result)
  }
}
