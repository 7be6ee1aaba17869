/// A statement of a `forward` section.
public struct Statement: Hashable, Sendable {
  /// What it does.
  public indirect enum Action: Hashable, Sendable {
    /// `a, b = expression`.
    case assign([String], Expression)
    /// `y = mix e over r` with its body, which ends in `give`.
    case mix(result: String, variable: String, over: Expression, body: [Statement])
    /// `give expression`.
    case give(Expression)
    /// `repeat group` with its body, run once per layer.
    case repeated(group: String, body: [Statement])
    /// `if expression` with both branches.
    case branch(Expression, then: [Statement], otherwise: [Statement])
  }
  /// What it does.
  public let action: Action
  /// Where it stands.
  public let location: SourceLocation
  /// A statement.
  public init(_ action: Action, at location: SourceLocation) {
    self.action = action
    self.location = location
  }
}
