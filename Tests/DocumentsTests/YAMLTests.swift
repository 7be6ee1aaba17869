import Documents
import Failures
import Testing

@Suite struct YAMLTests {
  private func parse(_ text: String) throws -> YAMLValue { try YAMLValue.parse(Array(text.utf8)) }

  @Test func readsTrees() throws {
    let value = try parse(
      "a: 1\nb: [x, 'y: z', {c: d}]\ne:\n- |\n  two\n  lines\n- >-\n  one\n  line\n")
    #expect(value.map?["a"]?.scalar?.text == "1")
    #expect(value.map?["b"]?.list?[1].string == "y: z")
    #expect(value.map?["b"]?.list?[2].map?["c"]?.string == "d")
    #expect(value.map?["e"]?.list?[0].string == "two\nlines\n")
    #expect(value.map?["e"]?.list?[1].string == "one line")
    #expect(try parse("").isNull)
    #expect(try parse("# nothing\n").isNull)
  }

  @Test(
    arguments: [
      ("a", .text), ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("nULL", .text),
      ("yes", .bool(true)), ("No", .bool(false)), ("ON", .bool(true)), ("oN", .text),
      ("y", .text), ("n", .text), ("1", .number(isZero: false)), ("0", .number(isZero: true)),
      ("-0", .number(isZero: true)), ("+12", .number(isZero: false)),
      ("0x1F", .number(isZero: false)),
      ("0b10", .number(isZero: false)), ("010", .number(isZero: false)), ("08", .text),
      ("0o7", .text), ("1_000", .number(isZero: false)), ("1:30", .number(isZero: false)),
      ("1:60", .text), ("1.0", .number(isZero: false)), ("0.0", .number(isZero: true)),
      (".5", .number(isZero: false)), ("-.5", .text), ("1.", .number(isZero: false)), (".", .text),
      ("1e5", .text), ("1.0e5", .text), ("1.0e+5", .number(isZero: false)),
      ("1.2.3", .text), (".inf", .number(isZero: false)), (".nan", .number(isZero: false)),
      ("inf", .text), ("2024-01-31", .date), ("2024-1-31", .text),
      ("2024-01-31T10:00:00Z", .date), ("2024-01-31 x", .text), ("1.0-beta", .text), ("-", .text),
      ("v1", .text),
    ] as [(String, YAMLScalar.Kind)])
  func plainScalarsMeanWhatPythonTakesThemFor(text: String, kind: YAMLScalar.Kind) {
    #expect(YAMLScalar(text, isPlain: true).kind == kind)
    #expect(YAMLScalar(text, isPlain: false).kind == .text)
  }

  @Test(arguments: [
    ("a: [b", "syntax"), ("a: \"b", "syntax"), ("a: b: c", "syntax"), ("- a\nb: c", "syntax"),
    ("a: @b", "syntax"), ("a: \u{7}", "syntax"), ("%X\na", "syntax"), ("a\n---\nb\n", "syntax"),
    ("a: &x b", "type"), ("a: *x", "type"), ("a: !t b", "type"), ("[a]: b", "type"),
    ("&a [*a]", "type"),
  ])
  func refuses(text: String, code: String) {
    let error = #expect(throws: DocumentError.self) { try parse(text) }
    #expect(error?.code.name == code, "\(text): \(error?.message ?? "")")
  }

  @Test func capsDepthAndSize() {
    for deep in [
      String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 5000),
      String(repeating: "- ", count: 300), String(repeating: "? ", count: 300),
    ] {
      #expect(throws: DocumentError.self) { try parse(deep) }
    }
    let error = #expect(throws: DocumentError.self) {
      try parse(String(repeating: "a", count: YAMLValue.maxByteCount + 1))
    }
    #expect(error?.code == .limit)
    #expect(throws: DocumentError.self) { try YAMLValue.parse([0x61, 0xFF]) }
  }

  /// Whatever the bytes, it ends with a tree or an error.
  @Test func neverTraps() {
    let alphabet = Array("ab: -[]{}\"'|>&*!%#?,\n\t 01\u{0}\u{85}".utf8)
    var state: UInt64 = 7
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<24 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      _ = try? YAMLValue.parse(bytes)
    }
  }

  @Test func writesWhatItReads() throws {
    let texts = [
      "plain", "no", "1.0", "a: b", "", " x ", "quo\"te", "line\nbreak", "emoji 🦙",
      "\u{85}\u{2028}",
      "- x", "#x", "~", "y", "2024-01-01", "a/b-c.d", "\u{FEFF}x", "tab\t", "back\\slash", "0x1",
      "@x", "null", "\u{7F}",
    ]
    let scalars = texts.map { YAMLValue.scalar(YAMLScalar($0, isPlain: false)) }
    let value = YAMLValue.map([
      "list": .list(scalars), "empty": .list([]), "none": .map([:]),
      "maps": .list([.map(["a": scalars[1], "b": .list([scalars[2]])]), .map(["c": scalars[3]])]),
      "odd: key": .map(["inner": scalars[4]]),
    ])
    let again = try parse(value.blockText)
    #expect(again.map?["list"]?.list?.map(\.string) == texts.map { $0 })
    #expect(again.map?["empty"]?.list == [])
    #expect(again.map?["none"]?.map?.isEmpty == true)
    #expect(again.map?["maps"]?.list?[0].map?["a"]?.string == "no")
    #expect(again.map?["maps"]?.list?[0].map?["b"]?.list?.first?.string == "1.0")
    #expect(again.map?["maps"]?.list?[1].map?["c"]?.string == "a: b")
    #expect(again.map?["odd: key"]?.map?["inner"]?.string == "")
  }
}
