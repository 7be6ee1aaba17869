internal import Failures

/// Reads the words, names and strings of a logical line from left to right.
struct LineCursor {
  let line: SourceLine
  var index = 0
  /// Things that checks look at, gathered by the expression parser.
  var mentions: [Mention] = []
  /// Depth of `any` and `all` around the current position.
  var bindingDepth = 0
  /// The line is a statement: there `bias` begins no clause and may be a value's name.
  var isStatement = false
  /// Tensors, whose names end a condition: `if C or embedding if tied`.
  var tensorNames: Set<String> = []
  /// Depth of the expression being read.
  var depth = 0

  init(_ line: SourceLine) { self.line = line }

  var location: SourceLocation { line.location(index) }
  var scalar: Unicode.Scalar? { index < line.scalars.count ? line.scalars[index] : nil }
  func scalar(ahead count: Int) -> Unicode.Scalar? {
    index + count < line.scalars.count ? line.scalars[index + count] : nil
  }
  var isAtEnd: Bool {
    mutating get {
      skipSpaces()
      return index >= line.scalars.count
    }
  }

  mutating func skipSpaces() { while scalar == " " { index += 1 } }

  func failure(
    _ code: ArchitectureError.Code = .syntax, _ message: String, at location: SourceLocation? = nil
  ) -> ArchitectureError {
    var next = self
    next.skipSpaces()
    return ArchitectureError(code, message, at: (location ?? next.location).place)
  }

  /// What stands at the cursor, for messages.
  var found: String {
    mutating get {
      skipSpaces()
      guard index < line.scalars.count else { return "the end of the line" }
      var end = index
      while end < line.scalars.count, line.scalars[end] != " ", end - index < 40 { end += 1 }
      return "'\(text(index..<end))'"
    }
  }

  func text(_ range: Range<Int>) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: line.scalars[range])
    return String(result)
  }

  /// The next run of scalars up to a space: a column.
  mutating func column(_ what: String) throws(ArchitectureError) -> (String, SourceLocation) {
    skipSpaces()
    let start = index
    while let scalar, scalar != " " { index += 1 }
    guard index > start else { throw failure(.syntax, "expected \(what), found \(found)") }
    return (text(start..<index), line.location(start))
  }

  /// The columns up to the end of the line.
  mutating func columns() throws(ArchitectureError) -> [(String, SourceLocation)] {
    var result: [(String, SourceLocation)] = []
    while !isAtEnd { result.append(try column("a word")) }
    return result
  }

  /// The name at the cursor without moving, empty if there is none.
  mutating func peekName() -> String {
    let start = index
    defer { index = start }
    return scanName() ?? ""
  }

  /// A NAME of the grammar.
  mutating func name(_ what: String) throws(ArchitectureError) -> (String, SourceLocation) {
    skipSpaces()
    let place = location
    guard let name = scanName() else {
      throw failure(.syntax, "expected \(what), found \(found)")
    }
    return (name, place)
  }

  private mutating func scanName() -> String? {
    skipSpaces()
    let start = index
    guard let first = scalar, first.isLetter else { return nil }
    while let next = scalar, next.isNamePart { index += 1 }
    while scalar == ".", let next = scalar(ahead: 1), next.isNamePart {
      index += 1
      while let next = scalar, next.isNamePart { index += 1 }
    }
    return text(start..<index)
  }

  /// Takes `symbol` if it stands here.
  mutating func take(_ symbol: String) -> Bool {
    skipSpaces()
    let wanted = Array(symbol.unicodeScalars)
    guard index + wanted.count <= line.scalars.count,
      line.scalars[index..<index + wanted.count].elementsEqual(wanted)
    else { return false }
    index += wanted.count
    return true
  }

  /// Takes `word` if it stands here as a whole name.
  mutating func takeWord(_ word: String) -> Bool {
    guard peekName() == word else { return false }
    _ = scanName()
    return true
  }

  mutating func expect(_ symbol: String) throws(ArchitectureError) {
    guard take(symbol) else { throw failure(.syntax, "expected '\(symbol)', found \(found)") }
  }

  mutating func expectEnd() throws(ArchitectureError) {
    guard isAtEnd else { throw failure(.syntax, "expected the end of the line, found \(found)") }
  }

  /// A STRING: no escapes, so that it holds neither quotes nor line ends.
  mutating func string(_ what: String) throws(ArchitectureError) -> String {
    skipSpaces()
    guard scalar == "\"" else { throw failure(.syntax, "expected \(what), found \(found)") }
    let start = index + 1
    index += 1
    while let scalar, scalar != "\"" { index += 1 }
    guard scalar == "\"" else { throw failure(.syntax, "this string is never closed") }
    index += 1
    return text(start..<index - 1)
  }
}

extension Unicode.Scalar {
  var isLetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
  var isDecimalDigit: Bool { ("0"..."9").contains(self) }
  var isNamePart: Bool { isLetter || isDecimalDigit || self == "_" }
}
