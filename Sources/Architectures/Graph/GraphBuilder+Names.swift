internal import Failures
internal import ModelGraph
internal import Tensors

extension GraphBuilder {
  /// A new value.
  mutating func make(_ type: ValueType) -> Graph.ValueID {
    values.append(Graph.Value(name: nil, type: type))
    return Graph.ValueID(values.count - 1)
  }

  /// A value's type; every number that the builder gives out is in the list.
  func type(of id: Graph.ValueID) -> ValueType { values[id.index].type }

  /// Binds a name, which must not hide a hyper-parameter or tensor.
  mutating func bind(_ name: String, to value: Graph.ValueID) throws(ArchitectureError) {
    if name == expert?.variable {
      throw failure(.name, "'\(name)' is the mix's expert and cannot be assigned")
    }
    if context.hasParameter(name) {
      throw failure(.name, "'\(name)' is a hyper-parameter and cannot be assigned")
    }
    if try find(name) != .unknown {
      throw failure(.name, "'\(name)' is a tensor and cannot be assigned")
    }
    scope[name] = Binding(value: value, location: location)
    if values[value.index].name == nil { values[value.index].name = name }
  }

  /// The tensor that a name stands for here: the group's row, one outside, or `group.index.row`.
  func find(_ name: String) throws(ArchitectureError) -> GraphTensor {
    if let layer {
      let tensor = try context.tensor(name, group: layer.group, layer: layer.index)
      if tensor != .unknown { return tensor }
    }
    let tensor = try context.tensor(name, group: nil, layer: nil)
    if tensor != .unknown { return tensor }
    let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let index = Int(parts[1]),
      let count = try context.layerCount(of: String(parts[0]))
    else { return .unknown }
    guard (0..<count).contains(index) else { return .absent }
    return try context.tensor(String(parts[2]), group: String(parts[0]), layer: index)
  }

  /// A use of the tensor of that name, nil if the model lacks it.
  mutating func use(
    _ name: String, _ part: ParameterUse.Part
  ) throws(ArchitectureError) -> ParameterUse? {
    switch try find(name) {
    case .unknown: throw unknown(name, "a tensor")
    case .absent: return nil
    case .present(let canonical, let shape, let bias):
      if parameterNames.insert(canonical).inserted {
        parameters.append(Graph.Parameter(name: canonical, shape: shape, bias: bias))
      }
      if part != .whole { try checkSlices(name, shape, bias, part) }
      return ParameterUse(name: pattern(canonical), shape: shape, bias: bias, part: part)
    }
  }

  /// An error unless tensor and bias have a first axis with that slice.
  private func checkSlices(
    _ name: String, _ shape: Shape, _ bias: Shape?, _ part: ParameterUse.Part
  ) throws(ArchitectureError) {
    for found in [shape, bias ?? shape] {
      let count = found.axes.first ?? 0
      switch part {
      case .whole: break
      case .expert:
        guard count == expert?.count else {
          throw failure(
            .check,
            "'\(name)' must have a first axis of \(expert?.count ?? 0) experts; found \(found)")
        }
      case .slice(let index):
        guard (0..<count).contains(index) else {
          throw failure(
            .check, "'\(name)' has no slice \(index); its shape is \(found)")
        }
      }
    }
  }

  /// The name with `*` for the layer, if it is a tensor of the layer being built.
  private func pattern(_ canonical: String) -> String {
    guard let layer else { return canonical }
    let prefix = "\(layer.group).\(layer.index)."
    return canonical.hasPrefix(prefix)
      ? "\(layer.group).*.\(canonical.dropFirst(prefix.count))" : canonical
  }

  /// An error at the current statement.
  func failure(_ code: ArchitectureError.Code, _ message: String) -> ArchitectureError {
    ArchitectureError(code, message, at: location.place)
  }

  /// The error for a name that does not stand for what is needed.
  func unknown(_ name: String, _ expected: String) -> ArchitectureError {
    if scope[name] != nil {
      return failure(.name, "expected \(expected); '\(name)' is a value of the graph")
    }
    if context.hasParameter(name) {
      return failure(.name, "expected \(expected); '\(name)' is a hyper-parameter")
    }
    let known = scope.keys.sorted().joined(separator: ", ")
    return failure(
      .name, "expected \(expected); '\(name)' is not known here; the values here are \(known)")
  }
}
