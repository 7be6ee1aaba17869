/// BERT's cleaning of text: four steps, each if asked for.
extension TokenizerDefinition.BERT {
  var steps: [any TextNormalizer] {
    var steps: [any TextNormalizer] = []
    if cleansText { steps.append(ScalarNormalizer(map: Self.clean)) }
    if spacesChinese { steps.append(ScalarNormalizer(map: Self.spaceChinese)) }
    if stripsAccents ?? lowercases {
      steps.append(FormNormalizer(form: .nfd))
      steps.append(
        ScalarNormalizer { value, text in
          if !OlderCategories.isNonspacingMark(value) { text.append(scalar: value) }
        })
    }
    if lowercases { steps.append(ScalarNormalizer(map: UnicodeFacts.appendLowercase)) }
    return steps
  }

  /// Control characters go; blanks become spaces.
  @Sendable private static func clean(_ value: UInt32, _ text: inout [UInt8]) {
    if value >= 0x20, value < 0x7F { return text.append(UInt8(truncatingIfNeeded: value)) }
    switch value {
    case 0x09, 0x0A, 0x0D: return text.append(0x20)
    case 0, 0xFFFD: return
    default: break
    }
    if OlderCategories.isControl(value) { return }
    if UnicodeFacts.isWhitespace(value) { text.append(0x20) } else { text.append(scalar: value) }
  }

  /// Chinese characters get spaces around them.
  @Sendable private static func spaceChinese(_ value: UInt32, _ text: inout [UInt8]) {
    guard isChinese(value) else { return text.append(scalar: value) }
    text.append(0x20)
    text.append(scalar: value)
    text.append(0x20)
  }

  /// Whether a code point is a Chinese character to BERT.
  ///
  /// The blocks are those of the original, which leaves U+2B820 to U+2B91F out.
  static func isChinese(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
