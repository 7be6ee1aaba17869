import Documents
import Failures
import Testing

/// What is JSON and what is not.
@Suite struct JSONGrammarTests {
  static let good = [
    "null", "true", "false", "0", "-0", "1", "-1", "10", "0.5", "-0.5e-10", "1E+5", "1e5",
    "123456789",
    "\"\"", "\"a\"", "[]", "{}", "[1]", "[1,2]", " [ 1 , 2 ] ", "\t{\r\n\"a\" : [ ] }\n", "[[[]]]",
    "{\"a\":{\"b\":[{}]}}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "\"\\uD83D\\uDE00\"",
    "\"\\ud83d\\ude00\"", "\"\u{7F}\"", "\"\\u0000\"", "\"é😀\u{10FFFF}\"", "{\"\":0}",
    "{\"a\":0,\"a\":1}", "1e999", "123456789012345678901234567890", "\"\u{FEFF}\"",
  ]

  @Test(arguments: good) func accepts(text: String) throws {
    var reader = JSONReader(Array(text.utf8))
    try reader.finish()
    var tree = JSONReader(Array(text.utf8), options: .init(refusesDuplicateKeys: false))
    _ = try? tree.readValue()
  }

  static let bad: [(String, DocumentError.Code)] = [
    ("", .syntax), (" ", .syntax), ("nul", .syntax), ("nulL", .syntax), ("truee", .syntax),
    ("True", .syntax), ("01", .syntax), ("-01", .syntax), ("-", .syntax), ("+1", .syntax),
    (".5", .syntax), ("1.", .syntax), ("1.e5", .syntax), ("1e", .syntax), ("1e+", .syntax),
    ("0x10", .syntax), ("1_000", .syntax), ("NaN", .syntax), ("Infinity", .syntax),
    ("-Infinity", .syntax), ("[", .syntax), ("]", .syntax), ("{", .syntax), ("}", .syntax),
    ("[1", .syntax), ("[1,", .syntax), ("[1,]", .syntax), ("[,1]", .syntax), ("[1 2]", .syntax),
    ("[1}", .syntax), ("{]", .syntax), ("{\"a\"}", .syntax), ("{\"a\":}", .syntax),
    ("{\"a\":1,}", .syntax), ("{,}", .syntax), ("{a:1}", .syntax), ("{'a':1}", .syntax),
    ("{1:1}", .syntax), ("{\"a\" 1}", .syntax), ("{\"a\"::1}", .syntax), ("[1]x", .syntax),
    ("1 2", .syntax), ("[1]]", .syntax), ("\"", .syntax), ("\"a", .syntax), ("\"\\\"", .syntax),
    ("\"\\", .syntax), ("\"\\x\"", .syntax), ("\"\\u12\"", .syntax), ("\"\\u12G4\"", .syntax),
    ("\"\\U0041\"", .syntax), ("'a'", .syntax), ("// c\n1", .syntax), ("[1] // c", .syntax),
    ("\"\u{0}\"", .syntax), ("\"\n\"", .syntax), ("\"\t\"", .syntax), ("\"\u{1F}\"", .syntax),
    ("\u{0}", .syntax), ("1\u{0}", .syntax), ("\u{A0}1", .syntax), ("\u{FEFF}1", .syntax),
    ("\u{C}1", .syntax), ("\"\\ud800\"", .utf8), ("\"\\ud800x\"", .utf8),
    ("\"\\ud800\\u0041\"", .utf8), ("\"\\udc00\"", .utf8), ("\"\\ud800\\ud800\"", .utf8),
    ("\"\\udc00\\ud800\"", .utf8),
  ]

  @Test(arguments: bad) func refuses(text: String, code: DocumentError.Code) {
    let byPull = #expect(throws: DocumentError.self) {
      var reader = JSONReader(Array(text.utf8))
      try reader.finish()
    }
    #expect(byPull?.code == code)
    let byTree = #expect(throws: DocumentError.self) { try JSONValue.parse(text) }
    #expect(byTree?.code == code)
    #expect(byTree?.exitStatus == .malformed)
  }

  static let badUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80],
    [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF],
    [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
    [0xF4, 0x90, 0x80, 0x80],
    [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC3, 0x28], [0xE2, 0x28, 0xA1],
  ]

  @Test(arguments: badUTF8) func refusesBadUTF8(sequence: [UInt8]) {
    for (head, tail) in [("\"", "\""), ("{\"ab", "\":1}"), ("[\"x\\n", "y\"]")] {
      let bytes = Array(head.utf8) + sequence + Array(tail.utf8)
      let error = #expect(throws: DocumentError.self) {
        var reader = JSONReader(bytes)
        try reader.finish()
      }
      #expect(error?.code == .utf8)
      #expect(error?.place.byteOffset == UInt64(head.utf8.count))
    }
    #expect(UTF8Check.string(sequence[...]) == nil)
  }

  @Test func everyUnicodeScalarIsValid() {
    var text: [UInt8] = []
    for value: UInt32 in 0...0x10FFFF {
      if let scalar = UnicodeScalar(value) { text += Array(String(Character(scalar)).utf8) }
    }
    #expect(text.withUnsafeBufferPointer { UTF8Check.firstInvalid($0) } == nil)
  }

  @Test func depthIsCapped() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
      Array(
        (String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
    }
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      _ = try JSONValue.parse(nested(128, open, close))
      let error = #expect(throws: DocumentError.self) {
        try JSONValue.parse(nested(129, open, close))
      }
      #expect(error?.code == .limit)
      #expect(error?.message.contains("128") == true)
      let skipped = #expect(throws: DocumentError.self) {
        var reader = JSONReader(nested(1_000_000, open, close))
        try reader.finish()
      }
      #expect(skipped?.code == .limit)
    }
    _ = try JSONValue.parse(nested(3, "[", "]"), maxDepth: 3)
    #expect(throws: DocumentError.self) { try JSONValue.parse(nested(4, "[", "]"), maxDepth: 3) }
  }

  @Test func duplicateKeys() throws {
    let text = "{\"x\":{\"a\":1,\"b\":2,\"\\u0061\":3}}"
    let error = #expect(throws: DocumentError.self) { try JSONValue.parse(text) }
    #expect(error?.code == .duplicateKey)
    #expect(error?.message.contains("'a'") == true)
    var strict = JSONReader(Array(text.utf8), options: .init(refusesDuplicateKeys: true))
    #expect(throws: DocumentError.self) { try strict.skipValue() }
    var lax = JSONReader(Array(text.utf8))
    try lax.finish()
    // The same key in different objects is none.
    _ = try JSONValue.parse("[{\"a\":1},{\"a\":{\"a\":[]}}]")
    // Far apart, beyond the short list.
    let many = (0..<1000).map { "\"k\($0)\":0" }.joined(separator: ",")
    _ = try JSONValue.parse("{\(many)}")
    let late = #expect(throws: DocumentError.self) { try JSONValue.parse("{\(many),\"k3\":0}") }
    #expect(late?.code == .duplicateKey)
  }

  @Test func canonicallyEquivalentKeysAreNotTheSame() throws {
    let text = Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8)
    var reader = JSONReader(text, options: .init(refusesDuplicateKeys: true))
    try reader.finish()
    let error = #expect(throws: DocumentError.self) { try JSONValue.parse(text) }
    #expect(error?.code == .limit)
    #expect(error?.message.contains("normalisation") == true)
  }

  @Test func placesAreExact() {
    let error = #expect(throws: DocumentError.self) {
      try JSONValue.parse("{\n \"é\": [1,\n  é]}")
    }
    #expect(error?.place.line == 3)
    #expect(error?.place.column == 3)
    #expect(error?.place.byteOffset == 15)
    #expect(error?.message.contains("expected a value, found the byte 0xC3") == true)
    var reader = JSONReader(Array("[1,x]".utf8), fileOffset: 100)
    let shifted = #expect(throws: DocumentError.self) { try reader.finish() }
    #expect(shifted?.place.byteOffset == 103)
  }
}
