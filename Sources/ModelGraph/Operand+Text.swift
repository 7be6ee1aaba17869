extension Operand: CustomStringConvertible {
  /// `%3`, a parameter's name and shape, a number, or a record in braces.
  public var description: String {
    switch self {
    case .value(let id, _): id.description
    case .parameter(let use): use.description
    case .scalar(let scalar): scalar.description
    case .record(let fields):
      "{" + fields.map { "\($0.name) = \($0.value)" }.joined(separator: ", ") + "}"
    }
  }
}
