public import Failures

/// The domain of errors in architecture files and recipes, and in models read by them.
public enum ArchitectureDomain: FailureDomain {
  /// `architecture`.
  public static let name = "architecture"
}

/// An error in an architecture file or recipe (`file:line:column`), or in a checkpoint read by one.
public typealias ArchitectureError = Failure<ArchitectureDomain>

extension Failure.Code where Domain == ArchitectureDomain {
  /// Not the language's grammar.
  public static var syntax: Self { .init("syntax", .malformed) }
  /// A word, name, step, op or function that is not known, or stands twice.
  public static var name: Self { .init("name", .malformed) }
  /// A static check of the file failed.
  public static var check: Self { .init("check", .malformed) }
  /// A cap of the language is exceeded.
  public static var limit: Self { .init("limit", .malformed) }
  /// The file's language level is above the reader's.
  public static var level: Self { .init("level", .unsupported) }
  /// A configuration lacks a needed key, or a key has a value of the wrong type.
  public static var configuration: Self { .init("configuration", .malformed) }
  /// The checkpoint does not fit the description: gathered, one line each.
  public static var mismatch: Self { .init("mismatch", .malformed) }
  /// A requirement of the description does not hold.
  public static var requirement: Self { .init("requirement", .unsupported) }
  /// A type fits a tensor's shape neither itself nor by a replacement, or none is allowed.
  public static var unfitting: Self { .init("unfitting", .unsupported) }
  /// An option of a recipe means nothing for the model, or cannot be read.
  public static var option: Self { .init("option", .usage) }
  /// No description fits the checkpoint.
  public static var unknownArchitecture: Self { .init("unknown-architecture", .unsupported) }
}
