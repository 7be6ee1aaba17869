/// An error that the command line can print and turn into an exit status.
public protocol ReportableError: Error, Sendable, CustomStringConvertible {
  /// The status the program ends with.
  var exitStatus: ExitStatus { get }
  /// Stable name of the defect, such as `tensor.overlap`.
  var codeName: String { get }
  /// What was expected, what was found and, where there is a choice, what is supported.
  var message: String { get }
  /// Where it was found.
  var place: Place { get }
}

extension ReportableError {
  /// `place: message`.
  public var description: String {
    let where_ = place.description
    return where_.isEmpty ? message : "\(where_): \(message)"
  }
}
