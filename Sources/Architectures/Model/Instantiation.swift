internal import Documents
internal import Failures
internal import OrderedCollections
internal import Tensors

/// Closes a description's conditions for one checkpoint; defects are gathered.
final class Instantiation {
  /// How a hyper-parameter's value came about.
  enum Origin: String {
    case read, recovered, fixed, fallback
  }

  enum State {
    case pending
    case done(Value, Origin)
    case failed
  }

  let architecture: Architecture
  let header: any CheckpointHeader
  let className: String
  let names: SourceNames
  var states: [String: State] = [:]
  /// Hyper-parameters being computed, innermost last.
  var stack: [String] = []
  var problems: [ArchitectureError] = []
  /// Factors of llama3 scaling, by the table they were solved from.
  var solved: Llama3Scaling?

  init(_ architecture: Architecture, _ header: any CheckpointHeader, className: String) {
    self.architecture = architecture
    self.header = header
    self.className = className
    names = SourceNames(architecture, header)
  }

  /// An error that was reported already, at the hyper-parameter it began with.
  static let reported = ArchitectureError.Code("reported", .malformed)

  /// Notes an error; one that follows from another one is left out.
  func note(_ error: ArchitectureError) {
    if error.code != Self.reported { problems.append(error) }
  }

  func scope(layer: Int? = nil, own: String? = nil, group: Int? = nil) -> SourceScope {
    SourceScope(instantiation: self, layer: layer, own: own, group: group)
  }

  /// The value of a formula, nil and a note if it has none.
  func bool(_ formula: Formula?, layer: Int? = nil, group: Int? = nil) -> Bool? {
    guard let formula else { return true }
    do throws(ArchitectureError) {
      return try Evaluation.bool(formula, in: scope(layer: layer, group: group))
    } catch {
      note(error)
      return nil
    }
  }

  // MARK: Hyper-parameters

  /// Computes all of them.
  func evaluateParameters() {
    for name in architecture.parameters.keys {
      do throws(ArchitectureError) { _ = try parameter(name) } catch { note(error) }
    }
  }

  func parameter(_ name: String) throws(ArchitectureError) -> (Value, Origin)? {
    guard let parameter = architecture.parameters[name] else { return nil }
    switch states[name] {
    case .done(let value, let origin): return (value, origin)
    case .failed: throw ArchitectureError(Self.reported, "")
    case .pending:
      let start = stack.firstIndex(of: name) ?? 0
      let cycle = (stack[start...] + [name]).joined(separator: " -> ")
      throw ArchitectureError(
        .configuration, "the hyper-parameters need one another: \(cycle)",
        at: parameter.location.place)
    case nil: break
    }
    states[name] = .pending
    stack.append(name)
    defer { stack.removeLast() }
    do throws(ArchitectureError) {
      let result = try compute(parameter)
      states[name] = .done(result.0, result.1)
      return result
    } catch {
      states[name] = .failed
      throw error
    }
  }

  private func compute(_ parameter: Parameter) throws(ArchitectureError) -> (Value, Origin) {
    let found = try read(parameter)
    if let formula = parameter.fixed {
      let value = try computed(formula, parameter)
      if let found, header.dialect == .gguf, !agree(found, value) {
        throw ArchitectureError(
          .mismatch,
          "the key '\(key(parameter) ?? "")' is \(found.text); the description allows \(value.text) "
            + "only", at: parameter.location.place)
      }
      return (value, .fixed)
    }
    if let found { return (found, .read) }
    if let formula = parameter.null, isNull(parameter) {
      return (try computed(formula, parameter), .fallback)
    }
    if header.dialect == .gguf, let formula = parameter.recover {
      return (try computed(formula, parameter), .recovered)
    }
    if let formula = parameter.fallback { return (try computed(formula, parameter), .fallback) }
    throw missing(parameter)
  }

  /// Equal, reals as far as a FLOAT32 key holds them.
  private func agree(_ a: Value, _ b: Value) -> Bool {
    if case .real(let x) = a, case .real(let y) = b { return Float(x) == Float(y) }
    return a == b
  }

  private func missing(_ parameter: Parameter) -> ArchitectureError {
    if header.dialect == .gguf {
      let where_ = key(parameter).map { "the key '\($0)'" } ?? "a key"
      return ArchitectureError(
        .configuration, "'\(parameter.name)' needs \(where_); the GGUF has none",
        at: parameter.location.place)
    }
    let paths = paths(parameter).joined(separator: ", ")
    return ArchitectureError(
      .configuration,
      paths.isEmpty
        ? "'\(parameter.name)' cannot be known from a \(header.dialect) checkpoint"
        : "'\(parameter.name)' is missing: config.json has none of \(paths)",
      at: parameter.location.place)
  }

  /// The GGUF key with the architecture's name in front.
  func key(_ parameter: Parameter) -> String? { architecture.key(parameter) }

  /// The paths where config.json may have a value, in the order in which they are looked at.
  func paths(_ parameter: Parameter) -> [String] { architecture.configPaths(parameter) }

  private func computed(
    _ formula: Formula, _ parameter: Parameter
  ) throws(ArchitectureError) -> Value {
    guard case .per(let counter) = parameter.type.count else {
      let value = try Evaluation.value(formula, in: scope(own: parameter.name))
      if parameter.type.count == .list || parameter.type.count == .numbered {
        guard case .list(let list) = value else {
          throw wrong(parameter, value, formula.location)
        }
        var items: [Value] = []
        for item in list { items.append(try typed(item, parameter, formula.location)) }
        return .list(items)
      }
      return try typed(value, parameter, formula.location)
    }
    let count = try self.count(counter, parameter.location)
    var list: [Value] = []
    for layer in 0..<count {
      let value = try Evaluation.value(formula, in: scope(layer: layer, own: parameter.name))
      list.append(try typed(value, parameter, formula.location))
    }
    return .list(list)
  }

  /// A count of layers or the like, within its cap.
  func count(_ name: String, _ location: SourceLocation) throws(ArchitectureError) -> Int {
    guard let (value, _) = try parameter(name), case .int(let count) = value,
      (0...LanguageLimit.repetitions).contains(count)
    else {
      let found = (try parameter(name))?.0.text ?? "nothing"
      throw ArchitectureError(
        .limit, "'\(name)' must be 0 to \(LanguageLimit.repetitions), found \(found)",
        at: location.place)
    }
    return count
  }

  private func wrong(
    _ parameter: Parameter, _ value: Value, _ location: SourceLocation
  ) -> ArchitectureError {
    ArchitectureError(
      .configuration,
      "'\(parameter.name)' is \(parameter.type.description), found \(value.text)",
      at: location.place)
  }

  /// A single value in the type of its hyper-parameter.
  func typed(
    _ value: Value, _ parameter: Parameter, _ location: SourceLocation
  ) throws(ArchitectureError) -> Value {
    switch (parameter.type.base, value) {
    case (.int, .int), (.real, .real), (.bool, .bool), (.text, .text): return value
    case (.real, .int(let number)): return .real(Double(number))
    case (.int, .real(let number)):
      if let whole = Int(exactly: number) { return .int(whole) }
    case (.choice(let words), .text(let text)):
      if words.contains(where: { $0.text == text }) { return value }
      if let canonical = architecture.canonicalWord(text, among: words) { return .text(canonical) }
      let known = words.map(\.text).joined(separator: ", ")
      throw ArchitectureError(
        .mismatch, "'\(parameter.name)' is \(value.text); the description knows \(known)",
        at: location.place)
    case (.choice(let words), .int(let number)):
      if let word = words.first(where: { $0.number == number }) { return .text(word.text) }
    default: break
    }
    throw wrong(parameter, value, location)
  }
}

extension Architecture {
  /// The GGUF key with the architecture's name in front.
  func key(_ parameter: Parameter) -> String? {
    parameter.key.map { $0.hasPrefix(".") ? gguf + $0 : $0 }
  }

  /// The paths where config.json may have a value.
  func configPaths(_ parameter: Parameter) -> [String] {
    var result: [String] = []
    for path in parameter.paths { result += spellings(ofPath: path) }
    return result
  }

  /// A path and what it may stand under.
  func spellings(ofPath path: String) -> [String] {
    var result = [path]
    for alias in pathAliases {
      guard let first = alias.first, path == first || path.hasPrefix(first + ".") else { continue }
      for other in alias.dropFirst() {
        let spelling = other + path.dropFirst(first.count)
        if !result.contains(spelling) { result.append(spelling) }
      }
    }
    return result
  }

  /// The canonical word that config.json spells so.
  func canonicalWord(_ text: String, among choices: [ParameterType.Word]) -> String? {
    choices.first { words[$0.text]?.contains(text) ?? false }?.text
  }
}
