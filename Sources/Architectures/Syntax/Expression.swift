/// An expression of the architecture language.
public indirect enum Expression: Hashable, Sendable {
  /// A constant.
  case value(Value)
  /// A hyper-parameter, tensor, graph value, choice word, `layer` or `class`.
  case name(String)
  /// `name[expression]`.
  case element(String, Expression)
  /// `[a, b, c]`.
  case list([Expression])
  /// `-x`, `not x`.
  case unary(Operator, Expression)
  /// `a + b`, `a and b`, `a in b`.
  case binary(Operator, Expression, Expression)
  /// `condition ? a : b`.
  case choose(Expression, Expression, Expression)
  /// `function(positional, name = named)`.
  case call(String, [Expression], [NamedArgument])

  /// An argument with its name.
  public struct NamedArgument: Hashable, Sendable {
    /// The argument's name.
    public let name: String
    /// Its value.
    public let value: Expression
    /// An argument with its name.
    public init(name: String, value: Expression) {
      self.name = name
      self.value = value
    }
  }

  /// The operators, spelt as in a file.
  public enum Operator: String, Hashable, Sendable {
    case plus = "+", minus = "-", times = "*", divide = "/", remainder = "%"
    case equal = "==", unequal = "!=", less = "<", greater = ">", lessOrEqual = "<="
    case greaterOrEqual = ">=", isIn = "in", and, or, not
  }
}
