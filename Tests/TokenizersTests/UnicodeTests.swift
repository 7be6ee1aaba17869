import Documents
import Testing
import _TestSupport

@testable import Tokenizers

/// Properties and normal forms against other implementations' answers for every scalar.
@Suite struct UnicodeTests {
  static let golden = Result {
    try JSONValue.parse(Golden.bytes("Tokenizers/unicode/unicode.json"))
  }

  static func digest(_ key: String) throws -> String? {
    try golden.get()["digests"]?[key]?.string
  }

  static let scalars = (UInt32(0)..<0x110000).filter { !(0xD800..<0xE000).contains($0) }

  static func utf8(_ scalar: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    UTF8Scalars.append(scalar, to: &bytes)
    return bytes
  }

  @Test func categories() throws {
    let names = GeneralCategory.allCases.map { Array($0.name.utf8) }
    let classes = ScalarClasses.shared
    let all = (UInt32(0)..<0x110000).flatMap { names[Int(classes($0).category.rawValue)] }
    #expect(try Golden.sha256(all) == Self.digest("categories"))
    #expect(classes(0x110000) == .unassigned)
    #expect(classes(.max) == .unassigned)
  }

  @Test func whiteSpaceAndHan() {
    let classes = ScalarClasses.shared
    let spaces = Self.scalars.filter { classes($0).isWhiteSpace }
    #expect(
      spaces == Array(9...13) + [0x20, 0x85, 0xA0, 0x1680] + Array(0x2000...0x200A)
        + [0x2028, 0x2029, 0x202F, 0x205F, 0x3000])
    #expect(Self.scalars.count { UnicodeTables.isHan($0) } == 99030)
    #expect(UnicodeTables.isHan(0x4E00) && UnicodeTables.isHan(0x3007))
    #expect(!UnicodeTables.isHan(0x3042))
    // The counts that tiktoken and tokenizers give.
    let counts: [(ClassSet, Int)] = [
      (.letters, 141028), (.numbers, 1911), (.marks, 2501), (.punctuation, 855), (.symbols, 8514),
    ]
    for (set, count) in counts {
      #expect(Self.scalars.count { set.contains(classes($0)) } == count)
    }
  }

  @Test func lowercase() throws {
    let all = UnicodeTables.lowercased(Self.scalars.flatMap(Self.utf8))
    #expect(try Golden.sha256(all) == Self.digest("lowercase"))
    #expect(UnicodeTables.lowercased([0x41, 0xFF, 0xC3]) == [0x61, 0xFF, 0xC3])
  }

  static let forms: [(String, Normalization, Normalization.Version)] = [
    ("NFC-9", .nfc, .unicode9), ("NFD-9", .nfd, .unicode9),
    ("NFKC-9", .nfkc, .unicode9), ("NFKD-9", .nfkd, .unicode9),
    ("NFC-16", .nfc, .unicode16), ("NFD-16", .nfd, .unicode16),
    ("NFKC-16", .nfkc, .unicode16), ("NFKD-16", .nfkd, .unicode16),
  ]

  @Test(arguments: forms)
  func normalFormOfEveryScalar(
    _ name: String, _ form: Normalization, _ version: Normalization.Version
  ) throws {
    let all = Self.scalars.flatMap { form.apply(Self.utf8($0), by: version) }
    #expect(try Golden.sha256(all) == Self.digest(name))
  }

  @Test(arguments: forms)
  func normalFormsOfTexts(
    _ name: String, _ form: Normalization, _ version: Normalization.Version
  ) throws {
    let golden = try Self.golden.get()
    let texts = golden["texts"]?.array?.compactMap(\.string) ?? []
    let expected = golden[name]?.array?.compactMap(\.string) ?? []
    #expect(texts.count == 1201 && expected.count == texts.count)
    for (text, expected) in zip(texts, expected) {
      let result = form.apply(Array(text.utf8), by: version)
      #expect(result == Array(expected.utf8), "\(text.unicodeScalars.map(\.value))")
      #expect(form.apply(result, by: version) == result)
    }
  }

  @Test func bytesThatAreNotUTF8() {
    let broken: [UInt8] = [0x65, 0xFF, 0xCC, 0x81, 0xC3, 0x65, 0xCC, 0x81, 0xED, 0xA0, 0x80]
    let expected: [UInt8] = [0x65, 0xFF, 0xCC, 0x81, 0xC3, 0xC3, 0xA9, 0xED, 0xA0, 0x80]
    #expect(Normalization.nfc(broken) == expected)
  }

  @Test func decodingStepsOverWhatIsNotUTF8() {
    // a scalar each: valid, overlong, surrogate, above the last, cut
    let cases: [([UInt8], [Int])] = [
      ([0x61], [1]), ([0xC3, 0xA9], [2]), ([0xE4, 0xB8, 0xAD], [3]),
      ([0xF0, 0x9F, 0x98, 0x80], [4]),
      ([0xC0, 0x80], [1, 1]), ([0xE0, 0x80, 0x80], [1, 1, 1]), ([0xED, 0xA0, 0x80], [1, 1, 1]),
      ([0xF4, 0x90, 0x80, 0x80], [1, 1, 1, 1]), ([0xE4, 0xB8], [1, 1]), ([0x80, 0x80], [1, 1]),
      ([0xF0, 0x9F, 0x98], [1, 1, 1]), ([0xE4, 0x61, 0x62], [1, 1, 1]),
    ]
    for (bytes, lengths) in cases {
      bytes.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        var position = 0
        var found: [Int] = []
        while position < buffer.count {
          let (scalar, length) = UTF8Scalars.decode(base, position, buffer.count)
          #expect((scalar >= UTF8Scalars.invalid) == (lengths.count > 1 && bytes[position] >= 0x80))
          found.append(length)
          position += length
          #expect(UTF8Scalars.previous(base, position, from: 0) == position - length)
        }
        #expect(found == lengths)
      }
    }
  }
}
