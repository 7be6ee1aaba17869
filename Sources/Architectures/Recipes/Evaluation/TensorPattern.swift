internal import Failures

/// A pattern of `--tensor-type`: a regular expression searched anywhere in a name.
struct TensorPattern {
  private enum Search {
    /// Bytes to find; nil stands for any byte but a line's end.
    case bytes([UInt8?])
    case expression(Regex<AnyRegexOutput>)
  }

  let option: String
  private let search: Search

  /// - Throws: `.option` for a pattern that is no regular expression.
  init(_ type: RecipeOptions.TensorType) throws(ArchitectureError) {
    option = "--tensor-type '\(type.pattern)=\(type.type)'"
    let pattern = type.pattern.lowercased()
    guard !pattern.isEmpty else {
      throw ArchitectureError(.option, "\(option): the pattern is empty and would fit every tensor")
    }
    guard pattern.utf8.count <= RecipeLimit.patternBytes else {
      throw ArchitectureError(
        .option, "\(option): a pattern has at most \(RecipeLimit.patternBytes) bytes")
    }
    // Most patterns are plain names; those are found without the engine, a hundred times faster.
    let isPlain = pattern.unicodeScalars.allSatisfy {
      $0.isNamePart || $0 == "." || $0 == "-" || $0 == "/"
    }
    if isPlain {
      search = .bytes(pattern.utf8.map { $0 == UInt8(ascii: ".") ? nil : $0 })
      return
    }
    do {
      search = .expression(
        try Regex(pattern).matchingSemantics(.unicodeScalar).asciiOnlyDigits()
          .asciiOnlyWordCharacters().asciiOnlyWhitespace())
    } catch {
      throw ArchitectureError(
        .option, "\(option): '\(pattern)' is no regular expression: \(error)")
    }
  }

  func finds(_ name: String) -> Bool {
    switch search {
    // Only patterns with transforms of their own can throw here; text has none.
    case .expression(let regex): return (try? regex.firstMatch(in: name)) != nil
    case .bytes(let wanted):
      var name = name
      return name.withUTF8 { bytes in
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { start in
          for (offset, byte) in wanted.enumerated() {
            let found = bytes[start + offset]
            if let byte {
              if byte != found { return false }
            } else if found == 10 || found == 13 {
              return false
            }
          }
          return true
        }
      }
    }
  }
}
