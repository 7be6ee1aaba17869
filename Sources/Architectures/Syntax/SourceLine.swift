/// A logical line of an architecture file: comments gone, continuations joined.
struct SourceLine {
  /// Spaces before the first scalar.
  let indent: Int
  /// The text without indentation and comment; continued lines are joined by a space.
  var scalars: [Unicode.Scalar]
  /// Line and column of each scalar.
  var places: [(line: Int32, column: Int32)]
  /// The file's name.
  let file: String

  /// The position of a scalar; behind the last one for an index beyond the end.
  func location(_ index: Int) -> SourceLocation {
    if index < places.count {
      return SourceLocation(
        file: file, line: Int(places[index].line), column: Int(places[index].column))
    }
    guard let last = places.last else { return SourceLocation(file: file, line: 1, column: 1) }
    return SourceLocation(file: file, line: Int(last.line), column: Int(last.column) + 1)
  }

  /// The position of the first scalar.
  var location: SourceLocation { location(0) }

  mutating func append(_ other: SourceLine) {
    scalars.append(" ")
    places.append(other.places.first ?? (1, 1))
    scalars += other.scalars
    places += other.places
  }
}

/// The caps of the language.
enum LanguageLimit {
  static let fileBytes = 65_536
  static let lineColumns = 400
  static let rows = 1_000
  static let nesting = 8
  static let expressionDepth = 32
  static let level = 1
  /// Layers, experts and other counts that a description multiplies tensors by.
  static let repetitions = 100_000
  /// Tensors of one model.
  static let tensors = 1_000_000
}
