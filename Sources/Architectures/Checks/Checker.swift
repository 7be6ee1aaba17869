internal import Failures
internal import ModelGraph
internal import Tensors

extension Architecture {
  /// The defects that can be seen without any checkpoint.
  func problems(signatures: OpSignatures?) -> [ArchitectureError] {
    var checker = Checker(self, signatures)
    checker.checkHead()
    checker.checkParameters()
    checker.checkTensors()
    checker.checkLayouts()
    checker.checkLimits()
    checker.checkGraphs()
    checker.checkUse()
    return checker.problems
  }
}

/// Looks at a whole description and gathers what is wrong with it.
struct Checker {
  let architecture: Architecture
  let signatures: Architecture.OpSignatures?
  var problems: [ArchitectureError] = []
  var usedParameters: Set<String> = []
  var usedRows: Set<Int> = []

  init(_ architecture: Architecture, _ signatures: Architecture.OpSignatures?) {
    self.architecture = architecture
    self.signatures = signatures
  }

  mutating func report(
    _ code: ArchitectureError.Code, _ message: String, _ location: SourceLocation
  ) {
    problems.append(ArchitectureError(code, message, at: location.place))
  }

  // MARK: Expressions outside graphs

  /// What an expression may use.
  struct Context {
    /// `layer` is bound.
    var layer = false
    /// The bare word `given` means the row's own hyper-parameter.
    var given = false
    /// The group whose rows go by their bare names.
    var group: Int?
  }

  mutating func check(_ formula: Formula?, _ context: Context = Context()) {
    guard let formula else { return }
    for mention in formula.mentions { check(mention, context) }
  }

  private mutating func check(_ mention: Mention, _ context: Context) {
    let place = mention.location
    switch mention.kind {
    case .name(let name): checkName(name, place)
    case .element(let name):
      guard let parameter = architecture.parameters[name] else {
        report(.name, "'\(name)' is no hyper-parameter", place)
        return
      }
      usedParameters.insert(name)
      if parameter.type.count == .one {
        report(.check, "'\(name)' has one value and no elements", place)
      }
    case .layer:
      if !context.layer { report(.check, "no layer is meant here", place) }
    case .given:
      if !context.given {
        report(.check, "'given' without a name stands only behind 'write'", place)
      }
    case .call(let name, let positional, let named):
      checkFunction(name, positional.count, named, place)
    case .comparison(let op, let a, let b): checkComparison(op, a, b, place)
    case .tensor(let name): checkTensor(name, context.group, place)
    case .parameter(let name): checkParameter(name, place)
    }
  }

  mutating func checkParameter(_ name: String, _ place: SourceLocation) {
    if architecture.parameters[name] == nil {
      report(.name, "'\(name)' is no hyper-parameter", place)
    }
    usedParameters.insert(name)
  }

  mutating func checkTensor(_ name: String, _ group: Int?, _ place: SourceLocation) {
    switch architecture.resolve(name, within: group) {
    case .row: break
    case .ambiguous: report(.name, "'\(name)' is in several groups; write group.\(name)", place)
    case .unknown: report(.name, "'\(name)' is no tensor", place)
    }
  }

  private mutating func checkName(_ name: String, _ place: SourceLocation) {
    if architecture.parameters[name] != nil {
      usedParameters.insert(name)
      return
    }
    if architecture.checks.choiceWords.contains(name) || architecture.classes.contains(name) {
      return
    }
    if architecture.checks.rowsByName[name] != nil {
      report(.name, "'\(name)' is a tensor, no value; ask has(\(name)) or rows(\(name))", place)
    } else {
      report(.name, "'\(name)' is no hyper-parameter and no word of a choice", place)
    }
  }

  mutating func checkFunction(
    _ name: String, _ count: Int, _ named: [Expression.NamedArgument], _ place: SourceLocation
  ) {
    guard let function = ExpressionFunction(rawValue: name) else {
      let known = ExpressionFunction.allCases.map(\.rawValue).joined(separator: ", ")
      report(.name, "'\(name)' is no function; there are \(known)", place)
      return
    }
    if let first = named.first {
      report(.check, "\(name) has no argument named '\(first.name)'", place)
    } else if !function.argumentCount.contains(count) {
      let wanted = function.argumentCount
      let text =
        wanted.count == 1 ? "\(wanted.lowerBound)" : "\(wanted.lowerBound) to \(wanted.upperBound)"
      report(.check, "\(name) takes \(text) arguments, found \(count)", place)
    }
  }

  // MARK: Words of choices

  /// The words that an expression's value may be, nil where it is no choice.
  private func choices(_ expression: Expression) -> [String]? {
    let name: String
    switch expression {
    case .name("class"): return architecture.classes
    case .name(let text): name = text
    case .element(let text, _): name = text
    default: return nil
    }
    guard let words = architecture.parameters[name]?.type.words, !words.isEmpty else { return nil }
    return words.map(\.text)
  }

  /// The literal words that an expression's value may be.
  private func literals(_ expression: Expression) -> [String] {
    switch expression {
    case .name(let name): architecture.parameters[name] == nil && name != "class" ? [name] : []
    case .value(.text(let text)): [text]
    case .choose(_, let a, let b): literals(a) + literals(b)
    case .list(let list): list.flatMap { literals($0) }
    default: []
    }
  }

  mutating func checkComparison(
    _ op: Expression.Operator, _ a: Expression, _ b: Expression, _ place: SourceLocation
  ) {
    guard [.equal, .unequal, .isIn].contains(op) else { return }
    for (subject, other) in [(a, b), (b, a)] {
      guard let words = choices(subject) else { continue }
      for literal in literals(other) where !words.contains(literal) {
        report(
          .check,
          "compared with '\(literal)', which it never is; it is \(words.joined(separator: ", "))",
          place)
      }
    }
  }

  /// A choice's own clause gives one of its words.
  mutating func checkResult(_ formula: Formula?, of parameter: Parameter) {
    let words = parameter.type.words.map(\.text)
    guard let formula, !words.isEmpty else { return }
    for literal in literals(formula.expression) where !words.contains(literal) {
      report(
        .check,
        "'\(literal)' is no value of '\(parameter.name)'; it is \(words.joined(separator: ", "))",
        formula.location)
    }
  }

  /// A parameter that is a whole number.
  mutating func checkCount(_ name: String, _ place: SourceLocation) {
    guard let parameter = architecture.parameters[name] else {
      report(.name, "'\(name)' is no hyper-parameter", place)
      return
    }
    usedParameters.insert(name)
    if parameter.type != ParameterType(base: .int, count: .one) {
      report(.check, "'\(name)' counts, so it must be an int", place)
    }
  }
}
