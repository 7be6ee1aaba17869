public import Failures

/// A position in an architecture file.
public struct SourceLocation: Hashable, Sendable {
  /// The file's name, as messages print it.
  public let file: String
  /// One-based line.
  public let line: Int
  /// One-based column in Unicode scalars.
  public let column: Int
  /// A position.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
  /// The position as a failure's place.
  public var place: Place { Place(file: file, line: line, column: column) }
}
