/// A module, as far as its errors are concerned.
public protocol FailureDomain: Sendable {
  /// First part of every code's name.
  static var name: String { get }
}

/// The one error type of a module: a code, a message, a place and what caused it.
///
/// A module declares `enum CheckpointDomain: FailureDomain`, `typealias CheckpointError =
/// Failure<CheckpointDomain>`, and its codes in `extension Failure.Code where Domain ==
/// CheckpointDomain`. Codes compare by name, so that new ones do not break callers.
public struct Failure<Domain: FailureDomain>: ReportableError {
  /// A kind of defect.
  public struct Code: Hashable, Sendable {
    /// Name without the module's part.
    public let name: String
    /// The exit status that this defect leads to.
    public let exitStatus: ExitStatus

    /// A code with its exit status.
    public init(_ name: String, _ exitStatus: ExitStatus) {
      self.name = name
      self.exitStatus = exitStatus
    }
  }

  /// The kind of defect.
  public let code: Code
  /// What was expected and what was found.
  public let message: String
  /// Where it was found.
  public var place: Place
  /// The failure below this one.
  public let cause: (any ReportableError)?

  /// An error of this module.
  public init(
    _ code: Code, _ message: String, at place: Place = .unknown,
    cause: (any ReportableError)? = nil
  ) {
    self.code = code
    self.message = message
    self.place = place
    self.cause = cause
  }

  /// An error that passes on another module's failure under a code of this one.
  public init(_ code: Code, wrapping cause: any ReportableError, at outer: Place = .unknown) {
    self.init(code, cause.message, at: cause.place.within(outer), cause: cause)
  }

  /// A wrapped failure keeps the status of its cause.
  public var exitStatus: ExitStatus { cause?.exitStatus ?? code.exitStatus }

  /// `module.code`; a wrapped failure keeps the name of its cause, which says what is wrong.
  public var codeName: String { cause?.codeName ?? "\(Domain.name).\(code.name)" }

  /// The same failure, with unknown parts of its place taken from `outer`.
  public func within(_ outer: Place) -> Self {
    var copy = self
    copy.place = place.within(outer)
    return copy
  }
}
