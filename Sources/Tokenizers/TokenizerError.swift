public import Failures

/// The domain of errors in tokenizer files.
public enum TokenizerDomain: FailureDomain {
  /// `tokenizer`.
  public static let name = "tokenizer"
}

/// An error in a tokenizer's files, or a tokenizer that cannot be written.
public typealias TokenizerError = Failure<TokenizerDomain>

extension Failure.Code where Domain == TokenizerDomain {
  /// A file is not the JSON, protobuf or text that it should be.
  public static var syntax: Self { .init("syntax", .malformed) }
  /// A part is missing, or of another type than its format says.
  public static var schema: Self { .init("schema", .malformed) }
  /// A token's id is negative or too large.
  public static var id: Self { .init("id", .malformed) }
  /// Two tokens have the same id or the same text.
  public static var duplicate: Self { .init("duplicate", .malformed) }
  /// A merge names a token that the vocabulary lacks.
  public static var merge: Self { .init("merge", .malformed) }
  /// The tokenizer has more tokens than the embedding has rows.
  public static var size: Self { .init("size", .malformed) }
  /// A count or length exceeds its cap.
  public static var limit: Self { .init("limit", .malformed) }
  /// There are no tokenizer files.
  public static var missing: Self { .init("missing", .noInput) }
  /// The pre-tokenizer has no name in the table.
  public static var preTokenizer: Self { .init("pre-tokenizer", .unsupported) }
  /// Well-formed, but of a kind that is not supported.
  public static var unsupported: Self { .init("unsupported", .unsupported) }
}
