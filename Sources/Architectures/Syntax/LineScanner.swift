internal import Failures

/// Cuts an architecture file into logical lines and checks its outer form.
struct LineScanner {
  private let file: String
  private(set) var problems: [ArchitectureError] = []
  private(set) var lines: [SourceLine] = []

  /// Scans a whole file; defects of single lines are gathered.
  init(file: String, text: String) {
    self.file = file
    guard text.utf8.count <= LanguageLimit.fileBytes else {
      report(
        .limit, 1, 1,
        "a file has at most \(LanguageLimit.fileBytes) bytes, this one \(text.utf8.count)")
      return
    }
    var number = 0
    var open: [(line: Int, column: Int)] = []
    var current: SourceLine?
    for raw in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      let scalars = Array(raw)
      if scalars.count > LanguageLimit.lineColumns {
        report(
          .limit, number, LanguageLimit.lineColumns + 1,
          "a line has at most \(LanguageLimit.lineColumns) columns, this one \(scalars.count)")
        continue
      }
      if let index = scalars.firstIndex(where: { $0 == "\t" || $0 == "\r" }) {
        let what = scalars[index] == "\t" ? "a tab" : "a carriage return"
        report(.syntax, number, index + 1, "\(what); indent and separate by spaces, end with LF")
        continue
      }
      guard let line = scan(scalars, number, &open) else { continue }
      if var joined = current {
        joined.append(line)
        current = joined
      } else {
        current = line
      }
      if open.isEmpty, let complete = current {
        lines.append(complete)
        current = nil
      }
    }
    if let first = open.first {
      report(.syntax, first.line, first.column, "this bracket is never closed")
    }
    if lines.count > LanguageLimit.rows {
      let place = lines[LanguageLimit.rows].location
      report(
        .limit, place.line, place.column,
        "a file has at most \(LanguageLimit.rows) rows, this one \(lines.count)")
      lines = []
    }
  }

  /// One physical line without its comment, nil if nothing is left.
  private mutating func scan(
    _ scalars: [Unicode.Scalar], _ number: Int, _ open: inout [(line: Int, column: Int)]
  ) -> SourceLine? {
    var end = scalars.count
    var quoted: Int?
    scanning: for (index, scalar) in scalars.enumerated() {
      if quoted != nil {
        if scalar == "\"" { quoted = nil }
        continue
      }
      switch scalar {
      case "\"": quoted = index
      case "#":
        end = index
        break scanning
      case "(", "[": open.append((number, index + 1))
      case ")", "]":
        if open.isEmpty {
          report(.syntax, number, index + 1, "'\(scalar)' closes no bracket")
          return nil
        }
        open.removeLast()
      default: break
      }
    }
    if let quoted {
      report(.syntax, number, quoted + 1, "this string is never closed")
      return nil
    }
    while end > 0, scalars[end - 1] == " " { end -= 1 }
    guard let start = scalars[..<end].firstIndex(where: { $0 != " " }) else { return nil }
    return SourceLine(
      indent: start, scalars: Array(scalars[start..<end]),
      places: (start..<end).map { (Int32(number), Int32($0 + 1)) }, file: file)
  }

  private mutating func report(
    _ code: ArchitectureError.Code, _ line: Int, _ column: Int, _ message: String
  ) {
    let location = SourceLocation(file: file, line: line, column: column)
    problems.append(ArchitectureError(code, message, at: location.place))
  }
}
