internal import Documents
public import Failures
internal import OrderedCollections
internal import Tensors

extension Architecture {
  /// Closes the description for one checkpoint.
  ///
  /// - Parameters:
  ///   - header: the checkpoint's names, shapes and configuration.
  ///   - name: the class; without one config.json's, and for a GGUF the first class whose
  ///     requirements hold.
  /// - Throws: all defects found, a line each: `.configuration`, `.mismatch`, `.limit`; or
  ///   `.requirement` if a `require` does not hold.
  public func instantiate(
    _ header: some CheckpointHeader, class name: String? = nil
  ) throws(ArchitectureError) -> Model {
    let className = try self.className(of: header, chosen: name)
    guard header.dialect == .gguf, name == nil else {
      return try instantiate(header, className: className)
    }
    var refusal: ArchitectureError?
    for className in classes {
      do throws(ArchitectureError) {
        return try instantiate(header, className: className)
      } catch {
        guard error.code == .requirement else { throw refusal ?? error }
        refusal = refusal ?? error
      }
    }
    throw refusal
      ?? ArchitectureError(.unknownArchitecture, "it has no class", at: Place(file: file))
  }

  private func instantiate(
    _ header: some CheckpointHeader, className: String
  ) throws(ArchitectureError) -> Model {
    let instantiation = Instantiation(self, header, className: className)
    instantiation.evaluateParameters()
    try instantiation.checkRequirements()
    // Without hyper-parameters every tensor would be reported, too.
    if let error = ArchitectureError.gathered(instantiation.problems) { throw error }
    var builder = ModelBuilder(instantiation)
    builder.makeTensors()
    for dialect in Architecture.dialects where instantiation.problems.isEmpty {
      builder.makeStored(dialect)
    }
    if instantiation.problems.isEmpty {
      builder.match()
      builder.derive()
      builder.applyPrefix()
    }
    let model = instantiation.model(builder)
    if let error = ArchitectureError.gathered(instantiation.problems) { throw error }
    return model
  }

  func className(
    of header: some CheckpointHeader, chosen: String?
  ) throws(ArchitectureError) -> String {
    let known = classes.joined(separator: ", ")
    if let chosen {
      guard classes.contains(chosen) else {
        throw ArchitectureError(
          .unknownArchitecture,
          "the class '\(chosen)' is not of '\(self.name)', which has \(known)",
          at: Place(file: file))
      }
      return chosen
    }
    if header.dialect == .gguf {
      if let name = header.metadata["general.architecture"]?.string, name != gguf {
        throw ArchitectureError(
          .unknownArchitecture,
          "the GGUF is of the architecture '\(name)'; this describes '\(gguf)'",
          at: Place(file: file))
      }
      return classes.first ?? ""
    }
    let listed = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
    if let found = listed.first(where: { classes.contains($0) }) { return found }
    if listed.isEmpty, let type = header.config?["model_type"]?.string,
      let found = firstClass(of: type)
    {
      return found
    }
    let found = listed.isEmpty ? "none" : listed.joined(separator: ", ")
    throw ArchitectureError(
      .unknownArchitecture,
      "config.json names the class \(found); '\(self.name)' describes \(known)",
      at: Place(file: file))
  }
}

extension Instantiation {
  /// `require` lines that do not hold are refusals, and all of them are named.
  func checkRequirements() throws(ArchitectureError) {
    var refused: [ArchitectureError] = []
    for limit in architecture.limits where limit.kind == .require {
      guard bool(limit.condition) == false else { continue }
      refused.append(
        ArchitectureError(
          .requirement, "'\(architecture.name)' does not describe this model: \(text(limit))",
          at: limit.location.place))
    }
    if let error = ArchitectureError.gathered(refused) { throw error }
  }

  func text(_ limit: Limit) -> String {
    guard let at = limit.at, let value = try? Evaluation.value(at, in: scope()) else {
      return limit.message
    }
    return "\(limit.message) \(value.text)"
  }

  /// The model, as far as it could be made.
  func model(_ builder: ModelBuilder) -> Model {
    var values = OrderedDictionary<String, Value>()
    var origins: [String: Origin] = [:]
    var writes: Set<String> = []
    for parameter in architecture.parameters.values {
      guard case .done(let value, let origin)? = states[parameter.name] else { continue }
      values[parameter.name] = value
      origins[parameter.name] = origin
      guard parameter.key != nil else { continue }
      guard let formula = parameter.write else {
        writes.insert(parameter.name)
        continue
      }
      do throws(ArchitectureError) {
        if try Evaluation.bool(formula, in: scope(own: parameter.name)) {
          writes.insert(parameter.name)
        }
      } catch { note(error) }
    }
    var violated: [(dialect: Dialect, notice: LimitNotice)] = []
    for limit in architecture.limits {
      let target: Dialect
      let isLossy: Bool
      switch limit.kind {
      case .require: continue
      case .cannot(let dialect): (target, isLossy) = (dialect, true)
      case .differs(let dialect): (target, isLossy) = (dialect, false)
      }
      guard bool(limit.condition) == true else { continue }
      let notice = LimitNotice(isLossy: isLossy, message: text(limit), location: limit.location)
      violated.append((target, notice))
    }
    return Model(
      architecture: architecture, className: className, dialect: header.dialect,
      tensors: builder.tensors, aliases: builder.aliases, copies: builder.copies,
      omitted: builder.omitted, unknownConfigKeys: unknownConfigKeys(), values: values,
      origins: origins, writes: writes, storedByDialect: builder.stored, violated: violated,
      config: header.config, index: builder.index)
  }

  /// Leaves of config.json that no path of the description begins, and that are not null.
  func unknownConfigKeys() -> [String] { architecture.unknownConfigKeys(of: header) }
}

extension Architecture {
  /// Leaves of config.json that no path of the description begins, and that are not null.
  func unknownConfigKeys(of header: any CheckpointHeader) -> [String] {
    guard header.dialect == .huggingface, let config = header.config else { return [] }
    var known: Set<String> = []
    for parameter in parameters.values { known.formUnion(configPaths(parameter)) }
    var ignored: Set<String> = []
    for path in self.ignored { ignored.formUnion(spellings(ofPath: path)) }
    var parents: Set<String> = []
    for path in known.union(ignored) {
      var segments = path.split(separator: ".")
      while segments.count > 1 {
        segments.removeLast()
        parents.insert(segments.joined(separator: "."))
      }
    }
    var result: [String] = []
    // The nesting of config.json is bounded by that of the paths.
    var open: [(path: String, value: JSONValue)] = [("", config)]
    while let (path, value) = open.popLast() {
      if ignored.contains(path) { continue }
      if path.isEmpty || parents.contains(path), let members = value.object {
        for (key, member) in members.reversed() {
          open.append((path.isEmpty ? key : "\(path).\(key)", member))
        }
      } else if !known.contains(path), !value.isNull {
        result.append(path)
      }
    }
    return result
  }
}
