/// The types of metadata values, by their numbers in a file.
enum GGUFValueType: UInt32, CaseIterable {
  case u8 = 0
  case i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

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
