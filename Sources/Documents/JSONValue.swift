public import Failures
public import OrderedCollections

/// A JSON document as a tree, for small documents: configurations, indexes, reports.
public enum JSONValue: Hashable, Sendable {
  /// null.
  case null
  /// true or false.
  case bool(Bool)
  /// A number with its text.
  case number(JSONNumber)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Keys and values in the document's order.
  case object(OrderedDictionary<String, JSONValue>)

  /// The tree of a document.
  ///
  /// - Throws: also `.duplicateKey` for a key that stands twice in one object, and `.limit` for two
  ///   keys that differ only in their Unicode normalisation, which the tree cannot tell apart.
  public static func parse(
    _ bytes: [UInt8], maxDepth: Int = JSONReader.defaultMaxDepth
  ) throws(DocumentError) -> JSONValue {
    var reader = JSONReader(bytes, options: .init(maxDepth: maxDepth, refusesDuplicateKeys: true))
    let value = try reader.readValue()
    try reader.finish()
    return value
  }

  /// The tree of a document.
  public static func parse(_ text: String) throws(DocumentError) -> JSONValue {
    try parse(Array(text.utf8))
  }
}

extension JSONReader {
  /// Reads the next value as a tree.
  ///
  /// Nesting is bounded by the reader's `maxDepth`. Duplicate keys are errors whatever the options.
  public mutating func readValue() throws(DocumentError) -> JSONValue {
    switch try peekKind() {
    case .null:
      try readNull()
      return .null
    case .bool: return .bool(try readBool())
    case .number: return .number(try readNumber())
    case .string: return .string(try readString())
    case .array:
      var list: [JSONValue] = []
      try beginArray()
      while try nextElement() { list.append(try readValue()) }
      return .array(list)
    case .object:
      var members = OrderedDictionary<String, JSONValue>()
      try beginObject()
      while let key = try nextKey() {
        if let index = members.index(forKey: key) {
          if members.keys[index].utf8.elementsEqual(key.utf8) {
            throw failure(
              .duplicateKey, "the key '\(key.shortened)' stands twice in one object")
          }
          throw failure(
            .limit,
            "two keys '\(key.shortened)' in one object differ only in their Unicode normalisation")
        }
        members[key] = try readValue()
      }
      return .object(members)
    }
  }
}
