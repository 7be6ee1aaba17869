internal import Failures

/// The caps of the recipe language.
enum RecipeLimit {
  static let fileBytes = 64 << 20
  static let rules = 1_000
  static let tensors = 1_000_000
  static let lines = 1_100_000
  static let wordBytes = 256
  static let stringBytes = 65_535
  /// Defects after which reading stops.
  static let problems = 1_000
  static let includes = 64
  static let level = 1
  /// Length of a pattern of `--tensor-type`.
  static let patternBytes = 1_000
}

/// A recipe file cut into lines: comments and outer spaces gone.
struct RecipeText {
  /// A line that says something.
  struct Line {
    let number: Int
    /// Spaces before the first byte.
    let indent: Int
    /// What it says.
    let range: Range<Int>
  }

  let file: String
  let bytes: [UInt8]
  private(set) var lines: [Line] = []
  private(set) var problems: [ArchitectureError] = []

  init(file: String, text: String) {
    self.file = file
    bytes = Array(text.utf8)
    guard bytes.count <= RecipeLimit.fileBytes else {
      problems = [
        ArchitectureError(
          .limit, "a recipe has at most \(RecipeLimit.fileBytes) bytes, this one \(bytes.count)",
          at: SourceLocation(file: file, line: 1, column: 1).place)
      ]
      return
    }
    var start = 0
    var number = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != Self.newline { end += 1 }
      number += 1
      scan(start, end, number)
      start = end + 1
      if lines.count > RecipeLimit.lines {
        let place = SourceLocation(file: file, line: number, column: 1).place
        problems.append(
          ArchitectureError(.limit, "a recipe has at most \(RecipeLimit.lines) lines", at: place))
      }
      if problems.count >= RecipeLimit.problems || lines.count > RecipeLimit.lines {
        lines = []
        return
      }
    }
  }

  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")

  private mutating func scan(_ start: Int, _ stop: Int, _ number: Int) {
    var index = start
    var quoted: Int?
    var end = stop
    scanning: while index < stop {
      switch bytes[index] {
      case Self.quote: quoted = quoted == nil ? index : nil
      case Self.backslash where quoted != nil: index += 1
      case UInt8(ascii: "#") where quoted == nil:
        end = index
        break scanning
      case UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        let what = bytes[index] == UInt8(ascii: "\t") ? "a tab" : "a carriage return"
        return report(
          start, index, number, "\(what); indent and separate by spaces, end with LF")
      default: break
      }
      index += 1
    }
    if let quoted { return report(start, quoted, number, "this string is never closed") }
    while end > start, bytes[end - 1] == Self.space { end -= 1 }
    var first = start
    while first < end, bytes[first] == Self.space { first += 1 }
    guard first < end else { return }
    lines.append(Line(number: number, indent: first - start, range: first..<end))
  }

  private mutating func report(_ start: Int, _ index: Int, _ number: Int, _ message: String) {
    let place = location(start, index, number).place
    problems.append(ArchitectureError(.syntax, message, at: place))
  }

  private func location(_ start: Int, _ index: Int, _ number: Int) -> SourceLocation {
    SourceLocation(file: file, line: number, column: 1 + columns(start..<index))
  }

  /// Unicode scalars that begin in a range of bytes.
  func columns(_ range: Range<Int>) -> Int {
    bytes[range].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }
}
