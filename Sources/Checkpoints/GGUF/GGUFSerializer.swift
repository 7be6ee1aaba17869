internal import Documents

/// Builds the bytes of a header: version 3, little-endian, unless told otherwise.
///
/// Lists of numbers are copied as they lie in memory: every platform that Swift's Linux and macOS
/// tool chains target is little-endian.
struct GGUFSerializer {
  /// Whether numbers have their most significant byte first.
  var isBigEndian = false
  /// Whether counts and lengths are 32-bit: version 1.
  var hasNarrowCounts = false
  private(set) var bytes: [UInt8] = []

  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) {
      bytes.append(contentsOf: $0)
    }
  }

  /// A count or length; one that 32 bits cannot hold makes the header longer than any may be.
  mutating func count(_ value: Int) {
    if hasNarrowCounts { integer(UInt32(clamping: value)) } else { integer(UInt64(value)) }
  }

  mutating func raw(_ list: [UInt8]) { bytes.append(contentsOf: list) }

  mutating func string(_ text: String) {
    count(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func keyAndValue(_ key: String, _ value: MetadataValue) {
    string(key)
    switch value {
    case .u8(let number): scalar(.u8, number)
    case .i8(let number): scalar(.i8, number)
    case .u16(let number): scalar(.u16, number)
    case .i16(let number): scalar(.i16, number)
    case .u32(let number): scalar(.u32, number)
    case .i32(let number): scalar(.i32, number)
    case .f32(let number): scalar(.f32, number.bitPattern)
    case .bool(let truth): scalar(.bool, UInt8(truth ? 1 : 0))
    case .u64(let number): scalar(.u64, number)
    case .i64(let number): scalar(.i64, number)
    case .f64(let number): scalar(.f64, number.bitPattern)
    case .string(let text):
      type(.string)
      string(text)
    case .array(let list):
      type(.array)
      array(list)
    }
  }

  private mutating func type(_ type: GGUFValueType) { integer(type.rawValue) }

  private mutating func scalar<T: FixedWidthInteger & BitwiseCopyable>(
    _ kind: GGUFValueType, _ value: T
  ) {
    type(kind)
    integer(value)
  }

  private mutating func array(_ list: MetadataArray) {
    switch list {
    case .u8(let list): numbers(.u8, list)
    case .i8(let list): numbers(.i8, list)
    case .u16(let list): numbers(.u16, list)
    case .i16(let list): numbers(.i16, list)
    case .u32(let list): numbers(.u32, list)
    case .i32(let list): numbers(.i32, list)
    case .f32(let list): numbers(.f32, list)
    case .bool(let list): numbers(.bool, list.map { UInt8($0 ? 1 : 0) })
    case .u64(let list): numbers(.u64, list)
    case .i64(let list): numbers(.i64, list)
    case .f64(let list): numbers(.f64, list)
    case .strings(let list):
      start(.string, list.count)
      for index in list.indices {
        let text = list.utf8(at: index)
        count(text.count)
        bytes.append(contentsOf: text)
      }
    case .arrays(let lists):
      start(.array, lists.count)
      for list in lists { array(list) }
    }
  }

  private mutating func start(_ kind: GGUFValueType, _ count: Int) {
    type(kind)
    self.count(count)
  }

  private mutating func numbers<T: BitwiseCopyable>(_ kind: GGUFValueType, _ list: [T]) {
    start(kind, list.count)
    let begin = bytes.count
    list.withUnsafeBytes { bytes.append(contentsOf: $0) }
    guard isBigEndian else { return }
    bytes.withUnsafeMutableBytes { all in
      GGUFByteOrder.swap(.init(rebasing: all[begin...]), width: MemoryLayout<T>.stride)
    }
  }
}
