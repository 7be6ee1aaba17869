internal import Failures

/// Names as a checkpoint's header gives them.
struct SourceScope: ExpressionScope {
  let instantiation: Instantiation
  var layer: Int?
  /// The hyper-parameter whose clause is computed.
  var own: String?
  /// The group whose rows go by their bare names.
  var group: Int?

  var className: String { instantiation.className }

  func parameter(_ name: String) throws(ArchitectureError) -> Value? {
    try instantiation.parameter(name)?.0
  }

  func element(_ name: String, _ index: Int) throws(ArchitectureError) -> Value? {
    guard let value = try parameter(name) else { return nil }
    guard case .list(let list) = value, list.indices.contains(index) else {
      throw ArchitectureError(.check, "'\(name)' has no element \(index)")
    }
    return list[index]
  }

  func isReal(_ name: String) -> Bool {
    instantiation.architecture.parameters[name]?.type.base == .real
  }

  func given(_ name: String?) throws(ArchitectureError) -> Bool {
    guard let name = name ?? own else { return false }
    guard let (_, origin) = try instantiation.parameter(name) else { return false }
    return origin == .read
  }

  func layerCount() throws(ArchitectureError) -> Int {
    guard let group = instantiation.architecture.groups.first else { return 0 }
    return try instantiation.count(group.count, group.location)
  }

  func bound(to layer: Int) -> SourceScope {
    var copy = self
    copy.layer = layer
    return copy
  }

  /// The described name of a row's tensor here, nil where the dialect has none.
  private func pattern(_ tensor: String) -> (NamePattern, isGrouped: Bool)? {
    let architecture = instantiation.architecture
    guard case .row(let index, let member) = architecture.resolve(tensor, within: group) else {
      return nil
    }
    let row = architecture.rows[index]
    let names = member == .weight ? row.names : row.bias?.names ?? [:]
    guard let pattern = names[instantiation.header.dialect] else { return nil }
    return (pattern, row.group != nil)
  }

  /// Without a layer, a row of a group is there if any layer has it.
  func has(_ tensor: String) throws(ArchitectureError) -> Bool {
    guard let (pattern, isGrouped) = pattern(tensor) else { return false }
    if pattern.starCount == 0 { return instantiation.names.position(of: pattern.text) != nil }
    guard isGrouped, let layer else { return instantiation.names.seen.contains(pattern.text) }
    // An expert's tensor stands for all of them.
    let name = pattern.name(pattern.starCount > 1 ? [layer, 0] : [layer])
    return instantiation.names.position(of: name) != nil
  }

  func rows(_ tensor: String) throws(ArchitectureError) -> Int {
    guard let (pattern, _) = pattern(tensor) else { return 0 }
    let name = pattern.name(Array(repeating: layer ?? 0, count: min(1, pattern.starCount)))
    guard let source = instantiation.names.source(of: name) else { return 0 }
    return instantiation.header.shape(of: source)?.axes.first ?? 0
  }

  func keeps(_ tensor: String) throws(ArchitectureError) -> Bool {
    guard let (pattern, _) = pattern(tensor),
      case .row(let index, _) = instantiation.architecture.resolve(tensor, within: group),
      let kept = instantiation.architecture.rows[index].kept
    else { return false }
    let stars = pattern.starCount > 1 ? [layer ?? 0, 0] : [layer ?? 0]
    let name = pattern.name(Array(stars.prefix(pattern.starCount)))
    guard let source = instantiation.names.source(of: name) else { return false }
    return instantiation.header.encoding(of: source) == kept
  }

  /// As decimals that mean the same binary32.
  func values(_ tensor: String) throws(ArchitectureError) -> Value {
    let found = pattern(tensor).flatMap { pattern, _ in
      instantiation.names.source(of: pattern.name(pattern.starCount > 0 ? [layer ?? 0] : []))
    }
    guard let found, let numbers = instantiation.header.values(of: found) else {
      throw ArchitectureError(
        .configuration,
        "the numbers of '\(found ?? tensor)' are needed and cannot be read; give the original "
          + "config.json (--config)")
    }
    return .list(numbers.map { .real(Double($0.description) ?? Double($0)) })
  }

  func llama3Solved(_ arguments: [Value]) throws(ArchitectureError) -> Value {
    try instantiation.llama3Solved(arguments)
  }
}
