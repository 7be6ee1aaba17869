public import Architectures

// Statements and expressions of a forward section, short to write: a string is a name.

extension Expression: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// A name.
  public init(stringLiteral value: String) { self = .name(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .value(.int(value)) }
  static func real(_ value: Double) -> Expression { .value(.real(value)) }
}

func op(
  _ name: String, _ arguments: Expression..., with named: KeyValuePairs<String, Expression> = [:]
) -> Expression {
  .call(name, arguments, named.map { .init(name: $0.key, value: $0.value) })
}

/// A statement at a line of `small.arch`.
func at(_ line: Int, _ action: Statement.Action) -> Statement {
  Statement(action, at: SourceLocation(file: "small.arch", line: line, column: 3))
}

/// `name = expression`.
func set(_ line: Int, _ names: String..., to expression: Expression) -> Statement {
  at(line, .assign(names, expression))
}

func section(
  name: String = "", inputs: [String] = ["tokens"], gives outputs: [String] = ["logits"],
  _ body: [Statement]
) -> GraphTemplate {
  GraphTemplate(
    name: name, inputs: inputs, outputs: outputs, body: body,
    location: SourceLocation(file: "small.arch", line: 1, column: 1))
}
