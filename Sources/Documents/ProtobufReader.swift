public import Failures

/// A pull reader of protobuf's wire format: fields in file order, nothing copied until asked for.
///
/// A field that is not read is passed over by the next call. Lengths are checked against what
/// remains. Groups (wire types 3 and 4) are refused.
///
///     while let field = try reader.nextField() {
///       switch field.number {
///       case 1: name = try reader.readString()
///       default: break
///       }
///     }
public struct ProtobufReader: Sendable {
  /// How a field's value is stored.
  public enum WireType: Int, Sendable {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  /// The tag before a value.
  public struct Field: Hashable, Sendable {
    /// Number in the message's schema, from 1.
    public let number: Int
    /// How the value is stored.
    public let wireType: WireType
  }

  let bytes: [UInt8]
  let end: Int
  let fileOffset: UInt64
  /// Index of the next byte that has not been read.
  public internal(set) var position: Int
  /// The wire type of the value at `position`, nil if the value was read.
  private var pending: WireType?

  /// A reader of a whole message.
  public init(_ bytes: [UInt8], fileOffset: UInt64 = 0) {
    self.init(bytes, range: 0..<bytes.count, fileOffset: fileOffset)
  }

  /// A reader of a message that lies within `bytes`; the range is clamped to them.
  public init(_ bytes: [UInt8], range: Range<Int>, fileOffset: UInt64 = 0) {
    let range = range.clamped(to: 0..<bytes.count)
    self.bytes = bytes
    self.position = range.lowerBound
    self.end = range.upperBound
    self.fileOffset = fileOffset
  }

  /// Whether all has been read.
  public var isAtEnd: Bool { position >= end }

  /// An error at the reader's position.
  public func failure(_ code: DocumentError.Code, _ message: String) -> DocumentError {
    DocumentError(code, message, at: Place(byteOffset: fileOffset &+ UInt64(position)))
  }

  /// The next field's tag, nil at the message's end.
  public mutating func nextField() throws(DocumentError) -> Field? {
    if pending != nil { try skip() }
    guard position < end else { return nil }
    let at = position
    let tag = try varint()
    guard tag <= UInt64(UInt32.max), tag >> 3 > 0 else {
      position = at
      throw failure(.syntax, "\(tag) is not a field's tag")
    }
    guard let type = WireType(rawValue: Int(tag & 7)) else {
      position = at
      throw failure(
        .syntax,
        "field \(tag >> 3) has wire type \(tag & 7); supported are 0, 1, 2 and 5 (no groups)")
    }
    pending = type
    return Field(number: Int(tag >> 3), wireType: type)
  }

  /// Passes over the field's value.
  public mutating func skip() throws(DocumentError) {
    switch pending {
    case .varint: _ = try readVarint()
    case .fixed64: _ = try readFixed64()
    case .bytes: _ = try readRange()
    case .fixed32: _ = try readFixed32()
    case nil: throw noValue
    }
  }

  /// Reads a varint as it is.
  public mutating func readVarint() throws(DocumentError) -> UInt64 {
    try take(.varint)
    return try varint()
  }

  /// Reads four bytes, little-endian.
  public mutating func readFixed32() throws(DocumentError) -> UInt32 {
    try take(.fixed32)
    return UInt32(truncatingIfNeeded: try fixed(4))
  }

  /// Reads eight bytes, little-endian.
  public mutating func readFixed64() throws(DocumentError) -> UInt64 {
    try take(.fixed64)
    return try fixed(8)
  }

  /// Reads the place of a length-delimited value in the bytes.
  public mutating func readRange() throws(DocumentError) -> Range<Int> {
    try take(.bytes)
    let at = position
    let count = try varint()
    guard count <= UInt64(end - position) else {
      let left = end - position
      position = at
      throw failure(.syntax, "a value of \(count) bytes, of which only \(left) are there")
    }
    let range = position..<(position + Int(count))
    position = range.upperBound
    return range
  }

  /// Reads an element of a packed list, which has no tag.
  mutating func readPackedVarint() throws(DocumentError) -> UInt64 { try varint() }

  private mutating func take(_ type: WireType) throws(DocumentError) {
    guard let found = pending else { throw noValue }
    guard found == type else {
      throw failure(.type, "expected a value stored as \(type), found one stored as \(found)")
    }
    pending = nil
  }

  private var noValue: DocumentError { failure(.type, "expected a value, but none stands here") }

  /// Reads a number of seven bits a byte, least first, in at most ten bytes.
  private mutating func varint() throws(DocumentError) -> UInt64 {
    let at = position
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    let reason = position < end || shift == 63 ? "exceeds 64 bits" : "does not end"
    position = at
    throw failure(.syntax, "a variable-length integer \(reason)")
  }

  private mutating func fixed(_ count: Int) throws(DocumentError) -> UInt64 {
    guard end - position >= count else {
      throw failure(.syntax, "a value of \(count) bytes, of which only \(end - position) are there")
    }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += count
    return value
  }
}
