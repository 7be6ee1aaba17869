/// What the name of a model tells: the parts that GGUF keeps in keys of their own.
///
/// A name is cut at `-`. Version, type and size words are recognised wherever they stand; the words
/// before the first recognised one are the base name, the others the fine-tune. A name that gives
/// only a base name is too vague, and gives nothing.
struct ModelName: Hashable {
  var fullName: String?
  var organization: String?
  var basename: String?
  var finetune: String?
  var version: String?
  var sizeLabel: String?

  private enum Part { case basename, size, finetune, version, type }

  /// Reads `organization/name` or a bare name.
  ///
  /// - Parameter parameters: elements of all tensors; a size word far from it is no size label.
  ///   Negative for an adapter, whose name says nothing by the word `lora`.
  init(_ text: String, parameters: Int) {
    if text.contains(" ") {
      fullName = text
      return
    }
    let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    if halves.count == 2 {
      organization = halves[0].hasPrefix(".") ? nil : String(halves[0])
      fullName = String(halves[1])
    } else {
      fullName = text
    }
    var words = (fullName ?? "").split(separator: "-").map(String.init)
    var kinds = [Set<Part>](repeating: [], count: words.count)
    for index in words.indices {
      kinds[index] = Self.classify(&words[index], isFirst: index == 0, parameters)
    }
    dropWordySizes(words, &kinds)
    var atStart = true
    for index in words.indices {
      let startsWithLetter = words[index].unicodeScalars.first?.properties.isAlphabetic ?? false
      if atStart, kinds[index].isEmpty && startsWithLetter || kinds[index].contains(.version) {
        kinds[index].insert(.basename)
      } else {
        atStart = false
        if kinds[index].isEmpty { kinds[index].insert(.finetune) }
      }
    }
    for index in words.indices.reversed() {
      guard kinds[index].contains(.basename), kinds[index].count > 1 else { break }
      kinds[index].remove(.basename)
    }
    basename = Self.join(words, kinds) { $0.contains(.basename) }
    var sizes: [String] = []
    for index in words.indices where kinds[index].contains(.size) && !sizes.contains(words[index]) {
      sizes.append(words[index])
    }
    sizeLabel = sizes.isEmpty ? nil : sizes.joined(separator: "-")
    finetune = Self.join(words, kinds) { $0.contains(.finetune) }
    version = Self.join(words, kinds) { $0.contains(.version) && !$0.contains(.basename) }
    if sizeLabel == nil, finetune == nil, version == nil { basename = nil }
  }

  /// A name as a title: lower-case words get a capital, versions and numbers stay.
  static func title(_ name: String) -> String {
    name.replacing("-", with: " ").split(whereSeparator: \.isWhitespace).map { word in
      let hasLetter = word.contains(where: \.isLowercase)
      guard hasLetter, !word.contains(where: \.isUppercase), !isVersionOrNumber(word) else {
        return String(word)
      }
      return capitalised(word)
    }.joined(separator: " ")
  }

  /// Every letter that follows no letter becomes a capital, as in titles.
  private static func capitalised(_ word: Substring) -> String {
    var result = ""
    var afterLetter = false
    for character in word {
      result += afterLetter ? character.lowercased() : character.uppercased()
      afterLetter = character.isLetter
    }
    return result
  }

  private static func isVersionOrNumber(_ word: Substring) -> Bool {
    if word.first?.isNumber == true { return true }
    guard word.first == "v" else { return false }
    return isDottedNumber(word.dropFirst())
  }

  private static func isDottedNumber(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return !parts.isEmpty
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
  }

  private static func join(
    _ words: [String], _ kinds: [Set<Part>], where matches: (Set<Part>) -> Bool
  ) -> String? {
    let chosen = words.indices.filter { matches(kinds[$0]) }.map { words[$0] }
    return chosen.isEmpty ? nil : chosen.joined(separator: "-")
  }

  private func dropWordySizes(_ words: [String], _ kinds: inout [Set<Part>]) {
    let sized = words.indices.filter { kinds[$0].contains(.size) }
    guard sized.contains(where: { words[$0].contains(where: \.isNumber) }) else { return }
    for index in sized where words[index].allSatisfy(\.isLetter) { kinds[index].remove(.size) }
  }

  private static func classify(
    _ word: inout String, isFirst: Bool, _ parameters: Int
  ) -> Set<Part> {
    let lower = word.lowercased()
    if isVersion(lower) { return [.version] }
    if isTypeWord(lower) {
      word = word.uppercased()
      return [.type]
    }
    if isFirst { return [] }
    if let size = SizeWord(word) {
      let isSize = size.isCloseTo(parameters)
      word = isSize ? size.text : size.lowered
      return [isSize ? .size : .finetune]
    }
    if lower == "lora", parameters < 0 { return [.type] }
    return ["chat", "instruct", "vision", "lora"].contains(lower) ? [.finetune] : []
  }

  /// `v1.2`, `iter3`, `2`, `0.1`.
  private static func isVersion(_ lower: String) -> Bool {
    if lower.hasPrefix("iter") { return isDottedNumber(lower.dropFirst(4)) }
    return isDottedNumber(lower.hasPrefix("v") ? lower.dropFirst() : Substring(lower))
  }

  /// `q4_0`, `iq2_xs`, `f16`, `bf16`, `fp32`.
  private static func isTypeWord(_ lower: String) -> Bool {
    var rest = Substring(lower)
    if rest.hasPrefix("i") { rest = rest.dropFirst() }
    if rest.hasPrefix("q"), let digit = rest.dropFirst().first, digit.isNumber {
      let tail = rest.dropFirst(2)
      if tail.isEmpty { return true }
      let parts = tail.split(separator: "_", omittingEmptySubsequences: false)
      return parts.first == "" && parts.dropFirst().allSatisfy { $0.count == 1 }
    }
    rest = Substring(lower)
    if rest.hasPrefix("b") { rest = rest.dropFirst() }
    guard rest.hasPrefix("f") else { return false }
    rest = rest.dropFirst()
    if rest.hasPrefix("p") { rest = rest.dropFirst() }
    return rest == "16" || rest == "32"
  }
}
