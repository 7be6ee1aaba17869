public import Conversion
public import Documents

extension MetadataEdit {
  /// One line for each key that changes.
  public func text() -> String {
    var out = ""
    for difference in differences {
      let key = Inspection.printable(difference.key, limit: 80)
      switch (difference.before, difference.after) {
      case (let before?, let after?):
        let type =
          before.typeName == after.typeName
          ? after.typeName : "\(before.typeName) -> \(after.typeName)"
        out += "~ \(key) (\(type)): \(Inspection.short(before)) -> \(Inspection.short(after))\n"
      case (nil, let after?): out += "+ \(key) (\(after.typeName)): \(Inspection.short(after))\n"
      case (let before?, nil):
        out += "- \(key) (\(before.typeName)): \(Inspection.short(before))\n"
      case (nil, nil): break
      }
    }
    return out
  }

  /// The keys that change: `[{"key", "before", "after"}]`, each side `{"type", "value"}` or null.
  public func json() -> JSONValue {
    func side(_ value: MetadataValue?) -> JSONValue {
      guard let value else { return .null }
      return [
        "type": .string(value.typeName),
        "value": value.json(maxElements: Inspection.maxArrayElements),
      ]
    }
    return .array(
      differences.map {
        ["key": .string($0.key), "before": side($0.before), "after": side($0.after)]
      })
  }
}
