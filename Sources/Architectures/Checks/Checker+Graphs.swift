internal import Failures
internal import ModelGraph
internal import Tensors

extension Checker {
  /// Names that a statement may use.
  private struct Scope {
    var values: Set<String>
    var group: Int?
    var variable: String?
  }

  mutating func checkGraphs() {
    for graph in architecture.graphs.values {
      var scope = Scope(values: Set(graph.inputs))
      check(graph.body, &scope)
      for output in graph.outputs where !scope.values.contains(output) {
        report(.check, "the output '\(output)' is never assigned", graph.location)
      }
    }
  }

  private mutating func check(_ body: [Statement], _ scope: inout Scope) {
    for statement in body {
      let place = statement.location
      let mentions = architecture.checks.mentions[place] ?? []
      let words = signatures == nil ? nil : self.words(mentions)
      for mention in mentions { check(mention, scope, words) }
      switch statement.action {
      case .assign(let targets, let expression):
        checkResults(expression, targets, place)
        assign(targets, &scope, place)
      case .mix(let result, let variable, _, let body):
        var inner = scope
        inner.variable = variable
        check(body, &inner)
        assign([result], &scope, place)
      case .give: break
      case .repeated(let name, let body):
        guard scope.group == nil,
          let group = architecture.groups.firstIndex(where: { $0.name == name })
        else {
          report(.check, "groups do not nest", place)
          continue
        }
        scope.group = group
        check(body, &scope)
        scope.group = nil
      case .branch(_, let then, let otherwise):
        // Either may be taken: whether a value is there is seen when the model is known.
        var other = scope
        check(then, &scope)
        check(otherwise, &other)
        scope.values.formUnion(other.values)
      }
    }
  }

  private mutating func assign(
    _ targets: [String], _ scope: inout Scope, _ place: SourceLocation
  ) {
    for target in targets {
      if architecture.parameters[target] != nil || isTensor(target, scope) {
        report(.name, "'\(target)' is a hyper-parameter or tensor already", place)
      }
      scope.values.insert(target)
    }
  }

  private func isTensor(_ name: String, _ scope: Scope) -> Bool {
    (architecture.checks.rowsByName[name] ?? []).contains { index in
      let group = architecture.rows[index].group
      return group == nil || group == scope.group
    }
  }

  private mutating func check(_ mention: Mention, _ scope: Scope, _ words: Set<String>?) {
    let place = mention.location
    switch mention.kind {
    case .name(let name), .element(let name):
      if scope.values.contains(name) || name == scope.variable { return }
      if case .row(let index, _) = architecture.resolve(name, within: scope.group),
        isTensor(name, scope) || name.contains(".")
      {
        usedRows.insert(index)
      } else if architecture.parameters[name] != nil {
        usedParameters.insert(name)
      } else if useRecord(name) {
        return
      } else if let words, !words.contains(name), !architecture.classes.contains(name),
        !architecture.checks.choiceWords.contains(name)
      {
        report(.name, "'\(name)' is no value so far, no tensor here and no hyper-parameter", place)
      }
    case .layer:
      if scope.group == nil { report(.check, "no layer is meant here", place) }
    case .given: report(.check, "'given' without a name stands only behind 'write'", place)
    case .call(let name, let positional, let named):
      if ExpressionFunction(rawValue: name) != nil {
        checkFunction(name, positional.count, named, place)
      } else if let signatures {
        checkOp(name, positional, named, place, signatures)
      }
    case .comparison(let op, let a, let b): checkComparison(op, a, b, place)
    case .tensor(let name): checkTensor(name, scope.group, place)
    case .parameter(let name): checkParameter(name, place)
    }
  }

  private mutating func checkOp(
    _ name: String, _ positional: [Expression], _ named: [Expression.NamedArgument],
    _ place: SourceLocation, _ signatures: Architecture.OpSignatures
  ) {
    guard let signature = signatures(name) else {
      report(.name, "'\(name)' is no op and no function", place)
      return
    }
    do throws(GraphError) {
      let arguments = try signature.bind(positional: positional.count, named: named.map(\.name))
      for (argument, value) in zip(arguments, positional + named.map(\.value)) {
        guard case .word(let words) = argument.kind else { continue }
        for word in wordLiterals(value) where !words.contains(word) {
          report(
            .check,
            "\(name): '\(word)' is no \(argument.name); there are \(words.joined(separator: ", "))",
            place)
        }
      }
    } catch {
      report(.check, error.message, place)
    }
  }

  /// `a, b = split(...)`: as many names as results.
  private mutating func checkResults(
    _ expression: Expression, _ targets: [String], _ place: SourceLocation
  ) {
    var count = 1
    if case .call(let name, let positional, _) = expression, let signature = signatures?(name) {
      count = signature.resultCount(positional: positional.count)
    } else if signatures == nil {
      return
    }
    if count != targets.count {
      report(.check, "\(targets.count) names for \(count) results", place)
    }
  }

  /// Words that stand as arguments of a statement's ops.
  private func words(_ mentions: [Mention]) -> Set<String> {
    var result: Set<String> = []
    for mention in mentions {
      guard case .call(let name, let positional, let named) = mention.kind,
        let signature = signatures?(name),
        let arguments = try? signature.bind(
          positional: positional.count, named: named.map(\.name))
      else { continue }
      for (argument, value) in zip(arguments, positional + named.map(\.value)) {
        // A wrong word is reported with the op, not as a name.
        if case .word = argument.kind { result.formUnion(wordLiterals(value)) }
        if argument.presence == .absentAllowed { result.insert("none") }
      }
    }
    return result
  }

  private func wordLiterals(_ expression: Expression) -> [String] {
    switch expression {
    case .name(let name):
      architecture.parameters[name] == nil && architecture.checks.rowsByName[name] == nil
        ? [name] : []
    case .choose(_, let a, let b): wordLiterals(a) + wordLiterals(b)
    default: []
    }
  }
}
