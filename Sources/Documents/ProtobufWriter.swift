/// Appends fields in protobuf's wire format to a buffer.
public struct ProtobufWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// A writer with an empty buffer.
  public init() {}

  /// Writes a varint field.
  public mutating func varint(_ field: Int, _ value: UInt64) {
    tag(field, .varint)
    append(varint: value)
  }

  /// Writes a signed number as `int64`, `int32` or `enum` do.
  public mutating func int(_ field: Int, _ value: Int) {
    varint(field, UInt64(bitPattern: Int64(value)))
  }

  /// Writes a truth value.
  public mutating func bool(_ field: Int, _ value: Bool) { varint(field, value ? 1 : 0) }

  /// Writes a binary32.
  public mutating func float(_ field: Int, _ value: Float) {
    tag(field, .fixed32)
    append(fixed: UInt64(value.bitPattern), count: 4)
  }

  /// Writes a binary64.
  public mutating func double(_ field: Int, _ value: Double) {
    tag(field, .fixed64)
    append(fixed: value.bitPattern, count: 8)
  }

  /// Writes a text.
  public mutating func string(_ field: Int, _ text: String) { data(field, text.utf8) }

  /// Writes bytes.
  public mutating func data(_ field: Int, _ value: some Collection<UInt8>) {
    tag(field, .bytes)
    append(varint: UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Writes an embedded message.
  public mutating func message(_ field: Int, _ message: ProtobufWriter) {
    data(field, message.bytes)
  }

  private mutating func tag(_ field: Int, _ type: ProtobufReader.WireType) {
    append(varint: UInt64(truncatingIfNeeded: field) << 3 | UInt64(type.rawValue))
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func append(fixed value: UInt64, count: Int) {
    for index in 0..<count {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
    }
  }
}
