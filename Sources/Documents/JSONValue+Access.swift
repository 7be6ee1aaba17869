public import OrderedCollections

extension JSONValue {
  /// The text, if it is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The integer, if it is a number without point and exponent that `Int` holds.
  public var int: Int? { if case .number(let number) = self { number.int } else { nil } }
  /// The number as binary64, if it is a number within its range.
  public var double: Double? { if case .number(let number) = self { number.double } else { nil } }
  /// The truth value, if it is one.
  public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
  /// The list, if it is one.
  public var array: [JSONValue]? { if case .array(let list) = self { list } else { nil } }
  /// The members, if it is an object.
  public var object: OrderedDictionary<String, JSONValue>? {
    if case .object(let members) = self { members } else { nil }
  }
  /// Whether it is null.
  public var isNull: Bool { self == .null }

  /// What it is.
  public var kind: JSONReader.Kind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .number: .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }

  /// The value of a key; nil if there is none or this is no object.
  ///
  /// Setting does nothing unless this is an object; setting nil removes the key.
  public subscript(key: String) -> JSONValue? {
    get { object?[key] }
    set {
      guard case .object(var members) = self else { return }
      self = .null
      members[key] = newValue
      self = .object(members)
    }
  }

  /// The element at an index; nil if there is none or this is no array.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let list) = self, list.indices.contains(index) else { return nil }
    return list[index]
  }

  /// The value at a path of keys joined by points: `text_config.rope_scaling.factor`.
  public subscript(path path: String) -> JSONValue? {
    var value = self
    for key in path.split(separator: ".", omittingEmptySubsequences: false) {
      guard let next = value[String(key)] else { return nil }
      value = next
    }
    return value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
  /// null.
  public init(nilLiteral: ()) { self = .null }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object; the last of equal keys counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(OrderedDictionary(elements, uniquingKeysWith: { $1 }))
  }

  /// An integer.
  public static func int(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(value)) }

  /// A float by its shortest text; `NaN`, `Infinity` and `-Infinity`, which JSON lacks, as strings.
  public static func double(_ value: Double) -> JSONValue {
    JSONNumber(value).map { .number($0) } ?? .string(notFinite(value))
  }

  /// A binary32 by its shortest text; what is not finite as with `double`.
  public static func float(_ value: Float) -> JSONValue {
    JSONNumber(value).map { .number($0) } ?? .string(notFinite(Double(value)))
  }

  /// A list of texts.
  public static func strings(_ list: some Sequence<String>) -> JSONValue {
    .array(list.map { .string($0) })
  }

  private static func notFinite(_ value: Double) -> String {
    value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
  }
}
