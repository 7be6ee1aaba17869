/// A word that names a model's size: `7B`, `1.5b`, `8x7B`, `A22B`, `7b1`, `small`.
struct SizeWord {
  /// The word in its usual spelling: `7B`, `7.1B`.
  var text: String
  /// The same with its unit in lower case, as a length of context.
  var lowered: String { String(text.dropLast()) + (text.last.map { $0.lowercased() } ?? "") }

  private static let words: Set<String> = [
    "small", "mini", "medium", "large", "xl", "xxl",
  ]

  /// Reads a word, nil if it names no size.
  init?(_ word: String) {
    let lower = word.lowercased()
    guard Self.words.contains(lower) || Self.isNumbered(lower) else { return nil }
    var text = word.replacing("_", with: ".")
    if let last = text.last, last.isNumber, text.count >= 2 {
      let unit = text[text.index(text.endIndex, offsetBy: -2)]
      text = String(text.dropLast(2)) + "." + String(last) + String(unit)
    }
    if text.count > 1, text[text.index(text.endIndex, offsetBy: -2)].isNumber,
      let unit = text.last, "kmbt".contains(unit)
    {
      text = text.dropLast() + unit.uppercased()
    }
    self.text = text
  }

  /// Whether it may be the size of a model of so many parameters: within a factor of eight below.
  ///
  /// An adapter's count is negative: it need not cover all layers, so the model may be any size above.
  func isCloseTo(_ parameters: Int) -> Bool {
    let units: [Character: Double] = ["K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12]
    guard parameters != 0, let unit = text.last, let factor = units[unit],
      let number = Double(text.dropLast())
    else { return true }
    if parameters < 0 { return number * factor >= Double(parameters.magnitude / 8) }
    // Seven eighths, rounded down, which no count overflows.
    let most = parameters / 8 * 7 + parameters % 8 * 7 / 8
    return (number * factor - Double(parameters)).magnitude <= Double(most)
  }

  /// `[A | <digits>x] [<digits> [._<digits>]] <K|M|B|T> [<digit>]`.
  private static func isNumbered(_ lower: String) -> Bool {
    var rest = Substring(lower)
    if let last = rest.last, last.isASCII, last.isNumber { rest = rest.dropLast() }
    guard let unit = rest.last, "kmbt".contains(unit) else { return false }
    rest = rest.dropLast()
    if rest.hasPrefix("a") {
      rest = rest.dropFirst()
    } else if let cross = rest.firstIndex(of: "x"), cross != rest.startIndex {
      guard rest[..<cross].allSatisfy({ $0.isASCII && $0.isNumber }) else { return false }
      rest = rest[rest.index(after: cross)...]
    }
    let parts = rest.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "_" }
    return (1...2).contains(parts.count)
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
  }
}
