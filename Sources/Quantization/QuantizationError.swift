public import Failures

/// The domain of errors about block types and packings.
public enum QuantizationDomain: FailureDomain {
  /// `quantization`.
  public static let name = "quantization"
}

/// An error about a block type or packing.
public typealias QuantizationError = Failure<QuantizationDomain>

extension Failure.Code where Domain == QuantizationDomain {
  /// The type has no codec: its blocks can be copied, not encoded or decoded.
  public static var noCodec: Self { .init("no-codec", .unsupported) }
  /// A value cannot be held by the type.
  public static var value: Self { .init("value", .malformed) }
}
