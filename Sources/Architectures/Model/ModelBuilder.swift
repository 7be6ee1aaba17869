internal import Documents
internal import Failures
internal import OrderedCollections
internal import Tensors

/// Makes the tensors of a model and matches them with the checkpoint's.
struct ModelBuilder {
  let instantiation: Instantiation
  let architecture: Architecture
  let dialect: Dialect
  var tensors: [CanonicalTensor] = []
  var index: [String: Int] = [:]
  var aliases: [String: String] = [:]
  var stored: [Dialect: [StoredTensor]] = [:]
  var copies: [TensorCopy] = []
  var omitted: [LostTensor] = []
  /// Where it is not nil, differences between checkpoint and description are gathered here instead
  /// of being noted as errors.
  var differences: [Difference]?
  /// What rows give in every layer, nil for no tensor.
  private var constants: [Int: RowFacts?] = [:]

  init(_ instantiation: Instantiation) {
    self.instantiation = instantiation
    architecture = instantiation.architecture
    dialect = instantiation.header.dialect
  }

  /// How a checkpoint's tensors differ from the described ones.
  enum Difference {
    case missing(Explanation.Match)
    case shape(Explanation.Match)
    case unknown(Explanation.Tensor)
  }

  /// What a row's formulas give.
  private struct RowFacts {
    /// The tensor that it is, if it is none of its own.
    let same: Same?
    let shape: Shape
    /// Nil without a bias.
    let biasShape: Shape?

    struct Same {
      /// Nil for a name that stands for no row.
      let row: Int?
    }
  }

  // MARK: Canonical tensors

  mutating func makeTensors() {
    // Most models have as many tensors as their checkpoints.
    tensors.reserveCapacity(instantiation.names.described.count)
    index.reserveCapacity(instantiation.names.described.count)
    var next = 0
    while next < architecture.rows.count {
      let group = architecture.rows[next].group
      var end = next + 1
      while end < architecture.rows.count, group != nil, architecture.rows[end].group == group {
        end += 1
      }
      if let group {
        let count = attempt { builder throws(ArchitectureError) in
          try builder.instantiation.count(
            builder.architecture.groups[group].count, builder.architecture.groups[group].location)
        }
        for layer in 0..<(count ?? 0) {
          for row in next..<end where tensors.count < LanguageLimit.tensors {
            make(row, layer: layer)
          }
          // One layer's defects say enough.
          if instantiation.problems.count > 20 { break }
        }
      } else {
        make(next, layer: nil)
      }
      next = end
    }
    if tensors.count >= LanguageLimit.tensors {
      instantiation.note(
        ArchitectureError(.limit, "a model has at most \(LanguageLimit.tensors) tensors"))
    }
  }

  mutating func attempt<T>(
    _ body: (inout Self) throws(ArchitectureError) -> T
  ) -> T? {
    do throws(ArchitectureError) {
      return try body(&self)
    } catch {
      instantiation.note(error)
      return nil
    }
  }

  private mutating func make(_ rowIndex: Int, layer: Int?) {
    guard let facts = facts(rowIndex, layer) else { return }
    let name = canonicalName(architecture.rows[rowIndex], layer)
    if let same = facts.same {
      if let other = same.row { aliases[name] = canonicalName(architecture.rows[other], layer) }
      return
    }
    if let biasShape = facts.biasShape {
      add(
        CanonicalTensor(name: name, member: .bias, shape: biasShape, row: rowIndex, layer: layer))
    }
    add(
      CanonicalTensor(name: name, member: .weight, shape: facts.shape, row: rowIndex, layer: layer))
  }

  /// What a row's formulas give, nil where it has no tensor.
  private mutating func facts(_ rowIndex: Int, _ layer: Int?) -> RowFacts? {
    if let known = constants[rowIndex] { return known }
    let row = architecture.rows[rowIndex]
    let problems = instantiation.problems.count
    let facts = evaluate(row, layer)
    if layer != nil, row.isEqualInLayers, instantiation.problems.count == problems {
      constants[rowIndex] = .some(facts)
    }
    return facts
  }

  private mutating func evaluate(_ row: TensorRow, _ layer: Int?) -> RowFacts? {
    let group = row.group
    guard instantiation.bool(row.condition, layer: layer, group: group) ?? false else {
      return nil
    }
    if let same = row.sameAs,
      instantiation.bool(same.condition, layer: layer, group: group) ?? false
    {
      guard case .row(let other, _) = architecture.resolve(same.tensor, within: group) else {
        return RowFacts(same: .init(row: nil), shape: [], biasShape: nil)
      }
      return RowFacts(same: .init(row: other), shape: [], biasShape: nil)
    }
    if row.isOptional {
      let reference = group.map { "\(architecture.groups[$0].name).\(row.name)" } ?? row.name
      let scope = instantiation.scope(layer: layer, group: group)
      guard (try? scope.has(reference)) ?? false else { return nil }
    }
    guard
      let shape = attempt({ builder throws(ArchitectureError) in
        try builder.shape(row, layer)
      })
    else { return nil }
    var biasShape: Shape?
    if let bias = row.bias, instantiation.bool(bias.condition, layer: layer, group: group) ?? false
    {
      biasShape = shape.rank == 1 ? shape : Shape(Array(shape.axes.dropLast()))
    }
    return RowFacts(same: nil, shape: shape, biasShape: biasShape)
  }

  private mutating func add(_ tensor: CanonicalTensor) {
    index[tensor.fullName] = tensors.count
    tensors.append(tensor)
  }

  func canonicalName(_ row: TensorRow, _ layer: Int?) -> String {
    guard let group = row.group, let layer else { return row.name }
    return "\(architecture.groups[group].name).\(layer).\(row.name)"
  }

  private func shape(_ row: TensorRow, _ layer: Int?) throws(ArchitectureError) -> Shape {
    var axes: [Int] = []
    for formula in row.shape {
      let scope = instantiation.scope(layer: layer, group: row.group)
      let axis = try Evaluation.int(formula, in: scope)
      guard axis >= 0 else {
        throw ArchitectureError(
          .configuration, "an axis of '\(row.name)' is \(axis)", at: formula.location.place)
      }
      axes.append(axis)
    }
    let shape = Shape(axes)
    guard shape.elementCount != nil else {
      throw ArchitectureError(
        .limit, "the elements of '\(row.name)' \(shape) are beyond 64 bits", at: row.location.place)
    }
    return shape
  }
}

extension Formula {
  /// Whether its value is the same in all layers of a group.
  var isEqualInLayers: Bool {
    mentions.allSatisfy { mention in
      switch mention.kind {
      case .layer, .tensor: false
      case .name, .element, .given, .call, .comparison, .parameter: true
      }
    }
  }
}

extension TensorRow {
  /// Whether its tensors are the same in all layers of its group, but for their names.
  fileprivate var isEqualInLayers: Bool {
    let conditions = [condition, sameAs?.condition, bias?.condition].compactMap(\.self)
    return !isOptional && (shape + conditions).allSatisfy(\.isEqualInLayers)
  }
}
