public import Failures

/// The domain of errors in checkpoint files.
public enum CheckpointDomain: FailureDomain {
  /// `checkpoint`.
  public static let name = "checkpoint"
}

/// An error in a checkpoint file.
public typealias CheckpointError = Failure<CheckpointDomain>

extension Failure.Code where Domain == CheckpointDomain {
  /// The file ends too early.
  public static var truncated: Self { .init("truncated", .malformed) }
  /// The header breaks its format's rules.
  public static var header: Self { .init("header", .malformed) }
  /// A tensor's description is not consistent.
  public static var tensor: Self { .init("tensor", .malformed) }
  /// Tensors' bytes overlap, leave holes, or lie outside the file.
  public static var layout: Self { .init("layout", .malformed) }
  /// A name or key stands twice.
  public static var duplicate: Self { .init("duplicate", .malformed) }
  /// A count, length, depth or size exceeds its cap.
  public static var limit: Self { .init("limit", .malformed) }
  /// A checksum does not match.
  public static var checksum: Self { .init("checksum", .malformed) }
  /// A pickle asks for something outside the allow-list.
  public static var forbidden: Self { .init("forbidden", .malformed) }
  /// The index and its shards disagree.
  public static var index: Self { .init("index", .malformed) }
  /// A shard that the index names is missing.
  public static var missingShard: Self { .init("missing-shard", .noInput) }
  /// No format recognises the file.
  public static var unrecognised: Self { .init("unrecognised", .malformed) }
  /// Well-formed, but of a version, type or layout that is not supported.
  public static var unsupported: Self { .init("unsupported", .unsupported) }
  /// The target format cannot hold this tensor or value.
  public static var cannotHold: Self { .init("cannot-hold", .unsupported) }
  /// A header in place has too little room.
  public static var noRoom: Self { .init("no-room", .unsupported) }
  /// A number that its meaning forbids, such as a negative sum of squares.
  public static var value: Self { .init("value", .malformed) }
  /// The caller asks for what cannot be, such as a choice that excludes itself.
  public static var choice: Self { .init("choice", .usage) }
  /// Reading or writing failed below.
  public static var io: Self { .init("io", .inputOutput) }
}
