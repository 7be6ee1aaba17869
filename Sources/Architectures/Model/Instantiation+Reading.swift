internal import Documents
internal import Failures

extension Instantiation {
  /// The value that the source gives, nil if it gives none.
  func read(_ parameter: Parameter) throws(ArchitectureError) -> Value? {
    // A configuration beside a GGUF tells what the GGUF's keys do not.
    if header.dialect == .gguf, let key = key(parameter), let found = header.metadata[key] {
      return try list(value(found, key, parameter), parameter, "the key '\(key)'")
    }
    guard let config = header.config else { return nil }
    for path in paths(parameter) {
      guard let found = config[path: path], !found.isNull else { continue }
      return try list(value(found, path, parameter), parameter, "\(path) of config.json")
    }
    return nil
  }

  /// Whether config.json says null.
  func isNull(_ parameter: Parameter) -> Bool {
    paths(parameter).contains { header.config?[path: $0]?.isNull ?? false }
  }

  /// Checks the type, and repeats a single value where there is one for each layer.
  private func list(
    _ value: Value, _ parameter: Parameter, _ where_: String
  ) throws(ArchitectureError) -> Value {
    do throws(ArchitectureError) {
      switch parameter.type.count {
      case .one: return try typed(value, parameter, parameter.location)
      case .list, .numbered:
        guard case .list(let items) = value else { break }
        return .list(
          try items.map { item throws(ArchitectureError) in
            try typed(item, parameter, parameter.location)
          })
      case .per(let counter):
        let count = try count(counter, parameter.location)
        guard case .list(let items) = value else {
          let one = try typed(value, parameter, parameter.location)
          return .list(Array(repeating: one, count: count))
        }
        guard items.count == count else {
          throw ArchitectureError(
            .configuration, "'\(parameter.name)' has \(items.count) values for \(count) \(counter)",
            at: parameter.location.place)
        }
        return .list(
          try items.map { item throws(ArchitectureError) in
            try typed(item, parameter, parameter.location)
          })
      }
    } catch {
      if error.code == Self.reported { throw error }
      throw ArchitectureError(error.code, "\(error.message) (\(where_))", at: error.place)
    }
    throw ArchitectureError(
      .configuration,
      "'\(parameter.name)' is \(parameter.type.description), found \(value.text) (\(where_))",
      at: parameter.location.place)
  }

  private func value(
    _ json: JSONValue, _ path: String, _ parameter: Parameter
  ) throws(ArchitectureError) -> Value {
    switch json {
    case .bool(let truth): return .bool(truth)
    case .string(let text): return .text(text)
    case .number(let number):
      if let int = number.int { return .int(int) }
      if let real = number.double { return .real(real) }
    case .array(let items):
      guard items.count <= LanguageLimit.repetitions else { break }
      return .list(
        try items.map { item throws(ArchitectureError) in
          if case .array = item { throw unreadable(json, path, parameter) }
          return try value(item, path, parameter)
        })
    case .object(let members):
      guard parameter.type.count == .numbered, members.count <= LanguageLimit.repetitions else {
        break
      }
      var list: [Value] = []
      for index in 0..<members.count {
        guard let text = members[String(index)]?.string else {
          throw unreadable(json, path, parameter)
        }
        list.append(.text(text))
      }
      return .list(list)
    case .null: break
    }
    throw unreadable(json, path, parameter)
  }

  private func unreadable(
    _ json: JSONValue, _ path: String, _ parameter: Parameter
  ) -> ArchitectureError {
    ArchitectureError(
      .configuration,
      "'\(parameter.name)' is \(parameter.type.description); \(path) of config.json is "
        + json.kind.phrase, at: parameter.location.place)
  }

  private func value(
    _ found: MetadataValue, _ key: String, _ parameter: Parameter
  ) throws(ArchitectureError) -> Value {
    switch found {
    case .bool(let truth): return .bool(truth)
    case .string(let text): return .text(text)
    case .f32(let number):
      // The shortest decimal, so that 1e-5 comes back as it was before it became binary32.
      if number.isFinite, let real = Double(number.description) { return .real(real) }
    case .f64(let number): if number.isFinite { return .real(number) }
    case .array(let items):
      guard items.count <= LanguageLimit.repetitions else { break }
      var list: [Value] = []
      for index in 0..<items.count {
        guard let item = items.element(at: index) else { continue }
        if case .array = item { throw unreadable(found, key, parameter) }
        list.append(try value(item, key, parameter))
      }
      return .list(list)
    default: if let int = found.int { return .int(int) }
    }
    throw unreadable(found, key, parameter)
  }

  private func unreadable(
    _ found: MetadataValue, _ key: String, _ parameter: Parameter
  ) -> ArchitectureError {
    ArchitectureError(
      .configuration,
      "'\(parameter.name)' is \(parameter.type.description); the key '\(key)' is \(found.typeName)"
        + " beyond what is read", at: parameter.location.place)
  }
}
