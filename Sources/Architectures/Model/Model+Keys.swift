public import Documents
public import Failures
public import OrderedCollections
internal import Tensors

extension Model {
  /// The GGUF keys of the hyper-parameters, in the description's order.
  ///
  /// - Throws: `.configuration` for a value that its key's type cannot hold.
  public func ggufKeys() throws(ArchitectureError) -> Metadata {
    var result = Metadata()
    for parameter in architecture.parameters.values where writes.contains(parameter.name) {
      guard let key = architecture.key(parameter), let value = values[parameter.name] else {
        continue
      }
      result[key] = try metadata(value, parameter, key)
    }
    return result
  }

  private func metadata(
    _ value: Value, _ parameter: Parameter, _ key: String
  ) throws(ArchitectureError) -> MetadataValue {
    switch (parameter.type.base, value) {
    case (_, .list(let list)): return .array(try array(list, parameter, key))
    case (.int, .int(let number)): return .u32(try unsigned(number, parameter, key))
    case (.real, .real(let number)): return .f32(try single(number, parameter, key))
    case (.bool, .bool(let truth)): return .bool(truth)
    case (.text, .text(let text)): return .string(text)
    case (.choice(let words), .text(let text)):
      if let number = words.first(where: { $0.text == text })?.number {
        return .u32(try unsigned(number, parameter, key))
      }
      return .string(text)
    default: throw unfit(value.text, parameter, key)
    }
  }

  private func array(
    _ list: [Value], _ parameter: Parameter, _ key: String
  ) throws(ArchitectureError) -> MetadataArray {
    switch parameter.type.base {
    case .bool:
      return .bool(list.map { $0 == .bool(true) })
    case .int:
      var numbers: [Int32] = []
      for item in list {
        guard case .int(let number) = item, let small = Int32(exactly: number) else {
          throw unfit(item.text, parameter, key)
        }
        numbers.append(small)
      }
      return .i32(numbers)
    case .real:
      var numbers: [Float] = []
      for item in list { numbers.append(try single(item.number ?? .nan, parameter, key)) }
      return .f32(numbers)
    case .text, .choice:
      var texts = PackedStrings()
      for item in list {
        guard case .text(let text) = item else { throw unfit(item.text, parameter, key) }
        texts.append(text)
      }
      return .strings(texts)
    }
  }

  private func unsigned(
    _ number: Int, _ parameter: Parameter, _ key: String
  ) throws(ArchitectureError) -> UInt32 {
    guard let value = UInt32(exactly: number) else {
      throw unfit(String(number), parameter, key)
    }
    return value
  }

  private func single(
    _ number: Double, _ parameter: Parameter, _ key: String
  ) throws(ArchitectureError) -> Float {
    let value = Float(number)
    guard value.isFinite else { throw unfit(String(number), parameter, key) }
    return value
  }

  private func unfit(_ found: String, _ parameter: Parameter, _ key: String) -> ArchitectureError {
    let type =
      switch parameter.type.base {
      case .int, .choice: parameter.type.count == .one ? "UINT32" : "INT32"
      case .real: "FLOAT32"
      case .bool: "BOOL"
      case .text: "STRING"
      }
    return ArchitectureError(
      .configuration,
      "'\(parameter.name)' is \(found), which the key '\(key)' (\(type)) cannot hold",
      at: parameter.location.place)
  }

  // MARK: config.json

  /// config.json of the model in Transformers' dialect.
  ///
  /// A given configuration (the source's own without one) is carried over; only keys whose value
  /// is another one are changed. Without any, a path is written for each value that was read, that
  /// differs from its default, or whose `write` clause holds.
  public func configuration(carryingOver given: JSONValue? = nil) -> JSONValue {
    if let carried = given ?? (dialect == .huggingface ? config : nil) { return edited(carried) }
    var result = JSONValue.object([:])
    result["architectures"] = .array([.string(className)])
    if let type = architecture.modelType(of: className) { result["model_type"] = .string(type) }
    for parameter in architecture.parameters.values {
      guard let path = parameter.paths.first, let value = values[parameter.name],
        isWorthWriting(parameter, value)
      else { continue }
      let said = isSaidByNull(parameter, value) ? .null : json(value, parameter)
      result.set(said, at: path.split(separator: ".").map(String.init)[...])
    }
    return result
  }

  /// A value that no key gave is written as the null that means it: readers may know no other word.
  private func isSaidByNull(_ parameter: Parameter, _ value: Value) -> Bool {
    guard origins[parameter.name] != .read, let formula = parameter.null,
      let meant = try? evaluate(formula.expression)
    else { return false }
    return Evaluation<ModelScope>.equal(meant, value)
  }

  private func isWorthWriting(_ parameter: Parameter, _ value: Value) -> Bool {
    if origins[parameter.name] == .read { return true }
    if parameter.write != nil, writes.contains(parameter.name) { return true }
    if origins[parameter.name] == .fallback { return false }
    guard let fallback = parameter.fallback else { return true }
    guard let usual = try? evaluate(fallback.expression) else { return true }
    return !Evaluation<ModelScope>.equal(usual, value)
  }

  /// The configuration with those keys changed that say something else than the model.
  private func edited(_ source: JSONValue) -> JSONValue {
    var result = source
    for (path, _, own) in contradictions(in: source) {
      result.set(own, at: path.split(separator: ".").map(String.init)[...])
    }
    return result
  }

  /// Paths of a configuration that say something else than the model, with what they say and what
  /// the model has.
  public func contradictions(
    in config: JSONValue
  ) -> [(path: String, said: JSONValue, own: JSONValue)] {
    architecture.parameters.values.compactMap { parameter in
      guard let value = values[parameter.name] else { return nil }
      for path in architecture.configPaths(parameter) {
        guard let found = config[path: path], !found.isNull else { continue }
        return says(found, value, parameter) ? nil : (path, found, json(value, parameter))
      }
      return nil
    }
  }

  /// Whether a JSON value means the parameter's value, as far as a key of GGUF holds it.
  private func says(_ json: JSONValue, _ value: Value, _ parameter: Parameter) -> Bool {
    switch (json, value) {
    case (.string(let text), .text(let word)):
      return text == word || architecture.canonicalWord(text, among: parameter.type.words) == word
    case (.array(let items), .list(let list)):
      return items.count == list.count
        && zip(items, list).allSatisfy { says($0, $1, parameter) }
    case (_, .list(let list)):
      if case .object = json { return json == self.json(value, parameter) }
      return list.allSatisfy { says(json, $0, parameter) }
    case (.number(let number), _):
      guard let x = number.double, let y = value.number else { return false }
      return x == y || (parameter.type.base == .real && Float(x) == Float(y))
    case (.bool(let truth), .bool(let other)): return truth == other
    default: return false
    }
  }

  private func json(_ value: Value, _ parameter: Parameter) -> JSONValue {
    switch value {
    case .int(let number): return .int(number)
    case .real(let number): return .double(number)
    case .bool(let truth): return .bool(truth)
    case .text(let word):
      return .string(
        parameter.type.words.isEmpty ? word : architecture.words[word]?.first ?? word)
    case .list(let list):
      guard parameter.type.count == .numbered else {
        return .array(list.map { json($0, parameter) })
      }
      var members = OrderedDictionary<String, JSONValue>()
      for (index, item) in list.enumerated() { members[String(index)] = json(item, parameter) }
      return .object(members)
    }
  }
}

extension JSONValue {
  /// Sets a value below nested keys, which are made where they are missing.
  mutating func set(_ value: JSONValue, at path: ArraySlice<String>) {
    guard let key = path.first else {
      self = value
      return
    }
    if object == nil { self = .object([:]) }
    var inner = self[key] ?? .object([:])
    inner.set(value, at: path.dropFirst())
    self[key] = inner
  }
}
