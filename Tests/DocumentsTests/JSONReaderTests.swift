import Documents
import Failures
import Testing

/// The pull style.
@Suite struct JSONReaderTests {
  private func reader(_ text: String) -> JSONReader { JSONReader(Array(text.utf8)) }

  @Test func pulls() throws {
    var reader = reader(
      "{\"a\":[1,-2,3.5],\"skipped\":{\"x\":[{}]},\"b\":\"t\\u00e9\",\"c\":null,\"d\":true}")
    var seen: [String] = []
    try reader.beginObject()
    while let key = try reader.nextKey() {
      seen.append(key)
      switch key {
      case "a":
        try reader.beginArray()
        #expect(try reader.nextElement())
        #expect(try reader.readInt() == 1)
        #expect(try reader.nextElement())
        #expect(try reader.readInt() == -2)
        #expect(try reader.nextElement())
        #expect(try reader.readDouble() == 3.5)
        #expect(try !reader.nextElement())
      case "b": #expect(try reader.readString() == "té")
      case "c":
        #expect(try reader.peekKind() == .null)
        try reader.readNull()
      case "d": #expect(try reader.readBool())
      default: break
      }
    }
    try reader.finish()
    #expect(seen == ["a", "skipped", "b", "c", "d"])
  }

  @Test func textsGoToLists() throws {
    var reader = reader("{\"a\":\"x\",\"\\n\":\"\",\"é\":\"\\ud83d\\ude00y\"}")
    var keys = PackedStrings()
    var values = PackedStrings()
    try reader.beginObject()
    while try reader.nextKey(into: &keys) { try reader.readString(into: &values) }
    try reader.finish()
    #expect(Array(keys) == ["a", "\n", "é"])
    #expect(Array(values) == ["x", "", "😀y"])
  }

  @Test func rawRanges() throws {
    let text = "[ {\"a\" : 1.50} , 2]"
    var reader = reader(text)
    try reader.beginArray()
    #expect(try reader.nextElement())
    let range = try reader.rawValueRange()
    #expect(String(decoding: Array(text.utf8)[range], as: UTF8.self) == "{\"a\" : 1.50}")
    #expect(try reader.nextElement())
    #expect(try reader.readNumber().text == "2")
    #expect(try !reader.nextElement())
    try reader.finish()
  }

  @Test func withinARange() throws {
    let bytes = Array("xx[1]yy".utf8)
    var reader = JSONReader(bytes, range: 2..<5)
    #expect(try reader.readValue() == [1])
    try reader.finish()
    var short = JSONReader(bytes, range: 2..<4)
    #expect(throws: DocumentError.self) { try short.finish() }
  }

  @Test func integers() throws {
    var reader = reader("[9223372036854775807,-9223372036854775808,18446744073709551615,-0]")
    try reader.beginArray()
    _ = try reader.nextElement()
    #expect(try reader.readInt() == .max)
    _ = try reader.nextElement()
    #expect(try reader.readInt() == .min)
    _ = try reader.nextElement()
    #expect(try reader.readUInt64() == .max)
    _ = try reader.nextElement()
    #expect(try reader.readInt() == 0)
  }

  @Test(arguments: ["9223372036854775808", "-9223372036854775809", "1.0", "1e2", "1E0", "-0.0"])
  func integersAreExact(text: String) {
    var reader = reader(text)
    let error = #expect(throws: DocumentError.self) { try reader.readInt() }
    #expect(error?.code == .number)
    #expect(error?.message.contains(text) == true)
  }

  @Test(arguments: ["18446744073709551616", "-1", "0.5"]) func unsignedOnes(text: String) {
    var reader = reader(text)
    #expect(throws: DocumentError.self) { try reader.readUInt64() }
  }

  @Test func doublesAreNearest() throws {
    for text in [
      "0.1", "-0.1", "123456789012345", "1234567890123456789", "1e22", "1e23", "5e-324",
      "2.2250738585072014e-308", "1.7976931348623157e308", "0.000000000000000000000123",
      "9007199254740993", "3.14159265358979", "-12.3456789012345", "1e-400", "-0.0",
      "8.5070591730234615865843651857942052864e37",
    ] {
      var reader = reader(text)
      let value = try reader.readDouble()
      #expect(value.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    var reader = reader("1e309")
    let error = #expect(throws: DocumentError.self) { try reader.readDouble() }
    #expect(error?.code == .number)
  }

  @Test func wrongTypesAreErrors() {
    for (text, read) in [
      ("1", { (r: inout JSONReader) in _ = try r.readString() }),
      ("\"1\"", { _ = try $0.readInt() }), ("[]", { try $0.beginObject() }),
      ("{}", { try $0.beginArray() }), ("0", { _ = try $0.readBool() }),
      ("0", { try $0.readNull() }),
      ("null", { _ = try $0.readDouble() }),
    ] as [(String, (inout JSONReader) throws -> Void)] {
      var reader = reader(text)
      let error = #expect(throws: DocumentError.self) { try read(&reader) }
      #expect(error?.code == .type)
      #expect(error?.message.hasPrefix("expected") == true)
    }
  }

  @Test func misuseIsAnErrorNotATrap() throws {
    var twice = reader("[1]")
    try twice.beginArray()
    _ = try twice.nextElement()
    _ = try twice.readInt()
    #expect(throws: DocumentError.self) { try twice.readInt() }
    var wrong = reader("[1]")
    try wrong.beginArray()
    #expect(throws: DocumentError.self) { _ = try wrong.nextKey() }
    var none = reader("1")
    #expect(throws: DocumentError.self) { _ = try none.nextElement() }
    var open = reader("[1]")
    try open.beginArray()
    #expect(throws: DocumentError.self) { try open.finish() }
  }

  @Test func everyPrefixIsRefused() {
    let text = Array("{\"a\":[1,-2.5e+3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":false}}".utf8)
    for count in 0..<text.count {
      #expect(throws: DocumentError.self) { try JSONValue.parse(Array(text[..<count])) }
    }
  }

  @Test func everyChangedByteEndsInAnAnswer() {
    let text = Array("{\"a\":[1,-2.5e+3,true,null,\"x\\u00e9\\n😀\"],\"b\":{\"c\":false}}".utf8)
    var accepted = 0
    for index in text.indices {
      for byte: UInt8 in 0...255 {
        var changed = text
        changed[index] = byte
        guard let tree = try? JSONValue.parse(changed) else { continue }
        accepted += 1
        #expect((try? JSONValue.parse(tree.bytes())) == tree)
      }
    }
    #expect(accepted > text.count)
  }
}
