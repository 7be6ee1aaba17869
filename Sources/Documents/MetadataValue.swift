public import OrderedCollections

/// Keys and values of a checkpoint's header, in file order.
public typealias Metadata = OrderedDictionary<String, MetadataValue>

/// A value of a checkpoint's metadata, with GGUF's types (those of safetensors are strings).
public enum MetadataValue: Hashable, Sendable {
  /// 8-bit unsigned.
  case u8(UInt8)
  /// 8-bit signed.
  case i8(Int8)
  /// 16-bit unsigned.
  case u16(UInt16)
  /// 16-bit signed.
  case i16(Int16)
  /// 32-bit unsigned.
  case u32(UInt32)
  /// 32-bit signed.
  case i32(Int32)
  /// binary32; NaN payloads are kept, so values compare by bit pattern where it matters.
  case f32(Float)
  /// Truth.
  case bool(Bool)
  /// Text; a file's invalid UTF-8 is an error of its reader.
  case string(String)
  /// A list of one type.
  case array(MetadataArray)
  /// 64-bit unsigned.
  case u64(UInt64)
  /// 64-bit signed.
  case i64(Int64)
  /// binary64.
  case f64(Double)
}

/// A list of values of one type.
public indirect enum MetadataArray: Hashable, Sendable {
  /// 8-bit unsigned.
  case u8([UInt8])
  /// 8-bit signed.
  case i8([Int8])
  /// 16-bit unsigned.
  case u16([UInt16])
  /// 16-bit signed.
  case i16([Int16])
  /// 32-bit unsigned.
  case u32([UInt32])
  /// 32-bit signed.
  case i32([Int32])
  /// binary32.
  case f32([Float])
  /// Truths.
  case bool([Bool])
  /// Texts.
  case strings(PackedStrings)
  /// Lists, which may differ in type and length.
  case arrays([MetadataArray])
  /// 64-bit unsigned.
  case u64([UInt64])
  /// 64-bit signed.
  case i64([Int64])
  /// binary64.
  case f64([Double])

  /// Number of elements.
  public var count: Int {
    switch self {
    case .u8(let list): list.count
    case .i8(let list): list.count
    case .u16(let list): list.count
    case .i16(let list): list.count
    case .u32(let list): list.count
    case .i32(let list): list.count
    case .f32(let list): list.count
    case .bool(let list): list.count
    case .strings(let list): list.count
    case .arrays(let list): list.count
    case .u64(let list): list.count
    case .i64(let list): list.count
    case .f64(let list): list.count
    }
  }
}
