public import Failures

/// The domain of errors in forward graphs.
public enum GraphDomain: FailureDomain {
  /// `graph`.
  public static let name = "graph"
}

/// An error in a forward graph: an op, an argument or a shape.
public typealias GraphError = Failure<GraphDomain>

extension Failure.Code where Domain == GraphDomain {
  /// Too few or too many arguments, an attribute unknown, missing or twice, or one of a wrong kind.
  public static var argument: Self { .init("argument", .malformed) }
  /// A value or parameter has a shape or type that the op does not take.
  public static var shape: Self { .init("shape", .malformed) }
}
