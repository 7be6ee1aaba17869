internal import Documents

/// The types of metadata values, by their numbers in a file.
enum GGUFValueType: UInt32, CaseIterable {
  case u8 = 0
  case i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

  /// The type of a value.
  init(_ value: MetadataValue) {
    self =
      switch value {
      case .u8: .u8
      case .i8: .i8
      case .u16: .u16
      case .i16: .i16
      case .u32: .u32
      case .i32: .i32
      case .f32: .f32
      case .bool: .bool
      case .string: .string
      case .array: .array
      case .u64: .u64
      case .i64: .i64
      case .f64: .f64
      }
  }

  /// Fewest bytes that a value of this type takes in a file.
  func leastBytes(lengthBytes: Int) -> Int {
    switch self {
    case .u8, .i8, .bool: 1
    case .u16, .i16: 2
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    case .string: lengthBytes
    case .array: 4 + lengthBytes
    }
  }

  /// `u8, i8, ..., f64`, for messages.
  static var names: String { allCases.map { "\($0)" }.joined(separator: ", ") }
}
