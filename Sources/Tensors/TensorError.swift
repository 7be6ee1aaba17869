public import Failures

/// The domain of errors about shapes, types and layouts.
public enum TensorDomain: FailureDomain {
  /// `tensor`.
  public static let name = "tensor"
}

/// An error about a tensor's shape, type or layout.
public typealias TensorError = Failure<TensorDomain>

extension Failure.Code where Domain == TensorDomain {
  /// A shape does not fit what is done with it.
  public static var shape: Self { .init("shape", .malformed) }
  /// A layout step is not known or its arguments are wrong.
  public static var layout: Self { .init("layout", .malformed) }
}
