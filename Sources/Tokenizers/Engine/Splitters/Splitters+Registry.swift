extension Splitters {
  /// The expressions that have a splitter of their own.
  static let rows: [(pattern: String, make: Maker)] = [
    (PreTokenizerSteps.gpt2, { _ in GPT2Splitter() }),
    (words(), { WordSplitter(contractions: $0) }),
    (cl100k, { WordSplitter(contractions: $0, whiteSpace: .linesOrEnd) }),
    (words(digits: #"\p{N}"#), { WordSplitter(contractions: $0, mostDigits: 1) }),
    (words(digits: #"\p{N}+"#), { WordSplitter(contractions: $0, mostDigits: .max) }),
    (
      words(contractions: nil, digits: #"\p{N}"#),
      { _ in WordSplitter(contractions: .none, mostDigits: 1) }
    ),
    (
      words(contractions: nil), { _ in WordSplitter(contractions: .none) }
    ),
    (
      words(letters: #"[\p{L}\p{M}]"#, digits: #"\p{N}"#, symbols: #"[^\s\p{L}\p{M}\p{N}]"#),
      {
        WordSplitter(
          contractions: $0, letters: ClassSet.letters.union(.marks), mostDigits: 1,
          symbols: WordSplitter().symbols.subtracting(.marks))
      }
    ),
    (
      words(digits: #"\p{N}"#, lines: #"\s*[\r\n]"#),
      { WordSplitter(contractions: $0, mostDigits: 1) }
    ),
    (
      words(digits: #"\p{N}"#, symbols: #"[^\s\p{L}\p{N}\r\n]"#, tail: ""),
      { WordSplitter(contractions: $0, mostDigits: 1, tail: .none) }
    ),
    (
      words(
        word: #"(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+"#, digits: #"\p{N}"#, tail: #"[\r\n/]?"#,
        lines: #"\s*[\r\n]"#),
      {
        WordSplitter(
          contractions: $0, words: .spaced, mostDigits: 1, tail: .oneLineEndOrSlash)
      }
    ),
    (
      words(
        space: [512, 256, 128, 64, 32, 16, 8, 4].map { #"\s{\#($0)}(?!\S)|"# }.joined()
          + #"\s{1,2}(?!\S)|\s{1}"#),
      { WordSplitter(contractions: $0, whiteSpace: .powers) }
    ),
    (
      deepseek + #" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      { _ in punctuated(.lineEnds, .lines) }
    ),
    (
      deepseek + #" ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+"#,
      { _ in punctuated(.none, .singleLineEnds) }
    ),
    (casedWords(), { CasedWordSplitter(contractions: $0) }),
    (casedWords(digits: #"\p{N}"#), { CasedWordSplitter(contractions: $0, mostDigits: 1) }),
    (
      casedWords(suffix: "", digits: #"\p{N}"#),
      { _ in CasedWordSplitter(contractions: .none, mostDigits: 1) }
    ),
    (
      #"[\p{Han}]+|"#
        + casedWords(
          upper: #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"#,
          lower: #"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"#, tail: #"[\r\n]*"#),
      {
        CasedWordSplitter(
          contractions: $0, upper: CasedWordSplitter().upper.subtracting(.han),
          lower: CasedWordSplitter().lower.subtracting(.han), separatesHan: true, tail: .lineEnds)
      }
    ),
    (approximate(), { CasedWordSplitter.approximate(contractions: $0) }),
    (
      approximate(suffix: "", digits: #"\p{N}"#),
      { _ in CasedWordSplitter.approximate(contractions: .none, mostDigits: 1) }
    ),
    (
      approximate(letter: #"[\p{L}\p{M}]"#),
      { CasedWordSplitter(contractions: $0, onlyASCIIHasCase: true) }
    ),
    (#"\d{1,3}(?=(?:\d{3})*\b)"#, { _ in DigitGroupSplitter(match: .group) }),
    (#"(?=(\d{3})+(?!\d))"#, { _ in DigitGroupSplitter(match: .place) }),
    (#"\s+$"#, { _ in LineEndSpaceSplitter() }),
  ]

  /// cl100k as tiktoken writes it for its own.
  ///
  /// White space at the end of a text is one piece.
  static let cl100k =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|"#
    + #"\s++$|\s*[\r\n]|\s+(?!\S)|\s"#

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"

  /// An expression of the family of cl100k.
  private static func words(
    contractions: String? = contractions, letters: String = #"\p{L}"#, word: String? = nil,
    digits: String = #"\p{N}{1,3}"#, symbols: String = #"[^\s\p{L}\p{N}]"#,
    tail: String = #"[\r\n]*"#, lines: String = #"\s*[\r\n]+"#,
    space: String = #"\s+(?!\S)|\s+"#
  ) -> String {
    (contractions.map { $0 + "|" } ?? "") + #"[^\r\n\p{L}\p{N}]?"# + (word ?? letters + "+")
      + "|\(digits)| ?\(symbols)+\(tail)|\(lines)|\(space)"
  }

  /// An expression of the family of o200k.
  private static func casedWords(
    upper: String = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#,
    lower: String = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#, suffix: String = contractions + "?",
    digits: String = #"\p{N}{1,3}"#, tail: String = #"[\r\n/]*"#
  ) -> String {
    let before = #"[^\r\n\p{L}\p{N}]?"#
    return "\(before)\(upper)*\(lower)+\(suffix)|\(before)\(upper)+\(lower)*\(suffix)"
      + #"|\#(digits)| ?[^\s\p{L}\p{N}]+\#(tail)|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// o200k as llama.cpp writes it, for letters of a set.
  private static func approximate(
    letter: String = #"[\p{L}]"#, suffix: String = contractions + "?",
    digits: String = #"\p{N}{1,3}"#
  ) -> String {
    casedWords(
      upper: "((?=\(letter))([^a-z]))", lower: "((?=\(letter))([^A-Z]))", suffix: suffix,
      digits: digits)
  }

  /// What the expressions of DeepSeek V3 begin with.
  private static let deepseek =
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|"##
    + #"[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"#

  private static func punctuated(_ tail: SymbolTail, _ space: WhiteSpaceRule) -> WordSplitter {
    let symbols = ClassSet.punctuation.union(.symbols)
    return WordSplitter(
      joinsPunctuation: true, letters: ClassSet.letters.union(.marks),
      notBefore: symbols.union(.letters), mostDigits: 0, symbols: symbols, tail: tail,
      whiteSpace: space)
  }
}

extension CasedWordSplitter {
  /// o200k as llama.cpp writes it: no marks, and case in ASCII only.
  static func approximate(contractions: Contractions, mostDigits: Int = 3) -> Self {
    CasedWordSplitter(
      contractions: contractions, upper: ClassSet.letters.subtracting(ClassSet(.ll)),
      lower: ClassSet.letters.subtracting(ClassSet(.lu)), onlyASCIIHasCase: true,
      mostDigits: mostDigits)
  }
}
