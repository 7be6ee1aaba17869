import Documents
import Failures
import Testing
import _TestSupport

@testable import Tokenizers

/// Every component of tokenizer.json against the `tokenizers` library.
@Suite struct ComponentTests {
  /// What the library did.
  static let golden = Result {
    try JSONValue.parse(Golden.bytes("Tokenizers/components/components.json"))
  }

  static func texts(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  /// Cases of a list whose results differ, in words.
  static func differences(
    _ list: String, _ run: (JSONValue, [String]) throws -> [JSONValue]
  ) throws -> [String] {
    let golden = try golden.get()
    let texts = texts(golden["texts"])
    var result: [String] = []
    for entry in golden[list]?.array ?? [] {
      let json = entry["json"] ?? .null
      let expected = entry["out"]?.array ?? []
      do {
        for (number, found) in try run(json, texts).enumerated()
        where found.text() != expected[number].text() {
          let input = texts.indices.contains(number) ? texts[number] : "\(number)"
          result.append(
            "\(json.text()) \(input.debugDescription): \(found.text()), expected "
              + expected[number].text())
          break
        }
      } catch { result.append("\(json.text()): \(error)") }
    }
    return result
  }

  @Test func normalizers() throws {
    let found = try Self.differences("normalizers") { json, texts in
      let definition = try #require(try TokenizerDefinition.Normalizer.read(json))
      #expect(definition.json == json)
      let steps = try definition.steps()
      return texts.map { text in
        .string(Self.text(steps.reduce(Array(text.utf8)) { $1.normalize($0) }))
      }
    }
    #expect(found == [])
  }

  @Test func preTokenizers() throws {
    let found = try Self.differences("pre_tokenizers") { json, texts in
      let definition = try #require(try TokenizerDefinition.PreTokenizer.read(json))
      #expect(definition.json == json)
      let steps = try definition.steps()
      return texts.map { text in
        var buffer = PieceBuffer(Array(text.utf8), startsText: true)
        for step in steps { step.apply(&buffer) }
        return .strings(buffer.pieces.map { Self.text(buffer.bytes[$0]) })
      }
    }
    #expect(found == [])
  }

  @Test func decoders() throws {
    let lists = try Self.golden.get()["tokens"]?.array ?? []
    let found = try Self.differences("decoders") { json, _ in
      let definition = try #require(try TokenizerDefinition.Decoder.read(json))
      #expect(definition.json == json)
      let steps = try definition.steps()
      return lists.map { list in
        let tokens = Self.texts(list).map { TokenText(bytes: Array($0.utf8)) }
        return .string(Self.text(steps.reduce(tokens) { $1.apply($0) }.flatMap(\.bytes)))
      }
    }
    #expect(found == [])
  }

  static let tokenizerNames = (try? golden.get()["tokenizers"]?.array ?? [])?.compactMap {
    $0["name"]?.string
  }

  @Test(arguments: tokenizerNames ?? []) func tokenizer(_ name: String) throws {
    let entry = try #require(
      Self.golden.get()["tokenizers"]?.array?.first { $0["name"]?.string == name })
    let file = Array(try #require(entry["file"]?.string).utf8)
    let definition = try TokenizerDefinition(tokenizerJSON: file)
    #expect(try Self.text(definition.tokenizerJSON()) == Self.text(file))
    let tokenizer = try Tokenizer(definition)
    for (number, text) in Self.texts(entry["texts"]).enumerated() {
      func expect(
        _ key: String, _ special: Tokenizer.SpecialText, _ addSpecial: Bool
      ) throws -> [Int32] {
        let expected = entry[key]?[number]?.array?.compactMap { $0.int.map(Int32.init) } ?? []
        let found = try tokenizer.encode(text, special: special, addSpecial: addSpecial)
        #expect(found == expected, "\(key) \(text.debugDescription)")
        return expected
      }
      _ = try expect("parse", .parse, false)
      _ = try expect("text", .text, false)
      let ids = try expect("special", .parse, true)
      for (place, skips) in [false, true].enumerated() {
        let found = Self.text(try tokenizer.decode(ids, skipsSpecial: skips))
        #expect(
          found == entry["decoded"]?[number]?[place]?.string, "\(text.debugDescription) \(skips)")
      }
    }
    #expect((definition.addedTokens.last?.id ?? 0) < 100_000)
  }

  /// All code points, by what is done with each between two letters.
  @Test func everyCodePoint() throws {
    for entry in try Self.golden.get()["sweeps"]?.array ?? [] {
      let json = entry["json"] ?? .null
      var expected: [Int] = []
      for run in entry["runs"]?.array ?? [] {
        expected += repeatElement(run[0]?.int ?? -9, count: run[1]?.int ?? 0)
      }
      let classify = try Self.classifier(json)
      var differing: [String] = []
      var place = 0
      for value in UInt32(0)..<0x110000 {
        guard let scalar = UnicodeScalar(value) else { continue }
        // Where something changes, and a part of what lies between.
        let isNearEdge =
          place < 2 || place + 2 >= expected.count || expected[place - 2] != expected[place]
          || expected[place + 2] != expected[place]
        guard isNearEdge || value < 0x700 || value % 13 == 0 else {
          place += 1
          continue
        }
        if classify(scalar) != expected[place], differing.count < 12 {
          differing.append("\(String(value, radix: 16)): \(classify(scalar)) \(expected[place])")
        }
        place += 1
      }
      #expect(differing == [], "\(json.text())")
    }
  }

  private static func classifier(_ json: JSONValue) throws -> (UnicodeScalar) -> Int {
    if let steps = try (try? TokenizerDefinition.Normalizer.read(json))?.steps() {
      return { scalar in
        let character = Array(String(scalar).utf8)
        let found = steps.reduce([0x61] + character + [0x62]) { $1.normalize($0) }
        let kinds: [[UInt8]] = [
          [0x61, 0x62], [0x61, 0x20, 0x62], [0x61] + character + [0x62],
          [0x61, 0x20] + character + [0x20, 0x62],
        ]
        return kinds.lastIndex(of: found).map { $0 - 1 } ?? 3
      }
    }
    let steps = try TokenizerDefinition.PreTokenizer.read(json)?.steps() ?? []
    func count(_ text: String) -> Int {
      var buffer = PieceBuffer(Array(text.utf8), startsText: true)
      for step in steps { step.apply(&buffer) }
      return buffer.pieces.count
    }
    return { count("a\($0)b") * 10 + count(",\($0)\($0)") }
  }
}
