public import Failures

extension ProtobufReader {
  /// Reads a varint as a signed number (`int64`, `int32`, `enum`: two's complement of 64 bits).
  public mutating func readInt() throws(DocumentError) -> Int {
    Int(truncatingIfNeeded: try readVarint())
  }

  /// Reads a varint as `int32`.
  ///
  /// - Throws: `.number` if it does not lie within 32 bits.
  public mutating func readInt32() throws(DocumentError) -> Int32 {
    let value = try readInt()
    guard let small = Int32(exactly: value) else {
      throw failure(.number, "\(value) does not lie within 32 bits")
    }
    return small
  }

  /// Reads a varint as a truth value: everything but 0 is true.
  public mutating func readBool() throws(DocumentError) -> Bool { try readVarint() != 0 }

  /// Reads a binary32.
  public mutating func readFloat() throws(DocumentError) -> Float {
    Float(bitPattern: try readFixed32())
  }

  /// Reads a binary64.
  public mutating func readDouble() throws(DocumentError) -> Double {
    Double(bitPattern: try readFixed64())
  }

  /// Reads a length-delimited value without copying it.
  public mutating func readBytes() throws(DocumentError) -> ArraySlice<UInt8> {
    bytes[try readRange()]
  }

  /// Reads a text.
  ///
  /// - Throws: `.utf8` if it is not valid.
  public mutating func readString() throws(DocumentError) -> String {
    let range = try checkedText()
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// Reads a text and appends it to a list, which holds less than 4 GiB.
  ///
  /// - Throws: `.utf8` if it is not valid.
  public mutating func readString(into list: inout PackedStrings) throws(DocumentError) {
    let range = try checkedText()
    guard list.bytes.count <= Int(UInt32.max) - range.count else {
      throw failure(.limit, "texts of more than 4 GiB in one list")
    }
    bytes[range].withUnsafeBytes { list.append(utf8: $0) }
  }

  /// Enters an embedded message: a reader of its bytes.
  public mutating func readMessage() throws(DocumentError) -> ProtobufReader {
    let range = try readRange()
    return ProtobufReader(bytes, range: range, fileOffset: fileOffset)
  }

  /// Reads a list of varints, packed or one element of it, as schemas with `repeated` allow both.
  public mutating func readVarints(
    _ field: Field, into list: inout [UInt64]
  ) throws(DocumentError) {
    guard field.wireType == .bytes else { return list.append(try readVarint()) }
    var inner = try readMessage()
    while !inner.isAtEnd { list.append(try inner.readPackedVarint()) }
  }

  private mutating func checkedText() throws(DocumentError) -> Range<Int> {
    let range = try readRange()
    let invalid = bytes[range].withUnsafeBufferPointer { UTF8Check.firstInvalid($0) }
    if let invalid {
      position = range.lowerBound + invalid
      throw failure(.utf8, "a text is not valid UTF-8")
    }
    return range
  }
}
