public import Failures
public import ModelGraph

/// Builds the graph of one model from a `forward` section.
///
/// Conditions are resolved, names bound, and every op's shapes are checked, in each layer of a
/// repeat. Inputs are whole numbers [batch, seq] (token ids, positions), except those named like an
/// output of a section that stands before: they are that output, its tokens being `memory`.
public struct GraphBuilder<Context: GraphContext> {
  /// A name bound to a value.
  struct Binding {
    let value: Graph.ValueID
    let location: SourceLocation
  }

  /// The layer that a repeat's body is being built for.
  struct Layer {
    let group: String
    let index: Int
  }

  /// The expert that a mix's body is being built for.
  struct Expert {
    let variable: String
    let count: Int
  }

  let context: Context
  /// Values by number.
  var values: [Graph.Value] = []
  /// The tensors read so far, in order.
  var parameters: [Graph.Parameter] = []
  var parameterNames: Set<String> = []
  /// Nodes of the block being built.
  var nodes: [Node] = []
  /// Values by name.
  var scope: [String: Binding] = [:]
  var layer: Layer?
  var expert: Expert?
  /// What the block being built has given, if it is a mix's.
  var given: Graph.ValueID?
  /// The statement being built.
  var location: SourceLocation

  private init(_ context: Context, at location: SourceLocation) {
    self.context = context
    self.location = location
  }

  /// The graph of a section; `sections` are all of the file, in order.
  ///
  /// Errors: `name`, `check` and `limit`, at the statement; those of the context.
  public static func build(
    _ section: GraphTemplate, of sections: [GraphTemplate] = [], in context: Context
  ) throws(ArchitectureError) -> Graph {
    var needed = Set(section.inputs)
    var earlier: [GraphTemplate] = []
    for other in sections.prefix(while: { $0.name != section.name }).reversed()
    where other.outputs.contains(where: needed.contains) {
      earlier.append(other)
      needed.formUnion(other.inputs)
    }
    var outputs: [String: ValueType] = [:]
    for other in earlier.reversed() {
      var builder = GraphBuilder(context, at: other.location)
      let graph = try builder.graph(of: other, earlier: outputs)
      for port in graph.outputs { outputs[port.name] = graph.type(of: port.value) }
    }
    var builder = GraphBuilder(context, at: section.location)
    return try builder.graph(of: section, earlier: outputs)
  }

  private mutating func graph(
    of section: GraphTemplate, earlier: [String: ValueType]
  ) throws(ArchitectureError) -> Graph {
    var inputs: [Graph.Port] = []
    for name in section.inputs {
      var type = ValueType.ints([.batch, .seq])
      if let output = earlier[name] {
        guard let shape = output.shape.replacing(.seq, with: .memory) else {
          throw failure(.limit, "the shape of input '\(name)' is too large: \(output)")
        }
        type = ValueType(output.element, shape)
      }
      let value = make(type)
      try bind(name, to: value)
      inputs.append(Graph.Port(name: name, value: value))
    }
    let assigned = GraphBuilder.assignable(section.body)
    for name in section.outputs where !assigned.contains(name) && !section.inputs.contains(name) {
      throw failure(.check, "the output '\(name)' is never assigned")
    }
    try build(section.body)
    location = section.location
    var outputs: [Graph.Port] = []
    for name in section.outputs {
      guard let binding = scope[name] else { continue }
      outputs.append(Graph.Port(name: name, value: binding.value))
    }
    if outputs.isEmpty {
      throw failure(
        .check,
        "none of the outputs \(section.outputs.joined(separator: ", ")) is assigned for this model")
    }
    return Graph(
      name: section.name, inputs: inputs, outputs: outputs, parameters: parameters, values: values,
      nodes: nodes)
  }

  /// Builds statements into the current block.
  mutating func build(_ statements: [Statement]) throws(ArchitectureError) {
    for statement in statements {
      location = statement.location
      if given != nil { throw failure(.check, "nothing may stand after 'give'") }
      switch statement.action {
      case .assign(let names, let expression): try assign(names, expression)
      case .branch(let condition, let then, let otherwise):
        try build(try holds(condition) ? then : otherwise)
      case .repeated(let group, let body): try buildRepeat(group, body)
      case .mix(let result, let variable, let over, let body):
        try buildMix(result, variable, over, body)
      case .give(let expression):
        guard expert != nil else { throw failure(.check, "'give' stands outside a 'mix'") }
        given = try value(expression)
      }
    }
  }

  private mutating func assign(
    _ names: [String], _ expression: Expression
  ) throws(ArchitectureError) {
    if names.count == 1, let name = names.first {
      try bind(name, to: try value(expression))
      return
    }
    let results = try callResults(expression)
    guard results.count == names.count else {
      throw failure(
        .check, "\(names.count) names are assigned, but the expression has \(results.count) results"
      )
    }
    for (name, value) in zip(names, results) { try bind(name, to: value) }
  }

  /// Names that statements of one block may assign in any branch, but not in repeats and mixes.
  private static func assignable(_ statements: [Statement]) -> Set<String> {
    var names: Set<String> = []
    for statement in statements {
      switch statement.action {
      case .assign(let assigned, _): names.formUnion(assigned)
      case .mix(let result, _, _, _): names.insert(result)
      case .branch(_, let then, let otherwise):
        names.formUnion(assignable(then))
        names.formUnion(assignable(otherwise))
      case .give, .repeated: break
      }
    }
    return names
  }
}
