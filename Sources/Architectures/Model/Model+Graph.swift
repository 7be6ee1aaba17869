public import Failures
public import ModelGraph

extension Model: GraphContext {
  /// Whether a hyper-parameter has that name.
  public func hasParameter(_ name: String) -> Bool { values[name] != nil }

  /// The hyper-parameters whose names begin with `prefix` and a dot, without that part.
  public func record(_ prefix: String) throws(ArchitectureError) -> [(name: String, value: Value)] {
    values.filter { $0.key.hasPrefix(prefix + ".") }.map {
      (name: String($0.key.dropFirst(prefix.count + 1)), value: $0.value)
    }
  }

  /// The number of layers of a group, nil if there is no such group.
  public func layerCount(of group: String) throws(ArchitectureError) -> Int? {
    guard let found = architecture.groups.first(where: { $0.name == group }),
      case .int(let count)? = values[found.count]
    else { return nil }
    return count
  }

  /// The tensor of a row: one of a group's layer, or one outside all groups.
  public func tensor(
    _ row: String, group: String?, layer: Int?
  ) throws(ArchitectureError) -> GraphTensor {
    let groupIndex = group.flatMap { name in
      architecture.groups.firstIndex { $0.name == name }
    }
    if let groupIndex, let layer,
      architecture.checks.rowsByName[row]?.contains(where: {
        architecture.rows[$0].group == groupIndex
      }) == true
    {
      return present("\(architecture.groups[groupIndex].name).\(layer).\(row)")
    }
    if architecture.checks.rowsByName[row]?.contains(where: { architecture.rows[$0].group == nil })
      == true
    {
      return present(row)
    }
    if group == nil, architecture.checks.rowsByPath[row] != nil { return present(row) }
    return .unknown
  }

  private func present(_ name: String) -> GraphTensor {
    let canonical = aliases[name] ?? name
    guard let weight = tensor(canonical) else { return .absent }
    return .present(
      name: canonical, shape: weight.shape, bias: tensor(canonical + ".bias")?.shape)
  }

  /// The forward graph of that name, built and checked for this model.
  ///
  /// - Throws: `.name` if there is none; errors of the statements.
  public func graph(_ name: String = "") throws(ArchitectureError) -> Graph {
    guard let section = architecture.graphs[name] else {
      throw ArchitectureError(
        .name, "'\(architecture.name)' has no graph '\(name)'", at: Place(file: architecture.file))
    }
    return try GraphBuilder.build(section, of: Array(architecture.graphs.values), in: self)
  }
}
