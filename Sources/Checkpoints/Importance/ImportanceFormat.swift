/// The two forms of an importance file, told apart by content, never by name.
///
/// The bytes are described in `Formats/Specs/importance.md`.
public enum ImportanceFormat: String, CaseIterable, Hashable, Sendable {
  /// GGUF with `general.type` `imatrix`: sums of squares and counts of tokens, per expert.
  case gguf
  /// The older `.dat`, without a magic: means times the number of chunks, one number for all
  /// experts.
  case legacy = "dat"
}
