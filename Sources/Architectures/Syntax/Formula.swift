/// An expression with its place, and what it mentions with theirs.
public struct Formula: Hashable, Sendable {
  /// The expression.
  public let expression: Expression
  /// Where it begins.
  public let location: SourceLocation
  /// What the checker looks at.
  let mentions: [Mention]

  init(expression: Expression, location: SourceLocation, mentions: [Mention]) {
    self.expression = expression
    self.location = location
    self.mentions = mentions
  }

  /// Formulas are equal if their expressions are.
  public static func == (a: Formula, b: Formula) -> Bool { a.expression == b.expression }
  /// Hashes the expression.
  public func hash(into hasher: inout Hasher) { hasher.combine(expression) }
}

/// Something in an expression that a check looks at.
struct Mention: Sendable {
  enum Kind: Sendable {
    /// A bare name.
    case name(String)
    /// `name[...]`.
    case element(String)
    /// `layer` outside `any` and `all`.
    case layer
    /// The bare word `given`.
    case given
    /// A call with its argument expressions.
    case call(String, [Expression], [Expression.NamedArgument])
    /// A comparison.
    case comparison(Expression.Operator, Expression, Expression)
    /// The tensor in `has(...)`, `rows(...)`.
    case tensor(String)
    /// The hyper-parameter in `given(...)`.
    case parameter(String)
  }
  let kind: Kind
  let location: SourceLocation
}
