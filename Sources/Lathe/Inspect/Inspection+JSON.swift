public import Documents
internal import Tensors

extension Inspection {
  /// Most elements of a metadata array that the JSON document holds; longer ones say their count.
  public static let maxArrayElements = 64

  /// The inspection as a JSON document.
  ///
  /// - Parameter wholeArrays: writes metadata arrays whole, however long.
  public func json(wholeArrays: Bool = false) -> JSONValue {
    var container: [(String, JSONValue)] = []
    for fact in facts { container.append((fact.name, .string(fact.value))) }
    let limit = wholeArrays ? nil : Self.maxArrayElements
    return .object([
      "path": .string(path), "format": .string(format),
      "architecture": architecture.map(JSONValue.string) ?? .null,
      "container": .object(.init(container, uniquingKeysWith: { first, _ in first })),
      "files": .array(
        files.map { .object(["path": .string($0.path), "bytes": .int(Int($0.byteCount))]) }),
      "metadata": .object(
        .init(
          metadata.map { key, value in
            (
              key,
              .object(["type": .string(value.typeName), "value": value.json(maxElements: limit)])
            )
          }, uniquingKeysWith: { first, _ in first })),
      "encodings": .array(
        byEncoding.map { row in
          .object([
            "encoding": .string(row.encoding.name), "tensors": .int(row.tensors),
            "elements": .int(row.elements), "bytes": .int(row.bytes),
          ])
        }),
      "tensors": .array(tensors.map(Self.entry)),
      "warnings": .array(warnings.map(JSONValue.string)),
    ])
  }

  private static func entry(_ entry: Entry) -> JSONValue {
    var result: JSONValue = .object([
      "name": .string(entry.spec.name), "encoding": .string(entry.spec.encoding.name),
      "shape": .array(entry.spec.shape.axes.map { .int($0) }), "bytes": .int(entry.spec.byteCount),
      "file": .int(entry.spec.fileIndex), "offset": .int(Int(clamping: entry.spec.fileOffset)),
    ])
    if let it = entry.statistics {
      result["statistics"] = .object([
        "min": number(it.minimum), "max": number(it.maximum), "mean": number(it.mean),
        "std": number(it.deviation), "nan": .int(it.nanCount), "inf": .int(it.infinityCount),
        "zero": .int(it.zeroCount),
      ])
    }
    return result
  }

  private static func number(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    return .double(value)
  }
}
