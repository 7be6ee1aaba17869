public import Failures

/// The domain of errors in small documents: JSON, protobuf.
public enum DocumentDomain: FailureDomain {
  /// `document`.
  public static let name = "document"
}

/// An error in a document, with its byte offset.
public typealias DocumentError = Failure<DocumentDomain>

extension Failure.Code where Domain == DocumentDomain {
  /// Not the document's grammar.
  public static var syntax: Self { .init("syntax", .malformed) }
  /// Not valid UTF-8.
  public static var utf8: Self { .init("utf8", .malformed) }
  /// The same key twice in one object.
  public static var duplicateKey: Self { .init("duplicate-key", .malformed) }
  /// A number that its type cannot hold.
  public static var number: Self { .init("number", .malformed) }
  /// A cap on depth or size is exceeded.
  public static var limit: Self { .init("limit", .malformed) }
  /// A value of another type was expected, or a key is missing.
  public static var type: Self { .init("type", .malformed) }
}
