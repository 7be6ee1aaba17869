import ModelGraph
import Tensors
import Testing

/// One call of an op, with the type or the error that its shape rule must give.
struct OpExample: Sendable, CustomTestStringConvertible {
  /// What the rule must say.
  enum Outcome: Sendable {
    /// These types, as text.
    case types([String])
    /// An error whose message holds all of these.
    case error([String])
  }

  let op: String
  let positional: [Operand?]
  let named: [(name: String, operand: Operand?)]
  let outcome: Outcome

  var testDescription: String {
    "\(op) \(positional.map { $0?.typeText ?? "none" }) \(named.map { $0.name })"
  }

  static func good(
    _ op: String, _ positional: [Operand?], _ named: KeyValuePairs<String, Operand?> = [:],
    _ types: String...
  ) -> OpExample {
    .init(
      op: op, positional: positional, named: named.map { ($0.key, $0.value) },
      outcome: .types(types))
  }

  static func bad(
    _ op: String, _ positional: [Operand?], _ named: KeyValuePairs<String, Operand?> = [:],
    _ words: String...
  ) -> OpExample {
    .init(
      op: op, positional: positional, named: named.map { ($0.key, $0.value) },
      outcome: .error(words))
  }
}

extension Operand {
  static func value(_ element: ValueType.Element, _ axes: [Dimension]) -> Operand {
    .value(Graph.ValueID(0), ValueType(element, GraphShape(axes)))
  }
  static func floats(_ axes: Dimension...) -> Operand { .value(.floats, axes) }
  static func ints(_ axes: Dimension...) -> Operand { .value(.ints, axes) }
  static func mask(_ axes: Dimension...) -> Operand { .value(.mask, axes) }
  static func angles(_ half: Dimension) -> Operand { .value(.angles, [half]) }
  static func tensor(_ axes: Int..., bias: [Int]? = nil) -> Operand {
    .parameter(ParameterUse(name: "t", shape: Shape(axes), bias: bias.map { Shape($0) }))
  }
  static func int(_ value: Int) -> Operand { .scalar(.int(value)) }
  static func real(_ value: Double) -> Operand { .scalar(.real(value)) }
  static func bool(_ value: Bool) -> Operand { .scalar(.bool(value)) }
  static func word(_ value: String) -> Operand { .scalar(.text(value)) }

  var typeText: String {
    if case .value(_, let type) = self { return type.description }
    return description
  }
}
