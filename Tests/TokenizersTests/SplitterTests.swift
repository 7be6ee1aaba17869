import Documents
import Failures
import Formats
import Testing
import _TestSupport

@testable import Tokenizers

/// The fast splitters against the general engine, and both against other programs' pieces.
@Suite struct SplitterTests {
  /// Every expression of the table of pre-tokenizers, and more in use.
  static let patterns: [String] = {
    guard let text = Formats.document("Pretokenizers/pretokenizers.json")?.text,
      let root = try? JSONValue.parse(text)
    else { return [] }
    var patterns: [String] = []
    for group in root["groups"]?.array ?? [] {
      for list in ["regexes", "original"] {
        patterns += group[list]?.array?.compactMap(\.string) ?? []
      }
    }
    patterns += [
      PreTokenizerSteps.gpt2, PreTokenizerSteps.punctuation, PreTokenizerSteps.punctuation + "+",
      // cl100k_base as tiktoken writes it
      Splitters.cl100k,
    ]
    var seen: Set<String> = []
    return patterns.filter { seen.insert($0).inserted }
  }()

  static func pieces(_ splitter: some PieceSplitter, _ text: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    text.withUnsafeBufferPointer { splitter.pieces(of: $0) { result.append($0) } }
    return result
  }

  /// Texts of what the expressions tell apart, and bytes that are not UTF-8.
  static func randomTexts(_ count: Int, seed: UInt64) -> [[UInt8]] {
    var random = SeededRandom(seed)
    let atoms: [String] = [
      " ", "  ", "\n", "\r\n", "\t", "\u{A0}", "\u{3000}", "\u{85}", "a", "b", "Z", "Q", "é", "É",
      "ſ",
      "'s", "'S", "'ſ", "'re", "'LL", "'", "ß", "中", "文", "々", "〇", "あ", "ア", "한", "ا", "ي", "ʰ",
      "ǅ",
      "\u{301}", "\u{93E}", "\u{20DD}", "1", "23", "456", "٣", "Ⅷ", "½", ".", ",", "!", "-", "_",
      "/", "(",
      ")", "$", "+", "<", "|", "~", "`", "“", "…", "，", "。", "、", "😀", "\u{200D}", "\u{FE0F}",
      "\u{200B}",
      "\u{7}", "\u{378}", "\u{E000}", "\u{10FFFF}", "⼀", "IMGIMG", "A", "ABZ", "<sentinel:", ">",
      "    ",
      "q's", "don't", "HTTPServer", "𐐀", "𐐨", "\u{1E9B}\u{323}", "\\", "^", "]", "[", "{", "}", "=",
      "*", "#",
    ]
    return (0..<count).map { _ in
      var text: [UInt8] = []
      for _ in 0..<random.below(14) {
        if random.below(24) == 0 {
          text.append(UInt8(0x80 + random.below(0x80)))
        } else {
          text += atoms[random.below(atoms.count)].utf8
        }
      }
      return text
    }
  }

  static let corpus = Result {
    try JSONValue.parse(Golden.bytes("Tokenizers/corpus/texts.json")).array ?? []
  }

  @Test func everyExpressionOfTheTableIsSupported() throws {
    #expect(Self.patterns.count > 40)
    for pattern in Self.patterns { _ = try Splitters.step(pattern) }
  }

  /// The expressions left to the general engine: rare, and made of literals.
  @Test func nearlyAllAreFast() {
    let slow = Self.patterns.filter { Splitters.known($0) == nil }
    #expect(slow.count <= 5, "\(slow)")
  }

  @Test(arguments: patterns)
  func fastEqualsGeneral(_ pattern: String) throws {
    guard let fast = Splitters.known(pattern) else { return }
    let general = try #require(RegexSplitter(pattern))
    let texts =
      try Self.corpus.get().compactMap { $0["text"]?.string.map { Array($0.utf8) } }
      + Self.randomTexts(500, seed: 5)
    for text in texts {
      let expected = Self.pieces(general, text)
      let found = Self.pieces(fast, text)
      guard expected == found else {
        Issue.record(
          """
          \(pattern): \(String(decoding: text, as: UTF8.self).debugDescription)
          \(expected.map { String(decoding: text[$0], as: UTF8.self) })
          \(found.map { String(decoding: text[$0], as: UTF8.self) })
          """)
        return
      }
      #expect(
        expected.map(\.count).reduce(0, +) == text.count && !expected.contains(where: \.isEmpty))
    }
  }

  static let cuts = Result {
    try JSONValue.parse(Golden.bytes("Tokenizers/splits/splits.json"))
  }
  static let cutPatterns = (try? cuts.get()["digests"]?.object?.keys.map(\.self)) ?? []

  /// Where tokenizers cuts the corpus and random texts; both engines cut there.
  @Test(arguments: cutPatterns)
  func cutsAreThoseOfTokenizers(_ pattern: String) throws {
    let golden = try Self.cuts.get()
    let expected = try #require(golden["digests"]?[pattern]?.string)
    let texts =
      try Self.corpus.get().map { $0["text"]?.string ?? "" }
      + (golden["texts"]?.array ?? []).map { $0.string ?? "" }
    #expect(texts.count == 2084)
    func digest(_ splitter: some PieceSplitter) -> String {
      let lines = texts.map { text in
        Self.pieces(splitter, Array(text.utf8)).map { "\($0.count)" }.joined(separator: ",")
      }
      return Golden.sha256(lines.joined(separator: "\n").utf8)
    }
    #expect(try digest(Splitters.step(pattern)) == expected)
    #expect(try digest(#require(RegexSplitter(pattern))) == expected)
  }

  @Test func thereAreManyExpressions() { #expect(Self.cutPatterns.count == 70) }

  @Test(arguments: [
    // expression, text, pieces
    (#"a+?b|a"#, "aab", ["aab"]), (#"(?:ab)*+b|a"#, "ababb", ["ababb"]),
    (#"(?:a|ab)(?:c|bcd)"#, "abcd", ["abcd"]), (#"(?:a|ab)++c|a"#, "abc", ["a", "bc"]),
    (#"x(?=y)|y"#, "xyx", ["x", "y", "x"]),
    (#"\bfoo\b"#, "foo food foo", ["foo", " food ", "foo"]),
    (#"(?:a*)*b"#, "aaac", ["aaac"]), (#"a{2}"#, "aaaaa", ["aa", "aa", "a"]),
    (#"a{2,3}?"#, "aaaaa", ["aa", "aa", "a"]),
    (#"(?i:sk)"#, "SKſ\u{212A}x", ["SK", "ſ\u{212A}", "x"]),
    (#"(?=(\d{3})+(?!\d))"#, "1234567", ["1", "234", "567"]),
    (#"^a|b$"#, "aab\nab", ["a", "a", "b", "\n", "a", "b"]),
    (#"[\p{L}&&[^\p{Han}]]+"#, "ab中c", ["ab", "中", "c"]), (#"\P{L}+|."#, "a12", ["a", "12"]),
    (#"[^[^a]]+"#, "baab", ["b", "aa", "b"]),
  ])
  func generalEngine(_ pattern: String, _ text: String, _ expected: [String]) throws {
    let splitter = try #require(RegexSplitter(pattern))
    let bytes = Array(text.utf8)
    let found = Self.pieces(splitter, bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    #expect(found == expected)
  }

  /// Expressions that take exponential time without memory.
  @Test func nestedRepetitionEnds() throws {
    let text = [UInt8](repeating: 97, count: 3000) + [33]
    for pattern in [#"(?:a+)+b"#, #"(?:a|a)*b"#, #"(?:a*)*b"#, #"(?=(?:a+)+b)a"#] {
      let splitter = try #require(RegexSplitter(pattern))
      text.withUnsafeBufferPointer { text in
        guard let text = SplitText(text) else { return }
        #expect(splitter.matchEnd(in: text, at: 0) == nil)
      }
    }
  }

  @Test(arguments: [
    "(", "[a", #"\q"#, "a{2", #"\p{Greek}"#, #"(?<=a)b"#, "a{1,99999}b{1,99999}(?:ab){1,9999}",
    #"\1"#,
    String(repeating: "(?:", count: 4000), "(?:(?:(?:a{99}b){99}){99}){99}",
  ])
  func unsupportedExpressionsAreNamed(_ pattern: String) {
    let error = #expect(throws: TokenizerError.self) { try Splitters.step(pattern) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("/\(pattern)/") == true)
  }

  /// Numbers and blanks as long as a file: time does not go with the square of the length.
  @Test(arguments: [
    #"\d{1,3}(?=(?:\d{3})*\b)"#, #"(?=(\d{3})+(?!\d))"#, #"\s+$"#, PreTokenizerSteps.gpt2,
    Splitters.cl100k,
  ])
  func longRuns(_ pattern: String) throws {
    let splitter = try Splitters.step(pattern)
    for byte in UInt8(ascii: " ")...UInt8(ascii: "1") where [0x20, 0x31].contains(byte) {
      let text = [UInt8](repeating: byte, count: 400_000) + [97]
      #expect(Self.pieces(splitter, text).map(\.count).reduce(0, +) == text.count)
    }
  }

  @Test func sequencesCutPiecesFurther() throws {
    let splitter = try Splitters.splitter(for: [#"\p{N}{1,3}"#, #"\s+"#, "b"])
    let text = Array("ab 1234".utf8)
    var pieces: [String] = []
    text.withUnsafeBufferPointer { text in
      splitter.pieces(of: text) { pieces.append(String(decoding: text[$0], as: UTF8.self)) }
    }
    #expect(pieces == ["a", "b", " ", "123", "4"])
  }

  @Test func matchesAndWhatLiesBetween() throws {
    let splitter = try Splitters.step(#"\p{N}"#)
    var spans: [String] = []
    Array("a12b".utf8).withUnsafeBufferPointer { text in
      splitter.spans(of: text) { range, isMatch in
        spans.append(String(decoding: text[range], as: UTF8.self) + (isMatch ? "+" : "-"))
      }
    }
    #expect(spans == ["a-", "1+", "2+", "b-"])
  }
}

/// Numbers that are the same in every run.
struct SeededRandom {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number below a bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
