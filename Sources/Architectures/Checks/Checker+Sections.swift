internal import Failures
internal import Tensors

extension Checker {
  mutating func checkHead() {
    for name in architecture.unprefixedClasses where !architecture.classes.contains(name) {
      report(
        .name, "'\(name)' behind 'without' is no class of this file",
        SourceLocation(file: architecture.file, line: 1, column: 1))
    }
  }

  mutating func checkParameters() {
    for parameter in architecture.parameters.values {
      var context = Context()
      if case .per(let count) = parameter.type.count {
        checkCount(count, parameter.location)
        context.layer = true
      }
      for formula in [parameter.fallback, parameter.null, parameter.fixed, parameter.recover] {
        check(formula, context)
        checkResult(formula, of: parameter)
      }
      check(parameter.write, Context(given: true))
    }
  }

  mutating func checkTensors() {
    for group in architecture.groups { checkCount(group.count, group.location) }
    for row in architecture.rows {
      let context = Context(layer: row.group != nil, group: row.group)
      for formula in row.shape { check(formula, context) }
      check(row.condition, context)
      check(row.bias?.condition, context)
      if architecture.parameters[row.name] != nil {
        report(.name, "'\(row.name)' is a hyper-parameter already", row.location)
      }
      if let same = row.sameAs {
        check(same.condition, context)
        checkTensor(same.tensor, row.group, same.location)
        if case .row(let index, _) = architecture.resolve(same.tensor, within: row.group),
          architecture.rows[index].location == row.location
        {
          report(.check, "a tensor cannot be itself", same.location)
        }
      }
      checkDerived(row)
    }
    for omission in architecture.omissions {
      check(omission.condition, Context(layer: omission.pattern.starCount > 0))
    }
    checkSharedNames()
  }

  private mutating func checkDerived(_ row: TensorRow) {
    guard let formula = row.derived, case .call(let name, let arguments, _) = formula.expression
    else { return }
    guard let function = DerivedFunction(rawValue: name) else {
      let known = DerivedFunction.allCases.map(\.rawValue).joined(separator: ", ")
      report(.name, "'\(name)' computes no tensor; there are \(known)", formula.location)
      return
    }
    guard function.argumentCount.contains(arguments.count) else {
      report(
        .check,
        "\(name) takes \(function.argumentCount.lowerBound) arguments, found \(arguments.count)",
        formula.location)
      return
    }
    if function == .listed {
      guard case .name(let list)? = arguments.first,
        architecture.parameters[list]?.type == ParameterType(base: .real, count: .list)
      else {
        report(.check, "\(name) needs a hyper-parameter of the type real[]", formula.location)
        return
      }
      usedParameters.insert(list)
    } else if case .name(let record)? = arguments.first, useRecord(record) {
      for mention in formula.mentions {
        if case .name(let used) = mention.kind, used != record {
          checkParameter(used, mention.location)
        }
      }
    } else {
      report(.check, "\(name) needs the common first part of names first", formula.location)
    }
  }

  /// Notes the use of every `record.x`; false if there is none.
  mutating func useRecord(_ record: String) -> Bool {
    let names = architecture.parameters.keys.filter { $0.hasPrefix(record + ".") }
    usedParameters.formUnion(names)
    return !names.isEmpty
  }

  /// Rows of one stored name are joined, or their conditions exclude one another.
  private mutating func checkSharedNames() {
    for dialect in Architecture.dialects {
      var holders: [String: [Int]] = [:]
      for (index, row) in architecture.rows.enumerated() {
        var texts: Set<String> = []
        if let text = row.names[dialect]?.text { texts.insert(text) }
        if let text = row.bias?.names[dialect]?.text { texts.insert(text) }
        for text in texts {
          for other in holders[text] ?? [] {
            if areJoined(index, other, dialect) || exclude(row, architecture.rows[other]) {
              continue
            }
            report(
              .check,
              "'\(text)' is the name of '\(architecture.rows[other].name)', too, in \(dialect); "
                + "join them, or let their conditions exclude one another", row.location)
          }
          holders[text, default: []].append(index)
        }
      }
    }
  }

  private func exclude(_ a: TensorRow, _ b: TensorRow) -> Bool {
    Exclusion.excludes(condition(a), condition(b))
  }

  /// When a row is stored: not where it is another tensor.
  private func condition(_ row: TensorRow) -> Expression {
    let exists = row.condition?.expression ?? .value(.bool(true))
    guard let same = row.sameAs else { return exists }
    let isOther = same.condition?.expression ?? .value(.bool(true))
    return .binary(.and, exists, .unary(.not, isOther))
  }

  private func areJoined(_ a: Int, _ b: Int, _ dialect: Dialect) -> Bool {
    (architecture.layouts[dialect] ?? []).contains { line in
      let rows = line.tensors.map { architecture.resolve($0.name) }.compactMap {
        if case .row(let index, _) = $0 { index } else { nil }
      }
      return rows.contains(a) && rows.contains(b)
        && line.steps.contains { LayoutTransforms.named($0.name)?.joinsParts == true }
    }
  }

  mutating func checkLayouts() {
    for dialect in Architecture.dialects {
      var seen: Set<Int> = []
      for line in architecture.layouts[dialect] ?? [] {
        var rows: [Int] = []
        for reference in line.tensors {
          switch architecture.resolve(reference.name) {
          case .row(let index, _):
            rows.append(index)
            if !seen.insert(index).inserted {
              report(
                .name, "the layout of '\(reference.name)' in \(dialect) stands twice",
                reference.location)
            }
            if architecture.rows[index].names[dialect] == nil {
              report(
                .check, "'\(reference.name)' has no name in \(dialect)", reference.location)
            }
          case .ambiguous, .unknown: checkTensor(reference.name, nil, reference.location)
          }
        }
        let joins = line.steps.contains {
          LayoutTransforms.named($0.name)?.joinsParts == true
        }
        let names = Set(rows.map { architecture.rows[$0].names[dialect] })
        if joins, names.count > 1 {
          report(.check, "joined tensors share one name in \(dialect)", line.location)
        }
        let group = rows.first.flatMap { architecture.rows[$0].group }
        let context = Context(layer: group != nil, group: group)
        for step in line.steps {
          for argument in step.arguments { check(argument, context) }
          check(step.condition, context)
        }
      }
    }
  }

  mutating func checkLimits() {
    for limit in architecture.limits {
      check(limit.condition)
      check(limit.at)
    }
  }

  /// Nothing stands in the file for nothing.
  mutating func checkUse() {
    for parameter in architecture.parameters.values
    where parameter.key == nil && !usedParameters.contains(parameter.name)
      && !architecture.checks.fromParts.contains(parameter.name)
    {
      report(.check, "'\(parameter.name)' is neither used nor a GGUF key", parameter.location)
    }
    guard !architecture.graphs.isEmpty else { return }
    // A row that is another one here and there puts that one into the graph.
    for index in usedRows {
      let row = architecture.rows[index]
      if let same = row.sameAs,
        case .row(let other, _) = architecture.resolve(same.tensor, within: row.group)
      {
        usedRows.insert(other)
      }
    }
    for (index, row) in architecture.rows.enumerated() where !usedRows.contains(index) {
      report(.check, "no graph uses the tensor '\(row.name)'", row.location)
    }
  }
}
