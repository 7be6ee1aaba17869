internal import Documents
public import Failures
public import OrderedCollections
public import Tensors

/// One checkpoint, described: no condition is left.
public struct Model: Sendable {
  /// The description.
  public let architecture: Architecture
  /// The checkpoint's class.
  public let className: String
  /// The dialect that the checkpoint came in.
  public let dialect: Dialect
  /// Every tensor in canonical form, in the order in which files are written.
  public let tensors: [CanonicalTensor]
  /// Rows that are other tensors here: canonical name of the row, and of the tensor that it is.
  public let aliases: [String: String]
  /// Copies of tied tensors in the source.
  public let copies: [TensorCopy]
  /// Source tensors that the model does not need, with the reason.
  public let omitted: [LostTensor]
  /// Keys of config.json that the description neither knows nor ignores.
  ///
  /// They are no errors: published configurations carry keys of their own.
  public let unknownConfigKeys: [String]

  let values: OrderedDictionary<String, Value>
  let origins: [String: Instantiation.Origin]
  let writes: Set<String>
  let storedByDialect: [Dialect: [StoredTensor]]
  let violated: [(dialect: Dialect, notice: LimitNotice)]
  let config: JSONValue?
  /// Index of the canonical tensor by full name.
  let index: [String: Int]

  /// The value of a hyper-parameter, nil if the description has none of that name.
  public subscript(_ parameter: String) -> Value? { values[parameter] }

  /// Every hyper-parameter with its value, in the description's order.
  public var parameters: OrderedDictionary<String, Value> { values }

  /// Whether a hyper-parameter was read rather than defaulted.
  public func isGiven(_ parameter: String) -> Bool { origins[parameter] == .read }

  /// Paths of config.json whose values the source did not say and the description assumed, in its
  /// order; scaling of positions only where there is any.
  public var assumedPaths: [(path: String, value: String)] {
    let isScaled = values["rope.type"].map { $0 != .text("default") } ?? true
    return architecture.parameters.values.compactMap { parameter in
      guard isAssumed(parameter), let path = parameter.paths.first,
        isScaled || !parameter.name.hasPrefix("rope.") || parameter.name == "rope.theta",
        let value = values[parameter.name]
      else { return nil }
      return (path, value.text)
    }
  }

  /// Whether a value is the usual one: by default, or because a GGUF has no key that could say it.
  private func isAssumed(_ parameter: Parameter) -> Bool {
    switch origins[parameter.name] {
    case .fallback: true
    case .recovered:
      if parameter.key == nil, case .value = parameter.recover?.expression { true } else { false }
    case .read, .fixed, nil: false
    }
  }

  /// The tensors of this model as a dialect stores them, in the order of the description.
  public func stored(in dialect: Dialect) -> [StoredTensor] { storedByDialect[dialect] ?? [] }

  /// The canonical tensor of that full name.
  public func tensor(_ fullName: String) -> CanonicalTensor? { index[fullName].map { tensors[$0] } }

  /// The stored tensor of the source with that name, as the source spells it.
  ///
  /// Looks through all of them.
  public func source(_ name: String) -> StoredTensor? {
    stored(in: dialect).last { $0.name == name }
  }

  /// What a target of that dialect does not hold: tensors without a name there, and those that no
  /// dialect needs.
  public func lost(in target: Dialect) -> [LostTensor] {
    var kept = [Bool](repeating: false, count: tensors.count)
    for stored in stored(in: target) {
      for part in stored.layout.parts { kept[part.tensor] = true }
    }
    var result: [LostTensor] = []
    for stored in stored(in: dialect) where stored.derived == nil {
      let parts = stored.layout.parts
      guard
        parts.contains(where: {
          !kept[$0.tensor] && architecture.rows[tensors[$0.tensor].row].derived == nil
        })
      else { continue }
      let what = parts.filter { !kept[$0.tensor] }.map { tensors[$0.tensor].fullName }
      result.append(
        LostTensor(
          name: stored.name,
          reason: "\(target) has no name for \(what.joined(separator: ", "))"))
    }
    return result + omitted
  }

  /// What a dialect cannot express of this model, and where it differs.
  public func limits(for target: Dialect) -> [LimitNotice] {
    violated.filter { $0.dialect == target }.map(\.notice)
  }

  /// The value of an expression of hyper-parameters.
  ///
  /// - Throws: `.configuration` and `.check`, without a place.
  public func evaluate(
    _ expression: Expression, layer: Int? = nil
  ) throws(ArchitectureError) -> Value {
    let scope = ModelScope(model: self, layer: layer)
    let location = SourceLocation(file: architecture.file, line: 1, column: 1)
    do throws(ArchitectureError) {
      return try Evaluation(scope: scope, location: location).value(expression)
    } catch {
      throw ArchitectureError(error.code, error.message)
    }
  }
}

/// Names as an instantiated model gives them.
struct ModelScope: ExpressionScope {
  let model: Model
  var layer: Int?

  var className: String { model.className }
  func parameter(_ name: String) -> Value? { model.values[name] }
  func element(_ name: String, _ index: Int) throws(ArchitectureError) -> Value? {
    guard let value = model.values[name] else { return nil }
    guard case .list(let list) = value, list.indices.contains(index) else {
      throw ArchitectureError(.check, "'\(name)' has no element \(index)")
    }
    return list[index]
  }
  func isReal(_ name: String) -> Bool {
    model.architecture.parameters[name]?.type.base == .real
  }
  func given(_ name: String?) -> Bool { name.map(model.isGiven) ?? false }
  func layerCount() -> Int {
    guard let group = model.architecture.groups.first, case .int(let count)? = model[group.count]
    else { return 0 }
    return count
  }
  func bound(to layer: Int) -> ModelScope { ModelScope(model: model, layer: layer) }

  private func find(_ tensor: String) -> CanonicalTensor? {
    guard case .row(let row, let member) = model.architecture.resolve(tensor) else { return nil }
    return model.tensors.first {
      $0.row == row && $0.member == member && (layer == nil || $0.layer == nil || $0.layer == layer)
    }
  }
  func has(_ tensor: String) -> Bool { find(tensor) != nil }
  func rows(_ tensor: String) -> Int { find(tensor)?.shape.axes.first ?? 0 }
  /// Descriptions ask a source's header only.
  func keeps(_ tensor: String) throws(ArchitectureError) -> Bool {
    throw ArchitectureError(.check, "keeps(...) is known only while a checkpoint's header is read")
  }
  func values(_ tensor: String) throws(ArchitectureError) -> Value {
    throw ArchitectureError(.check, "values stands only behind 'recover'")
  }
  func llama3Solved(_ arguments: [Value]) throws(ArchitectureError) -> Value {
    throw ArchitectureError(.check, "llama3_solved stands only behind 'recover'")
  }
}
