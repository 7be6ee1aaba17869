/// What a type's encoder makes of an importance vector.
public enum ImportanceUse: String, Hashable, Sendable, CaseIterable {
  /// The bytes do not depend on it.
  case ignored
  /// It steers the search where there is one.
  case used
  /// The search cannot do without.
  case needed
}
