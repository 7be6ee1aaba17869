internal import Failures
internal import ModelGraph

extension GraphBuilder {
  /// The value that an expression stands for, made by new nodes where it needs any.
  mutating func value(_ expression: Expression) throws(ArchitectureError) -> Graph.ValueID {
    switch expression {
    case .name(let name):
      if let binding = scope[name] { return binding.value }
      if case .unknown = try find(name) { throw unknown(name, "a value of the graph") }
      throw failure(.name, "expected a value of the graph; '\(name)' is a tensor")
    case .choose(let condition, let yes, let no):
      return try value(try holds(condition) ? yes : no)
    default:
      let results = try callResults(expression)
      guard let result = results.first, results.count == 1 else {
        throw failure(.check, "expected one value; the call has \(results.count) results")
      }
      return result
    }
  }

  /// The results of an op's call or of an operator.
  mutating func callResults(
    _ expression: Expression
  ) throws(ArchitectureError) -> [Graph.ValueID] {
    switch expression {
    case .call(let name, let positional, let named):
      guard let op = OpRegistry.named(name) else {
        throw failure(.name, "no op is called '\(name)'")
      }
      return try apply(op, positional, named)
    case .binary(let sign, let left, let right):
      guard try isGraph(expression), let op = OpRegistry.named(sign.rawValue) else { break }
      return try apply(op, [left, right], [])
    case .unary(.minus, let operand):
      guard try isGraph(operand), let op = OpRegistry.named("*") else { break }
      return try apply(op, [operand, .value(.int(-1))], [])
    default: break
    }
    throw failure(.check, "expected a value of the graph; found an expression without one")
  }

  /// Appends a node for a call and gives its results.
  private mutating func apply(
    _ op: any Op, _ positional: [Expression], _ named: [Expression.NamedArgument]
  ) throws(ArchitectureError) -> [Graph.ValueID] {
    if op.crossesTokens, expert != nil {
      throw failure(.check, "\(op.name) looks at other tokens and cannot stand in a 'mix'")
    }
    do throws(GraphError) {
      _ = try op.signature.bind(positional: positional.count, named: named.map(\.name))
    } catch { throw wrap(error) }
    var operands: [Operand?] = []
    for (index, expression) in positional.enumerated() {
      let argument = op.signature.arguments[min(index, op.signature.arguments.count - 1)]
      operands.append(try operand(expression, argument, of: op.name))
    }
    var attributes: [(name: String, operand: Operand?)] = []
    for expression in named {
      for argument in op.signature.attributes where argument.name == expression.name {
        attributes.append((argument.name, try operand(expression.value, argument, of: op.name)))
      }
    }
    let call: OpCall
    let types: [ValueType]
    do throws(GraphError) {
      call = try OpCall(op.signature, positional: operands, named: attributes)
      types = try op.results(call)
    } catch { throw wrap(error) }
    let results = types.map { make($0) }
    nodes.append(
      .op(Node.Application(op: op.name, arguments: call.arguments, results: results)))
    return results
  }

  /// What an argument's expression gives; nil if it is `none` or a tensor that the model lacks.
  private mutating func operand(
    _ expression: Expression, _ argument: OpSignature.Argument, of op: String
  ) throws(ArchitectureError) -> Operand? {
    if case .choose(let condition, let yes, let no) = expression {
      return try operand(try holds(condition) ? yes : no, argument, of: op)
    }
    if expression == .name("none"), argument.presence == .absentAllowed, scope["none"] == nil {
      return nil
    }
    switch argument.kind {
    case .value: return try valueOperand(expression)
    case .operand:
      if let use = try parameter(expression, argument, of: op) { return .parameter(use) }
      if case .name(let name) = expression, name != "layer", !context.hasParameter(name),
        try !isGraph(expression)
      {
        throw unknown(name, "a value, tensor or number")
      }
      return try isGraph(expression) ? valueOperand(expression) : .scalar(scalar(expression))
    case .parameter:
      switch expression {
      case .name(let name) where scope[name] == nil, .element(let name, _):
        if try find(name) == .unknown { throw unknown(name, "a tensor") }
        return try parameter(expression, argument, of: op).map { .parameter($0) }
      case .name(let name): throw unknown(name, "a tensor")
      default: throw failure(.check, "\(op): \(argument.name) must be a tensor's name")
      }
    case .integer, .real, .boolean: return .scalar(try scalar(expression))
    case .word(let words):
      if case .name(let word) = expression, words.contains(word), !context.hasParameter(word) {
        return .scalar(.text(word))
      }
      return .scalar(try scalar(expression))
    case .record:
      guard case .name(let prefix) = expression else {
        throw failure(.check, "\(op): \(argument.name) must be the prefix of hyper-parameters")
      }
      return .record(try record(prefix))
    }
  }

  private mutating func valueOperand(_ expression: Expression) throws(ArchitectureError) -> Operand
  {
    let id = try value(expression)
    return .value(id, type(of: id))
  }

  /// The tensor that an expression names, nil if it names none or, where allowed, an absent one.
  private mutating func parameter(
    _ expression: Expression, _ argument: OpSignature.Argument, of op: String
  ) throws(ArchitectureError) -> ParameterUse? {
    let name: String
    var part = ParameterUse.Part.whole
    switch expression {
    case .name(let word) where scope[word] == nil: name = word
    case .element(let word, let index):
      name = word
      guard try find(name) != .unknown else { return nil }
      if let expert, index == .name(expert.variable) {
        part = .expert
      } else if case .int(let slice) = try scalar(index) {
        part = .slice(slice)
      } else {
        throw failure(.check, "the index of '\(name)' must be a whole number or a mix's expert")
      }
    default: return nil
    }
    guard try find(name) != .unknown else { return nil }
    if let use = try use(name, part) { return use }
    if argument.presence == .absentAllowed { return nil }
    throw failure(
      .check,
      "\(op): this model has no tensor '\(name)'" + (layer.map { " in layer \($0.index)" } ?? ""))
  }

  private func record(_ prefix: String) throws(ArchitectureError) -> [Operand.Field] {
    var fields: [Operand.Field] = []
    do throws(ArchitectureError) {
      for (name, value) in try context.record(prefix) {
        if let scalar = GraphBuilder.scalar(value) {
          fields.append(Operand.Field(name: name, value: scalar))
        }
      }
    } catch { throw error.within(location.place) }
    if fields.isEmpty { throw failure(.name, "no hyper-parameters begin with '\(prefix).'") }
    return fields.sorted { $0.name < $1.name }
  }

  /// Whether an expression reads values or tensors, so that nodes compute it.
  func isGraph(_ expression: Expression) throws(ArchitectureError) -> Bool {
    switch expression {
    case .name(let name), .element(let name, _):
      if scope[name] != nil { return true }
      if context.hasParameter(name) { return false }
      return try find(name) != .unknown
    case .call(let name, _, _): return OpRegistry.named(name) != nil
    case .unary(_, let operand): return try isGraph(operand)
    case .binary(_, let left, let right): return try isGraph(left) ? true : isGraph(right)
    case .choose(_, let yes, let no): return try isGraph(yes) ? true : isGraph(no)
    case .value, .list: return false
    }
  }

  /// Whether a condition holds.
  func holds(_ condition: Expression) throws(ArchitectureError) -> Bool {
    guard case .bool(let truth) = try scalar(condition) else {
      throw failure(.check, "a condition must be true or false")
    }
    return truth
  }

  /// The number, truth or word that an expression of hyper-parameters gives.
  private func scalar(_ expression: Expression) throws(ArchitectureError) -> Scalar {
    if try isGraph(expression) {
      throw failure(
        .check,
        "expected an expression of hyper-parameters; it reads values or tensors of the graph"
      )
    }
    let value: Value
    do throws(ArchitectureError) {
      value = try context.evaluate(expression, layer: layer?.index)
    } catch { throw error.within(location.place) }
    guard let scalar = GraphBuilder.scalar(value) else {
      throw failure(.check, "expected a number, truth or word; found a list")
    }
    return scalar
  }

  private static func scalar(_ value: Value) -> Scalar? {
    switch value {
    case .int(let value): .int(value)
    case .real(let value): .real(value)
    case .bool(let value): .bool(value)
    case .text(let value): .text(value)
    case .list: nil
    }
  }

  private func wrap(_ error: GraphError) -> ArchitectureError {
    let inLayer = layer.map { " (layer \($0.index))" } ?? ""
    return ArchitectureError(.check, error.message + inLayer, at: location.place, cause: error)
  }
}
