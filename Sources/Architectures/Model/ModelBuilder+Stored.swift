internal import Failures
internal import Tensors

extension ModelBuilder {
  /// A stored tensor while its parts are gathered.
  private struct Draft {
    let name: String
    var parts: [LayoutPart]
    /// The places of parts that a step joins.
    var orders: [Int]
    let row: Int
    let layer: Int?
    let isBias: Bool
  }

  /// A layout line as makeStored sees it.
  private struct Line {
    let number: Int
    let order: Int
    let joinsParts: Bool
  }

  /// What the stored weights, or biases, of a row have in common.
  private struct Finished {
    let steps: [LayoutStep]
    let parts: [Shape]
    let shape: Shape
  }

  mutating func makeStored(_ dialect: Dialect) {
    let lines = architecture.layouts[dialect] ?? []
    let lineOfRow = linesOfRows(lines)
    let weights = architecture.rows.map { $0.names[dialect] }
    let biases = architecture.rows.map { $0.bias?.names[dialect] }
    var drafts: [Draft] = []
    drafts.reserveCapacity(tensors.count)
    var positions: [String: Int] = [:]
    positions.reserveCapacity(tensors.count)
    for (number, tensor) in tensors.enumerated() {
      let patterns = tensor.member == .weight ? weights : biases
      guard let pattern = patterns[tensor.row] else { continue }
      let numbers = tensor.layer.map { [$0] } ?? []
      let line = lineOfRow[tensor.row]
      let spreads = pattern.starCount > numbers.count
      let slices = spreads ? tensor.shape.axes.first ?? 0 : 1
      guard slices <= LanguageLimit.repetitions else {
        let row = architecture.rows[tensor.row]
        instantiation.note(
          ArchitectureError(
            .limit, "'\(row.name)' is spread over \(slices) tensors", at: row.location.place))
        continue
      }
      let shape = spreads ? Shape(Array(tensor.shape.axes.dropFirst())) : tensor.shape
      for slice in 0..<slices {
        let name = pattern.name(spreads ? numbers + [slice] : numbers)
        let part = LayoutPart(tensor: number, slice: spreads ? slice : nil, shape: shape)
        if let position = positions.updateValue(drafts.count, forKey: name) {
          positions[name] = position
          let draft = drafts[position]
          guard let line, line.joinsParts, lineOfRow[draft.row]?.number == line.number,
            draft.isBias == (tensor.member == .bias)
          else {
            instantiation.note(
              ArchitectureError(
                .mismatch, "two tensors are stored as '\(name)' in \(dialect)",
                at: architecture.rows[tensor.row].location.place))
            continue
          }
          drafts[position].parts.append(part)
          drafts[position].orders.append(line.order)
        } else {
          drafts.append(
            Draft(
              name: name, parts: [part], orders: line?.joinsParts == true ? [line?.order ?? 0] : [],
              row: tensor.row, layer: tensor.layer, isBias: tensor.member == .bias))
        }
      }
    }
    positions = [:]
    var result: [StoredTensor] = []
    result.reserveCapacity(drafts.count)
    var finished: [Int: Finished] = [:]
    for draft in drafts {
      let line = lineOfRow[draft.row].map { lines[$0.number] }
      guard
        let tensor = attempt({ builder throws(ArchitectureError) in
          try builder.finish(draft, line, &finished)
        })
      else {
        if instantiation.problems.count > 50 { break }
        continue
      }
      result.append(tensor)
    }
    stored[dialect] = result
  }

  /// The layout line of each row that has one.
  private func linesOfRows(_ lines: [LayoutLine]) -> [Int: Line] {
    var result: [Int: Line] = [:]
    for (number, line) in lines.enumerated() {
      let joinsParts = line.steps.contains {
        LayoutTransforms.named($0.name)?.joinsParts == true
      }
      for (order, reference) in line.tensors.enumerated() {
        if case .row(let row, _) = architecture.resolve(reference.name) {
          result[row] = Line(number: number, order: order, joinsParts: joinsParts)
        }
      }
    }
    return result
  }

  private func finish(
    _ draft: Draft, _ line: LayoutLine?, _ finished: inout [Int: Finished]
  ) throws(ArchitectureError) -> StoredTensor {
    var parts = draft.parts
    if parts.count > 1 {
      parts = zip(draft.orders, parts).sorted { $0.0 < $1.0 }.map(\.1)
    }
    let key = 2 * draft.row + (draft.isBias ? 1 : 0)
    if let known = finished[key],
      known.parts.elementsEqual(parts, by: { $0 == $1.shape })
    {
      return StoredTensor(
        name: draft.name, shape: known.shape,
        layout: StoredLayout(parts: parts, steps: known.steps, isBias: draft.isBias), derived: nil)
    }
    let row = architecture.rows[draft.row]
    let steps = try steps(of: line, draft.layer, row.group)
    let layout = StoredLayout(parts: parts, steps: steps, isBias: draft.isBias)
    let shape: Shape
    do throws(TensorError) {
      shape = try layout.storedShape()
    } catch {
      throw ArchitectureError(
        .mismatch, "'\(draft.name)': \(error.message)", at: (line?.location ?? row.location).place)
    }
    if line?.steps.allSatisfy(\.isEqualInLayers) ?? true {
      finished[key] = Finished(steps: steps, parts: parts.map(\.shape), shape: shape)
    }
    return StoredTensor(name: draft.name, shape: shape, layout: layout, derived: nil)
  }

  private func steps(
    of line: LayoutLine?, _ layer: Int?, _ group: Int?
  ) throws(ArchitectureError) -> [LayoutStep] {
    var steps: [LayoutStep] = []
    let scope = instantiation.scope(layer: layer, group: group)
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
    return steps
  }
}

extension LayoutLine.Step {
  /// Whether it is the same in all layers of a group.
  fileprivate var isEqualInLayers: Bool {
    (condition?.isEqualInLayers ?? true) && arguments.allSatisfy(\.isEqualInLayers)
  }
}
