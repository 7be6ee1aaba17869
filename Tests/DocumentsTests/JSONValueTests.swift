import Documents
import Failures
import Testing

/// The tree and its text.
@Suite struct JSONValueTests {
  @Test func accessors() throws {
    let value = try JSONValue.parse(
      "{\"s\":\"x\",\"i\":3,\"d\":1.5,\"b\":true,\"n\":null,\"l\":[1,2],\"o\":{\"p\":{\"q\":7}}}")
    #expect(value["s"]?.string == "x")
    #expect(value["i"]?.int == 3)
    #expect(value["i"]?.double == 3)
    #expect(value["d"]?.double == 1.5)
    #expect(value["d"]?.int == nil)
    #expect(value["b"]?.bool == true)
    #expect(value["n"]?.isNull == true)
    #expect(value["l"]?.array?.count == 2)
    #expect(value["l"]?[1]?.int == 2)
    #expect(value["l"]?[2] == nil)
    #expect(value[path: "o.p.q"]?.int == 7)
    #expect(value[path: "o.x.q"] == nil)
    #expect(value["missing"] == nil)
    #expect(value["s"]?["x"] == nil)
    #expect(value.kind == .object)
    #expect(Array(value.object?.keys ?? []) == ["s", "i", "d", "b", "n", "l", "o"])
  }

  @Test func changes() {
    var value: JSONValue = ["a": 1, "b": [true, nil, "x"]]
    value["a"] = 2
    value["c"] = .double(0.02)
    value["b"] = nil
    #expect(value.text() == "{\"a\":2,\"c\":0.02}")
    var number: JSONValue = 1
    number["a"] = 2
    #expect(number == 1)
  }

  @Test func numbersKeepTheirText() throws {
    let text = "[1.0,1e-05,1E5,-0,-0.0,123456789012345678901234567890,1.10,1e999]"
    let value = try JSONValue.parse(text)
    #expect(value.text() == text)
    #expect(value[0] != 1)
    #expect(value[7]?.double == nil)
    #expect(value[5]?.int == nil)
    #expect(JSONNumber("18446744073709551615")?.uint64 == .max)
    #expect(JSONNumber("01") == nil)
    #expect(JSONNumber("1 ") == nil)
    #expect(JSONNumber("") == nil)
    #expect(JSONNumber("-5")?.int == -5)
    #expect(JSONNumber(Double.nan) == nil)
  }

  /// Texts that Python 3.11 gives for `json.dumps(x)`.
  static let python: [(Double, String)] = [
    (1e-05, "1e-05"), (1e-06, "1e-06"), (1e-12, "1e-12"), (10000, "10000.0"), (0.02, "0.02"),
    (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (0.0001, "0.0001"), (0.00012345, "0.00012345"),
    (1e15, "1000000000000000.0"), (1e16, "1e+16"), (12345678901234568, "1.2345678901234568e+16"),
    (1e22, "1e+22"), (1e100, "1e+100"), (.leastNonzeroMagnitude, "5e-324"), (0.1, "0.1"),
    (1.0 / 3, "0.3333333333333333"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (5.684341886080802e-14, "5.684341886080802e-14"),
    (9007199254740992, "9007199254740992.0"), (-2.5, "-2.5"), (123456.789, "123456.789"),
    (9.999999747378752e-06, "9.999999747378752e-06"), (2e-7, "2e-07"), (1.5e300, "1.5e+300"),
  ]

  @Test(arguments: python) func doublesLookLikePythons(value: Double, text: String) {
    #expect(value.jsonText == text)
    #expect(Double(text) == value)
  }

  @Test func floatsAreShort() {
    #expect(Float(1e-5).jsonText == "1e-05")
    #expect(Float(0.1).jsonText == "0.1")
    #expect(Float(10000).jsonText == "10000.0")
    #expect(Float(16777216).jsonText == "16777216.0")
    #expect(Float.infinity.jsonText == nil)
  }

  @Test func pretty() throws {
    let value = try JSONValue.parse(
      "{\"a\":[],\"b\":{},\"c\":[1,[2,{\"d\":\"é\\u007f/\\\"\\\\\\u001f\\b\\f\\n\\r\\t\"}]],\"e\":null}"
    )
    // json.dumps(value, indent=2, ensure_ascii=False)
    #expect(
      value.text(.pretty()) == """
        {
          "a": [],
          "b": {},
          "c": [
            1,
            [
              2,
              {
                "d": "é\u{7F}/\\"\\\\\\u001f\\b\\f\\n\\r\\t"
              }
            ]
          ],
          "e": null
        }
        """)
    #expect(try JSONValue.parse(value.text(.pretty())) == value)
    #expect(try JSONValue.parse(value.text()) == value)
  }

  @Test func pieces() {
    var writer = JSONWriter(.pretty(indent: 1))
    writer.beginObject()
    writer.key("list")
    writer.beginArray()
    for index in 0..<3 { writer.int(index) }
    writer.endArray()
    let first = writer.takeBytes()
    writer.key("rest")
    writer.value(["x": false])
    writer.key("n")
    writer.null()
    writer.endObject()
    let text = String(decoding: first + writer.takeBytes(), as: UTF8.self)
    #expect(
      text
        == "{\n \"list\": [\n  0,\n  1,\n  2\n ],\n \"rest\": {\n  \"x\": false\n },\n \"n\": null\n}"
    )
    #expect(writer.bytes.isEmpty)
  }
}
