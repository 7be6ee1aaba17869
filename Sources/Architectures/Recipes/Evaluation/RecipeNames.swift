/// What a recipe's patterns say about names, looked up once for all layers.
struct RecipeNames {
  /// What is known of a name.
  struct Entry {
    /// The category's number, 0 for none.
    let category: Int
    /// Lines of `keep` whose pattern fits, or that have none.
    let kept: [Int]
    /// Rules that speak of the name, as such a category.
    let rules: [Int]
    /// Rules that speak of it as the output tensor.
    let outputRules: [Int]
  }

  private let recipe: Recipe
  private let output: Int?
  private let ignoresLayer: Bool
  private var entries: [ExactName: Entry] = [:]

  init(_ recipe: Recipe, output: Int?) {
    self.recipe = recipe
    self.output = output
    let patterns =
      recipe.categories.flatMap(\.patterns) + recipe.kept.compactMap(\.pattern)
      + recipe.rules.compactMap { if case .pattern(let glob) = $0.target { glob } else { nil } }
    ignoresLayer = patterns.allSatisfy(\.ignoresLayer)
  }

  /// What is known of a name, whose layer is `layer` if it has one.
  mutating func entry(_ name: LayeredName) -> Entry {
    let key = ExactName(ignoresLayer ? name.withoutLayer : name.text)
    if let entry = entries[key] { return entry }
    let entry = make(Array(name.text.utf8))
    entries[key] = entry
    return entry
  }

  private func make(_ name: [UInt8]) -> Entry {
    let category =
      recipe.categories.firstIndex { $0.patterns.contains { $0.matches(name) } }.map { $0 + 1 } ?? 0
    let kept = recipe.kept.indices.filter { index in
      let line = recipe.kept[index]
      return line.pattern.map { $0.matches(name) != line.isNegated } ?? true
    }
    func rules(as category: Int) -> [Int] {
      recipe.rules.indices.filter { index in
        switch recipe.rules[index].target {
        case .any: true
        case .other: category == 0
        case .category(let number): number == category
        case .pattern(let glob): glob.matches(name)
        }
      }
    }
    return Entry(
      category: category, kept: kept, rules: rules(as: category),
      outputRules: output.map { rules(as: $0) } ?? [])
  }
}

/// A tensor's name, with the layer that it states.
struct LayeredName {
  let text: String
  /// The number in a leading `blk.NUMBER.`.
  let layer: Int?
  /// The name with the number left out.
  let withoutLayer: String

  init(_ text: String) {
    self.text = text
    guard text.hasPrefix("blk.") else {
      layer = nil
      withoutLayer = text
      return
    }
    let rest = text.utf8.dropFirst(4)
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard digits.count < 10, let number = Int(Substring(digits)),
      rest.dropFirst(digits.count).first == UInt8(ascii: ".")
    else {
      layer = nil
      withoutLayer = text
      return
    }
    layer = number
    withoutLayer = "blk." + String(Substring(rest.dropFirst(digits.count)))
  }
}
