public import Conversion
public import Documents
internal import Failures

/// The keys of a checkpoint's header, all or some of them.
public struct MetadataListing: Sendable {
  /// The keys and values, in the file's order.
  public let keys: Metadata
  private let path: String
  private let choice: KeyChoice

  /// Keys of a file, folder or split that match one of the patterns (`*` and `?`); all if there are
  /// none.
  ///
  /// - Throws: `.key` for a pattern that no key matches.
  public init(_ path: String, keys patterns: [String] = []) throws(ConversionError) {
    self.path = path
    choice = KeyChoice(patterns)
    let metadata = try SourceCheckpoint(path).reader.metadata
    do throws(ConversionError) {
      try choice.check(metadata)
    } catch { throw error.within(Place(file: path)) }
    keys = metadata.filter { [choice] in choice.matches($0.key) }
  }

  /// A table; lists are cut unless their key is named.
  public func text() -> String {
    var table = TextTable(["key", "type", "value"])
    for (key, value) in keys {
      table.add([
        Inspection.printable(key, limit: 80), value.typeName,
        choice.names(key) ? Self.whole(value) : Inspection.short(value),
      ])
    }
    return table.text()
  }

  private static func whole(_ value: MetadataValue) -> String {
    value.string.map { Inspection.printable($0, limit: Int.max) } ?? value.json().text()
  }

  /// `{KEY: {"type", "value"}}`; long lists are cut unless their key is named.
  public func json() -> JSONValue {
    var members: [(String, JSONValue)] = []
    for (key, value) in keys {
      let limit = choice.names(key) ? nil : Inspection.maxArrayElements
      members.append(
        (key, ["type": .string(value.typeName), "value": value.json(maxElements: limit)]))
    }
    return .object(.init(members, uniquingKeysWith: { first, _ in first }))
  }

  /// The text of the one key that was asked for.
  ///
  /// - Throws: `.options` if it is not one, or no text.
  public func raw() throws(ConversionError) -> String {
    guard keys.count == 1, let (key, value) = keys.elements.first else {
      throw ConversionError(
        .options, "--raw takes one key, found \(keys.count)", at: Place(file: path))
    }
    guard let text = value.string else {
      throw ConversionError(
        .options, "--raw prints a text; '\(key)' is \(value.typeName)", at: Place(file: path))
    }
    return text
  }
}
