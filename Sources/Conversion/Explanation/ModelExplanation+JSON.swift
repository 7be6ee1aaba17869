internal import Architectures
public import Documents
internal import Tensors

extension ModelExplanation {
  /// The explanation as one document.
  public func json() -> JSONValue {
    var result = JSONValue.object([
      "path": .string(path), "dialect": .string(dialect.name), "tensors": .int(tensorCount),
      "stated": .array(stated.map(JSONValue.string)),
    ])
    guard let found = explanation else {
      result["architecture"] = .null
      return result
    }
    result["architecture"] = .string(found.architecture.name)
    result["chosen"] = .string(found.choice.rawValue)
    result["class"] = .string(found.className)
    result["fits"] = .bool(found.fits)
    result["compares_shapes"] = .bool(found.comparesShapes)
    result["matched"] = .array(found.matched.map(match))
    result["misshapen"] = .array(found.misshapen.map(match))
    result["missing"] = .array(found.missing.map(match))
    result["unknown"] = .array(
      found.unknown.map {
        .object(["name": .string($0.name), "shape": $0.shape.map(axes) ?? .null])
      })
    result["omitted"] = .array(
      found.omitted.map { .object(["name": .string($0.name), "reason": .string($0.reason)]) })
    result["copies"] = .array(
      found.copies.map { .object(["name": .string($0.name), "of": .string($0.original)]) })
    result["hyperparameters"] = .array(
      found.parameters.map {
        .object([
          "name": .string($0.name), "value": json($0.value), "origin": .string($0.origin),
        ])
      })
    result["unknown_keys"] = .array(found.unknownKeys.map(JSONValue.string))
    result["problems"] = .array(found.problems.map(JSONValue.string))
    result["gguf"] = .array(
      found.limits.map { .object(["refuses": .bool($0.isLossy), "message": .string($0.message)]) })
    return result
  }

  private func match(_ match: Explanation.Match) -> JSONValue {
    .object([
      "name": .string(match.name), "canonical": .array(match.canonical.map(JSONValue.string)),
      "described_shape": match.wanted.map(axes) ?? .null,
      "shape": match.found.map(axes) ?? .null,
    ])
  }

  private func axes(_ shape: Shape) -> JSONValue { .array(shape.axes.map(JSONValue.int)) }

  private func json(_ value: Value) -> JSONValue {
    switch value {
    case .int(let number): .int(number)
    case .real(let number): .double(number)
    case .bool(let truth): .bool(truth)
    case .text(let text): .string(text)
    case .list(let list): .array(list.map(json))
    }
  }
}
