/// A value of a hyper-parameter or expression.
public enum Value: Hashable, Sendable {
  /// 64-bit integer, arithmetic checked.
  case int(Int)
  /// Real number.
  case real(Double)
  /// Truth.
  case bool(Bool)
  /// Text, or the canonical word of a choice.
  case text(String)
  /// A list.
  case list([Value])
}
