internal import Failures

/// A step of normalisation, ready to run; it gets valid UTF-8.
protocol TextNormalizer: Sendable {
  func normalize(_ text: [UInt8]) -> [UInt8]
  /// Whether what a text begins with goes and leaves nothing: the rest does not begin the text then.
  func dropsStart(_ text: [UInt8]) -> Bool
}

extension TextNormalizer {
  func dropsStart(_ text: [UInt8]) -> Bool { false }
}

extension TokenizerDefinition.Normalizer {
  /// The steps that do what this says, in order.
  func steps() throws(TokenizerError) -> [any TextNormalizer] {
    switch self {
    case .plain(let plain): return [plain.step]
    case .strip(let left, let right): return [StripNormalizer(left: left, right: right)]
    case .prepend(let text): return [PrependNormalizer(text: Array(text.utf8))]
    case .replace(let pattern, let content):
      return [Replacement(pattern: try pattern.finder(), content: Array(content.utf8))]
    case .bert(let settings): return settings.steps
    case .precompiled(let charsmap): return [GraphemeCharsmap(map: try Charsmap(charsmap))]
    case .sequence(let list):
      var steps: [any TextNormalizer] = []
      for part in list { steps += try part.steps() }
      return steps
    }
  }
}

extension TokenizerDefinition.Plain {
  var step: any TextNormalizer {
    switch self {
    case .nmt: return ScalarNormalizer(map: ScalarNormalizer.nmt)
    case .lowercase: return ScalarNormalizer(map: UnicodeFacts.appendLowercase)
    case .stripAccents:
      return ScalarNormalizer { value, text in
        if !OlderCategories.isMark(value) { text.append(scalar: value) }
      }
    case .byteLevel: return ByteLevelNormalizer()
    case .nfc: return FormNormalizer(form: .nfc)
    case .nfd: return FormNormalizer(form: .nfd)
    case .nfkc: return FormNormalizer(form: .nfkc)
    case .nfkd: return FormNormalizer(form: .nfkd)
    }
  }
}

/// A normalisation form, by the data that the library has.
struct FormNormalizer: TextNormalizer {
  let form: Normalization

  func normalize(_ text: [UInt8]) -> [UInt8] { form.apply(text) }
}

/// Maps code points one by one.
struct ScalarNormalizer: TextNormalizer {
  /// Appends what a code point becomes.
  let map: @Sendable (UInt32, inout [UInt8]) -> Void

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    text.withUnsafeBufferPointer { text in
      var position = 0
      while position < text.count {
        let (value, end) = text.scalar(at: position)
        map(value, &result)
        position = end
      }
    }
    return result
  }

  func dropsStart(_ text: [UInt8]) -> Bool {
    guard !text.isEmpty else { return false }
    var first: [UInt8] = []
    map(text.withUnsafeBufferPointer { $0.scalar(at: 0).value }, &first)
    return first.isEmpty
  }

  /// SentencePiece's "nmt": control characters go, blanks and invisible characters become spaces.
  @Sendable static func nmt(_ value: UInt32, _ text: inout [UInt8]) {
    switch value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      text.append(0x20)
    default: text.append(scalar: value)
    }
  }
}

/// Bytes become letters.
struct ByteLevelNormalizer: TextNormalizer {
  func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    text.withUnsafeBufferPointer { ByteLetters.append($0, to: &result) }
    return result
  }
}

/// Puts a text before what is not empty.
struct PrependNormalizer: TextNormalizer {
  let text: [UInt8]

  func normalize(_ text: [UInt8]) -> [UInt8] { text.isEmpty ? text : self.text + text }
}

/// Removes blanks at the ends.
struct StripNormalizer: TextNormalizer {
  let left: Bool
  let right: Bool

  func dropsStart(_ text: [UInt8]) -> Bool {
    guard left, !text.isEmpty else { return false }
    return text.withUnsafeBufferPointer { UnicodeFacts.isWhitespace($0.scalar(at: 0).value) }
  }

  func normalize(_ text: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { text in
      var start = 0
      var end = 0
      var position = 0
      var hasText = false
      while position < text.count {
        let (value, next) = text.scalar(at: position)
        if !UnicodeFacts.isWhitespace(value) {
          if !hasText { start = position }
          hasText = true
          end = next
        }
        position = next
      }
      guard hasText else { return left || right ? [] : Array(text) }
      return Array(text[(left ? start : 0)..<(right ? end : text.count)])
    }
  }
}

/// Puts a text in place of every match.
struct Replacement: TextNormalizer {
  let pattern: any TextPattern
  let content: [UInt8]

  func dropsStart(_ text: [UInt8]) -> Bool {
    guard content.isEmpty else { return false }
    var drops = false
    text.withUnsafeBufferPointer { text in
      pattern.spans(of: text) { range, isMatch in
        if range.lowerBound == 0, isMatch { drops = true }
      }
    }
    return drops
  }

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    text.withUnsafeBufferPointer { text in
      pattern.spans(of: text) { range, isMatch in
        if isMatch {
          result.append(contentsOf: content)
        } else {
          result.append(contentsOf: text[range])
        }
      }
    }
    return result
  }
}
