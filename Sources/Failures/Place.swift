/// Where a failure was found: any part may be unknown.
public struct Place: Hashable, Sendable, CustomStringConvertible {
  /// Path of the file, as the user named it.
  public var file: String?
  /// Position in the file, in bytes from its start.
  public var byteOffset: UInt64?
  /// One-based line and column of a text file.
  public var line: Int?
  /// One-based column, counted in Unicode scalars.
  public var column: Int?
  /// Name of the tensor concerned.
  public var tensor: String?

  /// A place with the parts that are known.
  public init(
    file: String? = nil, byteOffset: UInt64? = nil, line: Int? = nil, column: Int? = nil,
    tensor: String? = nil
  ) {
    self.file = file
    self.byteOffset = byteOffset
    self.line = line
    self.column = column
    self.tensor = tensor
  }

  /// Nothing is known.
  public static let unknown = Place()

  /// This place, with the parts that it lacks taken from `outer`.
  public func within(_ outer: Place) -> Place {
    Place(
      file: file ?? outer.file, byteOffset: byteOffset ?? outer.byteOffset,
      line: line ?? outer.line, column: column ?? outer.column, tensor: tensor ?? outer.tensor)
  }

  /// `file:line:column, byte 12, tensor 'x'`, as far as known.
  public var description: String {
    var head = file ?? ""
    if let line {
      head += ":\(line)"
      if let column { head += ":\(column)" }
    }
    var parts = head.isEmpty ? [] : [head]
    if let byteOffset { parts.append("byte \(byteOffset)") }
    if let tensor { parts.append("tensor '\(tensor)'") }
    return parts.joined(separator: ", ")
  }
}
