internal import Documents
internal import Failures
internal import OrderedCollections
internal import Tensors

/// Makes the tensors of a model and matches them with the checkpoint's.
struct ModelBuilder {
  let instantiation: Instantiation
  var tensors: [CanonicalTensor] = []
  var index: [String: Int] = [:]
  var aliases: [String: String] = [:]
  var stored: [Dialect: [StoredTensor]] = [:]
  var copies: [TensorCopy] = []
  var omitted: [LostTensor] = []

  var architecture: Architecture { instantiation.architecture }
  var dialect: Dialect { instantiation.header.dialect }

  init(_ instantiation: Instantiation) { self.instantiation = instantiation }

  // MARK: Canonical tensors

  mutating func makeTensors() {
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

  private mutating func attempt<T>(
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
    let row = architecture.rows[rowIndex]
    let (layerScope, group) = (layer, row.group)
    guard instantiation.bool(row.condition, layer: layerScope, group: group) ?? false else {
      return
    }
    let name = canonicalName(row, layer)
    if let same = row.sameAs,
      instantiation.bool(same.condition, layer: layerScope, group: group) ?? false
    {
      if case .row(let other, _) = architecture.resolve(same.tensor, within: group) {
        aliases[name] = canonicalName(architecture.rows[other], layer)
      }
      return
    }
    if row.isOptional {
      let reference = row.group.map { "\(architecture.groups[$0].name).\(row.name)" } ?? row.name
      let scope = instantiation.scope(layer: layer, group: group)
      guard (try? scope.has(reference)) ?? false else { return }
    }
    guard
      let shape = attempt({ builder throws(ArchitectureError) in
        try builder.shape(row, layer)
      })
    else { return }
    if let bias = row.bias, instantiation.bool(bias.condition, layer: layer, group: group) ?? false
    {
      let biasShape = shape.rank == 1 ? shape : Shape(Array(shape.axes.dropLast()))
      add(
        CanonicalTensor(
          name: name, member: .bias, shape: biasShape, row: rowIndex, layer: layer))
    }
    add(CanonicalTensor(name: name, member: .weight, shape: shape, row: rowIndex, layer: layer))
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

  // MARK: Stored tensors

  /// A stored tensor while its parts are gathered.
  private struct Draft {
    var parts: [(order: Int, part: LayoutPart)]
    let line: Int?
    let isBias: Bool
    let row: Int
    let layer: Int?
  }

  mutating func makeStored(_ dialect: Dialect) {
    var drafts = OrderedDictionary<String, Draft>()
    let lines = architecture.layouts[dialect] ?? []
    var lineOfRow: [Int: (line: Int, order: Int)] = [:]
    for (number, line) in lines.enumerated() {
      for (order, reference) in line.tensors.enumerated() {
        if case .row(let row, _) = architecture.resolve(reference.name) {
          lineOfRow[row] = (number, order)
        }
      }
    }
    for (number, tensor) in tensors.enumerated() {
      let row = architecture.rows[tensor.row]
      let patterns = tensor.member == .weight ? row.names : row.bias?.names ?? [:]
      guard let pattern = patterns[dialect] else { continue }
      let numbers = tensor.layer.map { [$0] } ?? []
      let line = lineOfRow[tensor.row]
      let spreads = pattern.starCount > numbers.count
      let slices = spreads ? tensor.shape.axes.first ?? 0 : 1
      guard slices <= LanguageLimit.repetitions else {
        instantiation.note(
          ArchitectureError(
            .limit, "'\(row.name)' is spread over \(slices) tensors", at: row.location.place))
        continue
      }
      for slice in 0..<slices {
        let name = pattern.name(spreads ? numbers + [slice] : numbers)
        let part = LayoutPart(
          tensor: number, slice: spreads ? slice : nil,
          shape: spreads ? Shape(Array(tensor.shape.axes.dropFirst())) : tensor.shape)
        if var draft = drafts[name] {
          guard let line, draft.line == line.line,
            lines[line.line].steps.contains(where: {
              LayoutTransforms.named($0.name)?.joinsParts == true
            }), draft.isBias == (tensor.member == .bias)
          else {
            instantiation.note(
              ArchitectureError(
                .mismatch, "two tensors are stored as '\(name)' in \(dialect)",
                at: row.location.place))
            continue
          }
          draft.parts.append((line.order, part))
          drafts[name] = draft
        } else {
          drafts[name] = Draft(
            parts: [(line?.order ?? 0, part)], line: line?.line, isBias: tensor.member == .bias,
            row: tensor.row, layer: tensor.layer)
        }
      }
    }
    var result: [StoredTensor] = []
    result.reserveCapacity(drafts.count)
    for (name, draft) in drafts {
      let line = draft.line.map { lines[$0] }
      guard
        let tensor = attempt({ builder throws(ArchitectureError) in
          try builder.finish(name, draft, line)
        })
      else {
        if instantiation.problems.count > 50 { break }
        continue
      }
      result.append(tensor)
    }
    stored[dialect] = result
  }

  private func finish(
    _ name: String, _ draft: Draft, _ line: LayoutLine?
  ) throws(ArchitectureError) -> StoredTensor {
    let row = architecture.rows[draft.row]
    var steps: [LayoutStep] = []
    let scope = instantiation.scope(layer: draft.layer, group: row.group)
    for step in line?.steps ?? [] {
      if let condition = step.condition, !(try Evaluation.bool(condition, in: scope)) { continue }
      var arguments: [Double] = []
      for formula in step.arguments {
        guard let number = try Evaluation.value(formula, in: scope).number else {
          throw ArchitectureError(
            .check, "\(step.name) needs numbers", at: formula.location.place)
        }
        arguments.append(number)
      }
      steps.append(LayoutStep(step.name, arguments))
    }
    let parts = draft.parts.sorted { $0.order < $1.order }.map(\.part)
    let layout = StoredLayout(parts: parts, steps: steps, isBias: draft.isBias)
    do throws(TensorError) {
      return StoredTensor(
        name: name, shape: try layout.storedShape(), layout: layout, derived: nil)
    } catch {
      throw ArchitectureError(
        .mismatch, "'\(name)': \(error.message)", at: (line?.location ?? row.location).place)
    }
  }
}
