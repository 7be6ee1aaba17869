extension MetadataValue {
  /// The value as JSON: numbers by their shortest text, NaN and infinities as strings.
  ///
  /// - Parameter maxElements: of a longer list only so many elements are kept, as `{"type", "count",
  ///   "first"}`; nil keeps all.
  public func json(maxElements: Int? = nil) -> JSONValue {
    switch self {
    case .bool(let truth): return .bool(truth)
    case .string(let text): return .string(text)
    case .f32(let value): return .float(value)
    case .f64(let value): return .double(value)
    case .u64(let value): return .int(value)
    case .array(let list): return list.json(maxElements: maxElements)
    default: return int.map { .int($0) } ?? .null
    }
  }
}

extension MetadataArray {
  /// The list as JSON; see `MetadataValue.json`.
  public func json(maxElements: Int? = nil) -> JSONValue {
    let shown = min(count, max(0, maxElements ?? count))
    var elements: [JSONValue] = []
    elements.reserveCapacity(shown)
    for index in 0..<shown {
      if let value = element(at: index) { elements.append(value.json(maxElements: maxElements)) }
    }
    if shown == count { return .array(elements) }
    return [
      "type": .string(elementTypeName), "count": .int(count), "first": .array(elements),
    ]
  }
}
