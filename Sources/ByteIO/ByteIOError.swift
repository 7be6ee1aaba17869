public import Failures

/// The domain of errors of the operating system's files.
public enum ByteIODomain: FailureDomain {
  /// `io`.
  public static let name = "io"
}

/// An error while reading or writing files.
public typealias ByteIOError = Failure<ByteIODomain>

extension Failure.Code where Domain == ByteIODomain {
  /// The file is missing.
  public static var missing: Self { .init("missing", .noInput) }
  /// The file is there but cannot be opened for reading, or is not a regular file.
  public static var unreadable: Self { .init("unreadable", .noInput) }
  /// Fewer bytes than its header promised.
  public static var truncated: Self { .init("truncated", .malformed) }
  /// The file changed while it was read.
  public static var changed: Self { .init("changed", .inputOutput) }
  /// A read failed.
  public static var read: Self { .init("read", .inputOutput) }
  /// A write, sync or truncate failed.
  public static var write: Self { .init("write", .inputOutput) }
  /// The output cannot be created or renamed.
  public static var create: Self { .init("create", .cannotCreate) }
  /// The output is there already.
  public static var exists: Self { .init("exists", .cannotCreate) }
  /// Input and output are the same file.
  public static var sameFile: Self { .init("same-file", .usage) }
  /// An undo file is damaged, or does not belong to the file beside it.
  public static var undo: Self { .init("undo", .malformed) }
  /// Another run is changing the file.
  public static var busy: Self { .init("busy", .inputOutput) }
  /// The file may not be changed where it is.
  public static var inPlace: Self { .init("in-place", .unsupported) }
  /// Too little room on the disk.
  public static var noSpace: Self { .init("no-space", .resources) }
}
