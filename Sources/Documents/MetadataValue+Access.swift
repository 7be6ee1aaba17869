extension MetadataValue {
  /// The type as users see it: `u32`, `string`, `array<f32>`.
  public var typeName: String {
    switch self {
    case .u8: "u8"
    case .i8: "i8"
    case .u16: "u16"
    case .i16: "i16"
    case .u32: "u32"
    case .i32: "i32"
    case .f32: "f32"
    case .bool: "bool"
    case .string: "string"
    case .array(let list): "array<\(list.elementTypeName)>"
    case .u64: "u64"
    case .i64: "i64"
    case .f64: "f64"
    }
  }

  /// The text, if it is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The truth value, if it is one.
  public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
  /// The list, if it is one.
  public var array: MetadataArray? { if case .array(let list) = self { list } else { nil } }
  /// The texts, if it is a list of texts.
  public var strings: PackedStrings? {
    if case .array(.strings(let texts)) = self { texts } else { nil }
  }

  /// The value of any integer type, if `Int` holds it.
  public var int: Int? {
    switch self {
    case .u8(let value): Int(value)
    case .i8(let value): Int(value)
    case .u16(let value): Int(value)
    case .i16(let value): Int(value)
    case .u32(let value): Int(value)
    case .i32(let value): Int(value)
    case .u64(let value): Int(exactly: value)
    case .i64(let value): Int(value)
    case .f32, .f64, .bool, .string, .array: nil
    }
  }

  /// The value of any number type; integers beyond 2^53 are rounded.
  public var double: Double? {
    switch self {
    case .f32(let value): Double(value)
    case .f64(let value): value
    case .u64(let value): Double(value)
    default: int.map(Double.init)
    }
  }
}

extension MetadataArray {
  /// The elements' type as users see it; `array` for lists of lists.
  public var elementTypeName: String {
    switch self {
    case .u8: "u8"
    case .i8: "i8"
    case .u16: "u16"
    case .i16: "i16"
    case .u32: "u32"
    case .i32: "i32"
    case .f32: "f32"
    case .bool: "bool"
    case .strings: "string"
    case .arrays: "array"
    case .u64: "u64"
    case .i64: "i64"
    case .f64: "f64"
    }
  }

  /// The value at an index, nil beyond the end.
  public func element(at index: Int) -> MetadataValue? {
    guard index >= 0, index < count else { return nil }
    switch self {
    case .u8(let list): return .u8(list[index])
    case .i8(let list): return .i8(list[index])
    case .u16(let list): return .u16(list[index])
    case .i16(let list): return .i16(list[index])
    case .u32(let list): return .u32(list[index])
    case .i32(let list): return .i32(list[index])
    case .f32(let list): return .f32(list[index])
    case .bool(let list): return .bool(list[index])
    case .strings(let list): return .string(list[index])
    case .arrays(let list): return .array(list[index])
    case .u64(let list): return .u64(list[index])
    case .i64(let list): return .i64(list[index])
    case .f64(let list): return .f64(list[index])
    }
  }

  /// The integers, if it is a list of an integer type whose values `Int` holds.
  public var ints: [Int]? {
    switch self {
    case .f32, .f64, .bool, .strings, .arrays: return nil
    default:
      var result: [Int] = []
      result.reserveCapacity(count)
      for index in 0..<count {
        guard let value = element(at: index)?.int else { return nil }
        result.append(value)
      }
      return result
    }
  }
}
