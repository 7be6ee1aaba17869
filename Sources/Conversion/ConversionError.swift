public import Failures

/// The domain of errors in planning and running a conversion.
public enum ConversionDomain: FailureDomain {
  /// `conversion`.
  public static let name = "conversion"
}

/// An error in planning or running a conversion.
public typealias ConversionError = Failure<ConversionDomain>

extension Failure.Code where Domain == ConversionDomain {
  /// Options contradict each other, or name what does not exist.
  public static var options: Self { .init("options", .usage) }
  /// Input and output are the same file.
  public static var sameFile: Self { .init("same-file", .usage) }
  /// The source holds nothing that can be converted.
  public static var source: Self { .init("source", .noInput) }
  /// A value cannot be held by the target.
  public static var value: Self { .init("value", .malformed) }
  /// Tensors that must be equal are not.
  public static var contradiction: Self { .init("contradiction", .malformed) }
  /// An importance file does not fit the model.
  public static var importance: Self { .init("importance", .malformed) }
  /// An adapter is damaged, or does not fit the model.
  public static var adapter: Self { .init("adapter", .malformed) }
  /// An adapter of a kind that is not supported.
  public static var adapterKind: Self { .init("adapter-kind", .unsupported) }
  /// A table of measured errors is damaged or tells of another model.
  public static var errorTable: Self { .init("error-table", .malformed) }
  /// A header has no key of that name.
  public static var key: Self { .init("key", .noInput) }
  /// No choice of types keeps to the budget.
  public static var budget: Self { .init("budget", .unsupported) }
  /// No chain of stages leads from the source's kind to the target's.
  public static var noRoute: Self { .init("no-route", .unsupported) }
  /// Refused by policy; an option allows it.
  public static var policy: Self { .init("policy", .unsupported) }
  /// The target cannot hold a tensor.
  public static var cannotHold: Self { .init("cannot-hold", .unsupported) }
  /// No architecture fits, and the request needs one.
  public static var architecture: Self { .init("architecture", .unsupported) }
  /// Too little memory or disk, found before the run.
  public static var resources: Self { .init("resources", .resources) }
  /// A failure of another module, passed on.
  public static var below: Self { .init("below", .inputOutput) }
  /// This program broke its own contract.
  public static var `internal`: Self { .init("internal", .internal) }
}
