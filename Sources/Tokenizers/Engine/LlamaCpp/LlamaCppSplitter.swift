internal import Failures

/// Splits text by expressions, one after the other, as llama.cpp does.
///
/// Its classes of letters do not tell upper from lower case, `\d` means ASCII where no class stands
/// beside it, and code points that are new in Unicode 16.0 belong to no class.
struct LlamaCppSplitter: Sendable {
  /// What an expression does not see.
  private enum Blindness: CaseIterable {
    /// Nothing.
    case none
    /// What is new in Unicode 16.0.
    case recent
    /// Digits beyond ASCII.
    case digits
  }

  private let steps: [(splitter: any PieceSplitter, blindness: Blindness)]

  /// - Throws: `.unsupported` for an expression that is not understood.
  init(_ group: PreTokenizerTable.Group) throws(TokenizerError) {
    var steps: [(splitter: any PieceSplitter, blindness: Blindness)] = []
    for regex in Self.special[group.names[0]] ?? group.regexes {
      if regex == Self.digitGroups {
        steps.append((LlamaCppDigitSplitter(), .recent))
        continue
      }
      let hasClass = regex.contains("\\p{")
      var adapted = regex
      for name in ["Lu", "Ll", "Lt", "Lm", "Lo"] {
        adapted = Self.replace("\\p{\(name)}", by: "\\p{L}", in: adapted)
      }
      if !hasClass { adapted = Self.withoutBlanks(adapted) }
      let blindness: Blindness = hasClass ? .recent : regex.contains("\\d") ? .digits : .none
      steps.append((try Splitters.step(adapted), blindness))
    }
    self.steps = steps
  }

  /// The expression for which llama.cpp has groups of three digits from the right.
  private static let digitGroups = #"\d{1,3}(?=(?:\d{3})*\b)"#

  /// What llama.cpp does by code where the table has no expression, by the first name of the group.
  private static let special: [String: [String]] = [
    "kimi-k2": [
      "[\(han)]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^\(han)]]+"
        + "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?"
        + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    ]
  ]

  /// The blocks of Chinese characters, as llama.cpp lists them.
  private static let han =
    "\u{4E00}-\u{9FFF}\u{3400}-\u{4DBF}\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}"
    + "\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\u{2CEB0}-\u{2EBEF}\u{F900}-\u{FAFF}"
    + "\u{2F800}-\u{2FA1F}"

  /// The pieces of a text, in order.
  func pieces(of text: [UInt8]) -> [Range<Int>] {
    var pieces = text.isEmpty ? [] : [0..<text.count]
    var seen: [Blindness: [UInt8]] = [:]
    for (splitter, blindness) in steps {
      let visible = seen[blindness] ?? Self.visible(text, blindness)
      seen[blindness] = visible
      var result: [Range<Int>] = []
      result.reserveCapacity(pieces.count * 2)
      visible.withUnsafeBufferPointer { visible in
        for piece in pieces {
          splitter.pieces(of: UnsafeBufferPointer(rebasing: visible[piece])) { range in
            let start = piece.lowerBound
            result.append((start + range.lowerBound)..<(start + range.upperBound))
          }
        }
      }
      pieces = result
    }
    return pieces
  }

  /// The text with a code point that is not assigned, of as many bytes, in place of what is not
  /// seen.
  private static func visible(_ text: [UInt8], _ blindness: Blindness) -> [UInt8] {
    guard blindness != .none, text.contains(where: { $0 >= 0x80 }) else { return text }
    var result = text
    text.withUnsafeBufferPointer { text in
      var position = 0
      while position < text.count {
        let (value, end) = text.scalar(at: position)
        let isHidden =
          blindness == .recent
          ? LlamaCppUnicode.isRecent(value)
          : value >= 0x80 && ScalarClasses.shared(value).category == .nd
        if isHidden {
          result.replaceSubrange(position..<end, with: unassigned(count: end - position))
        }
        position = end
      }
    }
    return result
  }

  /// U+0378, U+2FE0 or U+1FFFE, which are not assigned in any version.
  private static func unassigned(count: Int) -> [UInt8] {
    switch count {
    case 2: [0xCD, 0xB8]
    case 3: [0xE2, 0xBF, 0xA0]
    default: [0xF0, 0x9F, 0xBF, 0xBE]
    }
  }

  /// An expression whose sets of characters beyond ASCII hold no blanks: where no class stands beside
  /// them, llama.cpp looks at a text in which blanks are ASCII.
  private static func withoutBlanks(_ regex: String) -> String {
    var result = String.UnicodeScalarView()
    var reachesBeyond = false
    var isNegated = false
    var isEscaped = false
    var previous: UnicodeScalar?
    for scalar in regex.unicodeScalars {
      if scalar == "[", !isEscaped { (reachesBeyond, isNegated) = (false, false) }
      if scalar == "^", previous == "[" { isNegated = true }
      if !scalar.isASCII { reachesBeyond = true }
      // A negated set holds what it held.
      if scalar == "]", !isEscaped, reachesBeyond, !isNegated {
        result.append(contentsOf: #"&&[^\s]"#.unicodeScalars)
      }
      result.append(scalar)
      isEscaped = scalar == "\\" && !isEscaped
      previous = scalar
    }
    return String(result)
  }

  private static func replace(_ part: String, by other: String, in text: String) -> String {
    let bytes = Array(text.utf8)
    let replacement = Replacement(
      pattern: LiteralPattern(part), content: Array(other.utf8))
    return String(decoding: replacement.normalize(bytes), as: UTF8.self)
  }
}

/// Cuts behind groups of three digits, counted from the end of a number; what stands before a number
/// stays with its first group.
struct LlamaCppDigitSplitter: PieceSplitter {
  func pieces(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    guard let text = SplitText(text) else { return }
    var start = 0
    var position = 0
    while position < text.count {
      let first = position
      var count = 0
      while position < text.count {
        let (value, length) = text.scalarClass(at: position)
        guard ClassSet.numbers.contains(value) else { break }
        position += length
        count += 1
      }
      guard count > 0 else {
        position += text.length(at: position)
        continue
      }
      let end = position
      position = first
      var left = count
      while position < end {
        let length = left % 3 == 0 ? 3 : left % 3
        position = text.runEnd(of: .numbers, from: position, most: length)
        body(start..<position)
        start = position
        left -= length
      }
    }
    if start < text.count { body(start..<text.count) }
  }
}
