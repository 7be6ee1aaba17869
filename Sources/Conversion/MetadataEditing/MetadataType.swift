internal import Documents

/// The type of a value as users write it: `u32`, `string`, `array<f32>`, `f32[]`.
indirect enum MetadataType: Hashable, CustomStringConvertible {
  /// A single value.
  case scalar(Scalar)
  /// A list.
  case array(MetadataType)

  /// The types of single values, by their usual names.
  enum Scalar: String, CaseIterable {
    case u8, i8, u16, i16, u32, i32, f32, bool, string, u64, i64, f64

    /// Other names of the same types.
    private static let aliases: [String: Scalar] = [
      "str": .string, "uint8": .u8, "int8": .i8, "uint16": .u16, "int16": .i16, "uint32": .u32,
      "int32": .i32, "uint64": .u64, "int64": .i64, "float32": .f32, "float64": .f64,
    ]

    init?(word: String) {
      guard let found = Scalar(rawValue: word) ?? Self.aliases[word] else { return nil }
      self = found
    }
  }

  /// Lists within lists.
  private static let depthLimit = 16

  /// The type of that name, in any case of letters.
  init?(_ text: String) { self.init(text.lowercased(), depth: 0) }

  private init?(_ text: String, depth: Int) {
    guard depth <= Self.depthLimit else { return nil }
    var element: String?
    if text.hasSuffix("[]") { element = String(text.dropLast(2)) }
    if text.hasPrefix("array<"), text.hasSuffix(">") {
      element = String(text.dropFirst(6).dropLast())
    }
    if let element {
      guard let type = MetadataType(element, depth: depth + 1) else { return nil }
      self = .array(type)
    } else {
      guard let scalar = Scalar(word: text) else { return nil }
      self = .scalar(scalar)
    }
  }

  /// What users may write, for messages.
  static var names: String {
    (Scalar.allCases.map(\.rawValue) + ["int", "float", "array<TYPE>"]).joined(separator: ", ")
  }

  /// The name: that of `MetadataValue.typeName`, for lists of lists with the inner type.
  var description: String {
    switch self {
    case .scalar(let scalar): scalar.rawValue
    case .array(let element): "array<\(element)>"
    }
  }

  /// Whether a value is of this type; of lists of lists only the outer type is looked at.
  func fits(_ value: MetadataValue) -> Bool {
    switch self {
    case .scalar(let scalar): value.typeName == scalar.rawValue
    case .array(.array): value.typeName == "array<array>"
    case .array(let element): value.typeName == "array<\(element)>"
    }
  }

  /// The value that a text means: numbers and truths as they are usually written, texts as they are,
  /// lists as JSON.
  func value(_ text: String) -> MetadataValue? {
    switch self {
    case .scalar(.string): return .string(text)
    case .scalar(.bool): return ["true": true, "false": false][text].map(MetadataValue.bool)
    case .scalar(let scalar): return scalar.number(text)
    case .array(let element):
      guard let list = (try? JSONValue.parse(text))?.array else { return nil }
      return element.list(list).map(MetadataValue.array)
    }
  }

  /// A list of values of this type.
  private func list(_ list: [JSONValue]) -> MetadataArray? {
    switch self {
    case .array(let inner):
      let lists = list.compactMap { $0.array.flatMap(inner.list) }
      return lists.count == list.count ? .arrays(lists) : nil
    case .scalar(.string):
      let texts = list.compactMap(\.string)
      return texts.count == list.count ? .strings(PackedStrings(texts)) : nil
    case .scalar(.bool):
      let truths = list.compactMap(\.bool)
      return truths.count == list.count ? .bool(truths) : nil
    case .scalar(let scalar): return scalar.list(list)
    }
  }
}

extension MetadataType.Scalar {
  /// The number that a text means, if this is a type of numbers that holds it.
  fileprivate func number(_ text: String) -> MetadataValue? {
    switch self {
    case .u8: UInt8(text).map(MetadataValue.u8)
    case .i8: Int8(text).map(MetadataValue.i8)
    case .u16: UInt16(text).map(MetadataValue.u16)
    case .i16: Int16(text).map(MetadataValue.i16)
    case .u32: UInt32(text).map(MetadataValue.u32)
    case .i32: Int32(text).map(MetadataValue.i32)
    case .u64: UInt64(text).map(MetadataValue.u64)
    case .i64: Int64(text).map(MetadataValue.i64)
    case .f32: Float(text).map(MetadataValue.f32)
    case .f64: Double(text).map(MetadataValue.f64)
    case .bool, .string: nil
    }
  }

  fileprivate func list(_ list: [JSONValue]) -> MetadataArray? {
    switch self {
    case .u8: numbers(list) { UInt8($0) }.map(MetadataArray.u8)
    case .i8: numbers(list) { Int8($0) }.map(MetadataArray.i8)
    case .u16: numbers(list) { UInt16($0) }.map(MetadataArray.u16)
    case .i16: numbers(list) { Int16($0) }.map(MetadataArray.i16)
    case .u32: numbers(list) { UInt32($0) }.map(MetadataArray.u32)
    case .i32: numbers(list) { Int32($0) }.map(MetadataArray.i32)
    case .u64: numbers(list) { UInt64($0) }.map(MetadataArray.u64)
    case .i64: numbers(list) { Int64($0) }.map(MetadataArray.i64)
    case .f32: numbers(list) { Float($0) }.map(MetadataArray.f32)
    case .f64: numbers(list) { Double($0) }.map(MetadataArray.f64)
    case .bool, .string: nil
    }
  }

  /// Numbers by their texts; what JSON has no number for stands as a text: "NaN", "Infinity".
  private func numbers<T>(_ list: [JSONValue], _ make: (String) -> T?) -> [T]? {
    var result: [T] = []
    result.reserveCapacity(list.count)
    for element in list {
      let text: String? =
        if case .number(let number) = element { number.text } else { element.string }
      guard let number = text.flatMap(make) else { return nil }
      result.append(number)
    }
    return result
  }
}
