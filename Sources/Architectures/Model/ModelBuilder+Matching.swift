internal import Failures
internal import OrderedCollections
internal import Tensors

extension ModelBuilder {
  /// Compares the described tensors of the source's dialect with the checkpoint's, gives them the
  /// source's names, and accounts for what is left over.
  mutating func match() {
    let names = instantiation.names
    var used = [Bool](repeating: false, count: names.described.count)
    var kept: [StoredTensor] = []
    kept.reserveCapacity(stored[dialect]?.count ?? 0)
    for tensor in stored[dialect] ?? [] {
      guard let position = names.position(of: tensor.name) else {
        let row = row(of: tensor)
        if row.derived == nil { noteMissing(tensor, row) }
        continue
      }
      used[position] = true
      let source = names.originals[position]
      if let found = instantiation.header.shape(of: source), found != tensor.shape {
        note(
          .shape(
            .init(
              name: source, canonical: canonicalNames(tensor), wanted: tensor.shape, found: found)),
          "'\(source)' has the shape \(found); '\(canonicalText(tensor))' needs \(tensor.shape)",
          row(of: tensor).location.place)
      }
      kept.append(
        StoredTensor(name: source, shape: tensor.shape, layout: tensor.layout, derived: nil))
    }
    checkUnnamed()
    stored[dialect] = kept
    findCopies(&used)
    accountForRest(used)
  }

  private func row(of tensor: StoredTensor) -> TensorRow {
    architecture.rows[tensors[tensor.layout.parts[0].tensor].row]
  }

  private func canonicalNames(_ tensor: StoredTensor) -> [String] {
    tensor.layout.parts.map { tensors[$0.tensor].fullName }
  }

  private func canonicalText(_ tensor: StoredTensor) -> String {
    canonicalNames(tensor).joined(separator: ", ")
  }

  /// Gathers a difference, or notes it as an error.
  private mutating func note(_ difference: Difference, _ message: String, _ place: Place) {
    if differences != nil {
      differences?.append(difference)
    } else {
      instantiation.note(ArchitectureError(.mismatch, message, at: place))
    }
  }

  private mutating func noteMissing(_ tensor: StoredTensor, _ row: TensorRow) {
    note(
      .missing(
        .init(
          name: tensor.name, canonical: canonicalNames(tensor), wanted: tensor.shape, found: nil)),
      "the checkpoint lacks '\(tensor.name)' ('\(canonicalText(tensor))', \(tensor.shape))",
      row.location.place)
  }

  /// A tensor that exists by the hyper-parameters, but has no name in the source's dialect.
  private func checkUnnamed() {
    let unnamed = Set(
      architecture.rows.indices.filter {
        let row = architecture.rows[$0]
        return row.names[dialect] == nil || (row.bias != nil && row.bias?.names[dialect] == nil)
      })
    for tensor in tensors where unnamed.contains(tensor.row) {
      let row = architecture.rows[tensor.row]
      let patterns = tensor.member == .weight ? row.names : row.bias?.names ?? [:]
      if patterns[dialect] == nil, row.derived == nil {
        instantiation.note(
          ArchitectureError(
            .mismatch, "'\(tensor.fullName)' is needed, and \(dialect) checkpoints do not hold it",
            at: row.location.place))
      }
    }
  }

  /// Rows that are another tensor here, and stand in the source nevertheless.
  private mutating func findCopies(_ used: inout [Bool]) {
    guard !aliases.isEmpty else { return }
    let names = instantiation.names
    var sources: [Int: String] = [:]
    for tensor in stored[dialect] ?? [] where tensor.layout.parts.count == 1 {
      sources[tensor.layout.parts[0].tensor] = tensor.name
    }
    for row in architecture.rows where row.sameAs != nil {
      guard let pattern = row.names[dialect] else { continue }
      let group = row.group.map { architecture.groups[$0] }
      let count = group.flatMap { group in
        try? instantiation.count(group.count, group.location)
      }
      for layer in count.map({ (0..<$0).map(Optional.init) }) ?? [nil] {
        guard let original = aliases[canonicalName(row, layer)], let number = index[original],
          let position = names.position(of: pattern.name(layer.map { [$0] } ?? []))
        else { continue }
        used[position] = true
        let name = names.originals[position]
        if let shape = instantiation.header.shape(of: name), shape != tensors[number].shape {
          instantiation.note(
            ArchitectureError(
              .mismatch,
              "'\(name)' has the shape \(shape); it is tied to '\(original)' of "
                + "\(tensors[number].shape)", at: row.location.place))
        }
        if let source = sources[number] {
          copies.append(TensorCopy(name: name, original: source))
        }
      }
    }
  }

  private mutating func accountForRest(_ used: [Bool]) {
    let names = instantiation.names
    var rest = zip(names.described, used).filter { !$0.1 }.map(\.0)
    // Unknown names stand among the described ones, too, but for second spellings.
    var seen: Set<String> = []
    rest += names.unknown.filter { names.position(of: $0) == nil && seen.insert($0).inserted }
    var left: [String] = []
    for name in rest {
      let source = names.source(of: name) ?? name
      if let omission = omission(of: name) {
        omitted.append(LostTensor(name: source, reason: omission.reason))
      } else {
        left.append(source)
      }
    }
    if differences != nil {
      differences? += left.map {
        .unknown(.init(name: $0, shape: instantiation.header.shape(of: $0)))
      }
      return
    }
    for name in left.prefix(20) {
      let shape = instantiation.header.shape(of: name).map { " \($0)" } ?? ""
      instantiation.note(
        ArchitectureError(
          .mismatch,
          "the checkpoint's tensor '\(name)'\(shape) is not in the description, or not for these "
            + "hyper-parameters", at: Place(file: architecture.file)))
    }
    if left.count > 20 {
      instantiation.note(
        ArchitectureError(
          .mismatch, "... and \(left.count - 20) more tensors of the checkpoint",
          at: Place(file: architecture.file)))
    }
  }

  private func omission(of name: String) -> Omission? {
    architecture.omissions.first { omission in
      let pattern = omission.pattern
      let body = pattern.isOpen ? String(pattern.text.dropLast(2)) : pattern.text
      guard let numbers = PatternSet.numbers(in: name, after: body, isOpen: pattern.isOpen) else {
        return false
      }
      return instantiation.bool(omission.condition, layer: numbers.first) ?? false
    }
  }

  /// Computes what a target dialect wants and the source lacks.
  mutating func derive() {
    let derivedRows = Set(
      architecture.rows.indices.filter { architecture.rows[$0].derived != nil })
    guard tensors.contains(where: { derivedRows.contains($0.row) }) else { return }
    let held = Set((stored[dialect] ?? []).flatMap { $0.layout.parts.map(\.tensor) })
    for target in Architecture.dialects where target != dialect {
      stored[target] = (stored[target] ?? []).compactMap { tensor in
        let row = row(of: tensor)
        guard let formula = row.derived, !held.contains(tensor.layout.parts[0].tensor) else {
          return tensor
        }
        do throws(ArchitectureError) {
          let values = try instantiation.derived(formula, shape: tensor.shape)
          return StoredTensor(
            name: tensor.name, shape: tensor.shape, layout: tensor.layout, derived: values)
        } catch {
          instantiation.note(error)
          return nil
        }
      }
    }
  }

  /// Target names of classes that are written without the prefix.
  mutating func applyPrefix() {
    guard dialect != .huggingface, let first = architecture.prefixes.first,
      let last = architecture.prefixes.last,
      architecture.unprefixedClasses.contains(instantiation.className)
    else { return }
    stored[.huggingface] = (stored[.huggingface] ?? []).map { tensor in
      guard tensor.name.hasPrefix(first) else { return tensor }
      return StoredTensor(
        name: last + tensor.name.dropFirst(first.count), shape: tensor.shape,
        layout: tensor.layout, derived: tensor.derived)
    }
  }
}
