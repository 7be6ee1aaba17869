import Documents
import Failures
import Testing

/// Protobuf's wire format.
@Suite struct ProtobufTests {
  private func sample() -> [UInt8] {
    var inner = ProtobufWriter()
    inner.string(1, "▁the")
    inner.float(2, -1.5)
    inner.int(3, -1)
    var writer = ProtobufWriter()
    writer.message(1, inner)
    writer.varint(2, .max)
    writer.double(3, 0.1)
    writer.bool(4, true)
    writer.data(5, [] as [UInt8])
    writer.string(536_870_911, "end")
    return writer.bytes
  }

  private func walk(_ bytes: [UInt8]) throws -> [String] {
    var seen: [String] = []
    var reader = ProtobufReader(bytes)
    while let field = try reader.nextField() {
      switch field.number {
      case 1:
        var inner = try reader.readMessage()
        while let field = try inner.nextField() {
          switch field.number {
          case 1: seen.append(try inner.readString())
          case 2: seen.append("\(try inner.readFloat())")
          default: seen.append("\(try inner.readInt32())")
          }
        }
      case 2: seen.append("\(try reader.readVarint())")
      case 3: seen.append("\(try reader.readDouble())")
      case 4: seen.append("\(try reader.readBool())")
      case 5: seen.append("\(try reader.readBytes().count)")
      default: seen.append(try reader.readString())
      }
    }
    return seen
  }

  @Test func roundTrip() throws {
    #expect(
      try walk(sample()) == [
        "▁the", "-1.5", "-1", "18446744073709551615", "0.1", "true", "0", "end",
      ])
  }

  /// The bytes of the encoding guide's examples.
  @Test func knownBytes() {
    var writer = ProtobufWriter()
    writer.varint(1, 150)
    writer.string(2, "testing")
    #expect(writer.bytes == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8))
  }

  @Test func unreadFieldsAreSkipped() throws {
    var reader = ProtobufReader(sample())
    var numbers: [Int] = []
    while let field = try reader.nextField() { numbers.append(field.number) }
    #expect(numbers == [1, 2, 3, 4, 5, 536_870_911])
    #expect(reader.isAtEnd)
  }

  @Test func everyTruncationIsRefusedOrEndsAtAField() throws {
    let bytes = sample()
    var whole = 0
    for count in 0..<bytes.count {
      do { _ = try walk(Array(bytes[..<count])); whole += 1 } catch {
        #expect(error is DocumentError)
      }
    }
    #expect(whole == 6)
  }

  @Test func packedAndUnpackedLists() throws {
    var writer = ProtobufWriter()
    writer.data(7, [0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05] as [UInt8])
    writer.varint(7, 5)
    var reader = ProtobufReader(writer.bytes)
    var list: [UInt64] = []
    while let field = try reader.nextField() { try reader.readVarints(field, into: &list) }
    #expect(list == [3, 270, 86942, 5])
  }

  static let bad: [([UInt8], String)] = [
    ([0x0B], "wire type 3"), ([0x0C], "wire type 4"), ([0x0E], "wire type 6"), ([0x00], "tag"),
    ([0x02, 0x00], "tag"), ([0x08], "does not end"), ([0x08, 0x80], "does not end"),
    ([0x80], "does not end"), ([0x0D, 1, 2, 3], "4 bytes"),
    ([0x09, 1, 2, 3, 4, 5, 6, 7], "8 bytes"),
    ([0x0A, 0x05, 1, 2], "5 bytes"),
    ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "18446744073709551615"),
    ([0x08] + [UInt8](repeating: 0xFF, count: 10), "64 bits"),
    ([0x08] + [UInt8](repeating: 0x80, count: 9) + [0x02], "64 bits"),
    ([0xF8, 0xFF, 0xFF, 0xFF, 0x7F, 0x00], "tag"),
  ]

  @Test(arguments: bad) func refuses(bytes: [UInt8], words: String) {
    let error = #expect(throws: DocumentError.self) {
      var reader = ProtobufReader(bytes, fileOffset: 10)
      while try reader.nextField() != nil {}
    }
    #expect(error?.code == .syntax)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect((error?.place.byteOffset ?? 0) >= 10)
  }

  @Test func otherCodes() throws {
    var text = ProtobufReader([0x0A, 0x02, 0x61, 0xFF])
    _ = try text.nextField()
    let utf8 = #expect(throws: DocumentError.self) { try text.readString() }
    #expect(utf8?.code == .utf8)
    #expect(utf8?.place.byteOffset == 3)
    var type = ProtobufReader([0x08, 0x01])
    _ = try type.nextField()
    let wrong = #expect(throws: DocumentError.self) { try type.readFloat() }
    #expect(wrong?.code == .type)
    var number = ProtobufWriter()
    number.varint(1, 1 << 40)
    var reader = ProtobufReader(number.bytes)
    _ = try reader.nextField()
    let big = #expect(throws: DocumentError.self) { try reader.readInt32() }
    #expect(big?.code == .number)
    #expect(throws: DocumentError.self) { try reader.readInt() }
  }
}
