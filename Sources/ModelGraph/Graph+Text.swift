extension Graph: CustomStringConvertible {
  /// The whole graph as text, one node per line; the same graph gives the same text.
  public var description: String {
    var lines = [name.isEmpty ? "graph" : "graph \(name)"]
    for port in inputs { lines.append("  input \(port.name) = \(label(port.value))") }
    write(nodes, indent: "  ", to: &lines)
    for port in outputs { lines.append("  output \(port.name) = \(port.value)") }
    for parameter in parameters {
      let bias = parameter.bias.map { " + bias \($0)" } ?? ""
      lines.append("  parameter \(parameter.name) \(parameter.shape)\(bias)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func write(_ nodes: [Node], indent: String, to lines: inout [String]) {
    for node in nodes {
      switch node {
      case .op(let application):
        let results = application.results.map(label).joined(separator: ", ")
        lines.append("\(indent)\(results) = \(call(application))")
      case .repeated(let loop): write(loop, indent: indent, to: &lines)
      case .mix(let mix):
        lines.append(
          "\(indent)\(label(mix.result)) = mix over \(mix.weights), \(mix.experts) experts")
        write(mix.nodes, indent: indent + "  ", to: &lines)
        lines.append("\(indent)  give \(mix.given)")
      }
    }
  }

  private func write(_ loop: Node.Repeat, indent: String, to lines: inout [String]) {
    let carried = zip(loop.carried, loop.initial).map { "\($0) = \($1)" }.joined(separator: ", ")
    lines.append("\(indent)repeat \(loop.group) with \(carried)")
    for (index, body) in loop.bodies.enumerated() {
      let layers = loop.runs.filter { $0.body == index }.map { run in
        run.layers.count == 1
          ? "\(run.layers.lowerBound)" : "\(run.layers.lowerBound)-\(run.layers.upperBound - 1)"
      }
      let inputs = body.inputs.map(label).joined(separator: ", ")
      lines.append("\(indent)  layers \(layers.joined(separator: ", ")) from \(inputs)")
      write(body.nodes, indent: indent + "    ", to: &lines)
      let outputs = body.outputs.map(\.description).joined(separator: ", ")
      lines.append("\(indent)    pass \(outputs)")
    }
    let results = loop.results.map(label).joined(separator: ", ")
    lines.append("\(indent)  result \(results)")
  }

  /// `%3 x: floats [batch, seq, 64]`.
  private func label(_ id: ValueID) -> String {
    guard values.indices.contains(id.index) else { return id.description }
    let value = values[id.index]
    return id.description + (value.name.map { " \($0)" } ?? "") + ": \(value.type)"
  }

  /// `linear(%3, block.*.attn_q [64, 64])`; operators stand between their operands.
  private func call(_ application: Node.Application) -> String {
    let attributes = Set(
      OpRegistry.named(application.op)?.signature.attributes.map(\.name) ?? [])
    let arguments = application.arguments.map { argument in
      attributes.contains(argument.name)
        ? "\(argument.name) = \(argument.operand)" : argument.operand.description
    }
    if let first = application.op.unicodeScalars.first, !first.properties.isAlphabetic {
      return arguments.joined(separator: " \(application.op) ")
    }
    return "\(application.op)(\(arguments.joined(separator: ", ")))"
  }
}
