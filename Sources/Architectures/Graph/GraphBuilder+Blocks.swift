internal import Failures
internal import ModelGraph

/// No model has more layers; a greater number is a mistake in its configuration.
private let layerLimit = 100_000

extension GraphBuilder {
  /// Builds a repeat: every layer is built and checked, layers that compute alike share a body.
  mutating func buildRepeat(_ group: String, _ body: [Statement]) throws(ArchitectureError) {
    let start = location
    if layer != nil || expert != nil {
      throw failure(.check, "'repeat' cannot stand inside 'repeat' or 'mix'")
    }
    guard let count = try context.layerCount(of: group) else {
      throw failure(.name, "no group of tensors is called '\(group)'")
    }
    guard (0...layerLimit).contains(count) else {
      throw failure(.limit, "'\(group)' may have at most \(layerLimit) layers; found \(count)")
    }
    var names: Set<String> = []
    for index in 0..<count {
      layer = Layer(group: group, index: index)
      try collectAssigned(body, into: &names)
    }
    let carried = names.filter { scope[$0] != nil }.sorted()

    // Each layer on trial, its values numbered from the same start: equal bodies are then equal.
    let base = values.count
    var trials: [Trial: Int] = [:]
    var firstLayers: [Int] = []
    var runs: [Node.Repeat.Run] = []
    for index in 0..<count {
      layer = Layer(group: group, index: index)
      let built = try buildLayer(body, carried, start)
      let trial = Trial(body: built, values: Array(values[base...]))
      values.removeSubrange(base...)
      let number = trials[trial] ?? firstLayers.count
      if number == firstLayers.count {
        trials[trial] = number
        firstLayers.append(index)
      }
      if let last = runs.last, last.body == number {
        runs[runs.count - 1] = .init(layers: last.layers.lowerBound..<(index + 1), body: number)
      } else {
        runs.append(.init(layers: index..<(index + 1), body: number))
      }
    }
    var bodies: [Node.Repeat.Body] = []
    for index in firstLayers {
      layer = Layer(group: group, index: index)
      bodies.append(try buildLayer(body, carried, start))
    }
    layer = nil
    location = start
    var initial: [Graph.ValueID] = []
    var results: [Graph.ValueID] = []
    for name in carried {
      guard let before = scope[name] else { continue }
      initial.append(before.value)
      let result = make(type(of: before.value))
      results.append(result)
      try bind(name, to: result)
    }
    nodes.append(
      .repeated(
        Node.Repeat(
          group: group, carried: carried, initial: initial, bodies: bodies, runs: runs,
          results: results)))
  }

  /// One layer's body in a scope of its own.
  private mutating func buildLayer(
    _ body: [Statement], _ carried: [String], _ start: SourceLocation
  ) throws(ArchitectureError) -> Node.Repeat.Body {
    let outerScope = scope
    let outerNodes = nodes
    nodes = []
    location = start
    var inputs: [Graph.ValueID] = []
    for name in carried {
      guard let before = outerScope[name] else { continue }
      let input = make(type(of: before.value))
      inputs.append(input)
      try bind(name, to: input)
    }
    try build(body)
    var outputs: [Graph.ValueID] = []
    for (name, input) in zip(carried, inputs) {
      guard let after = scope[name] else { continue }
      if type(of: after.value) != type(of: input) {
        location = after.location
        throw failure(
          .check,
          "'\(name)' must leave a layer as it enters, \(type(of: input)); found "
            + "\(type(of: after.value)) (layer \(layer?.index ?? 0))")
      }
      outputs.append(after.value)
    }
    defer {
      scope = outerScope
      nodes = outerNodes
    }
    return Node.Repeat.Body(inputs: inputs, nodes: nodes, outputs: outputs)
  }

  /// The names that a block assigns in this layer, following the conditions.
  private mutating func collectAssigned(
    _ statements: [Statement], into names: inout Set<String>
  ) throws(ArchitectureError) {
    for statement in statements {
      location = statement.location
      switch statement.action {
      case .assign(let assigned, _): names.formUnion(assigned)
      case .mix(let result, _, _, _): names.insert(result)
      case .branch(let condition, let then, let otherwise):
        try collectAssigned(try holds(condition) ? then : otherwise, into: &names)
      case .give, .repeated: break
      }
    }
  }

  /// Builds a mix: its body once, for any expert.
  mutating func buildMix(
    _ result: String, _ variable: String, _ over: Expression, _ body: [Statement]
  ) throws(ArchitectureError) {
    let start = location
    if expert != nil { throw failure(.check, "'mix' cannot stand inside 'mix'") }
    let tensor = try find(variable)
    if scope[variable] != nil || context.hasParameter(variable) || tensor != .unknown {
      throw failure(.name, "the mix's expert needs a name of its own; '\(variable)' is taken")
    }
    let weights = try value(over)
    let weightType = type(of: weights)
    guard weightType.element == .floats, let count = weightType.shape.axes.last?.known, count > 0
    else {
      throw failure(
        .check, "mix: the weights must be floats [.., experts]; found \(weightType)")
    }
    let outerScope = scope
    let outerNodes = nodes
    nodes = []
    expert = Expert(variable: variable, count: count)
    try build(body)
    let inner = nodes
    let gift = given
    let end = location
    nodes = outerNodes
    scope = outerScope
    expert = nil
    given = nil
    location = start
    guard let gift else { throw failure(.check, "the body of 'mix' must end in 'give'") }
    let type = type(of: gift)
    guard type.element == .floats, type.shape.leading == weightType.shape.leading else {
      location = end
      throw failure(
        .check,
        "mix: 'give' must have the axes of the weights, \(weightType), before the last; found "
          + "\(type)"
      )
    }
    let sum = make(type)
    nodes.append(
      .mix(
        Node.Mix(weights: weights, experts: count, nodes: inner, given: gift, result: sum)))
    try bind(result, to: sum)
  }
}

/// A layer built on trial: layers are alike if these are equal.
private struct Trial: Hashable {
  let body: Node.Repeat.Body
  let values: [Graph.Value]
}
