internal import Failures
internal import Tensors

extension RecipeParser {
  /// `NAME "GLOB"...`: the first category of which a pattern fits is a tensor's.
  mutating func category(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    let (name, place) = try cursor.word("a category's name")
    guard draft.numbers[name] == nil, !Self.targets.contains(name) else {
      throw cursor.failure(.name, "the category '\(name)' stands twice", at: place)
    }
    var patterns: [NameGlob] = []
    repeat {
      patterns.append(NameGlob(try cursor.string("a pattern of names")))
    } while !cursor.isAtEnd
    draft.categories.append(Recipe.Category(name: name, patterns: patterns))
    draft.numbers[name] = draft.categories.count
  }

  /// `[not] ["GLOB"] [if CONDITION]`.
  mutating func keep(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    let location = cursor.lineLocation
    let isNegated = cursor.take("not")
    var pattern: NameGlob?
    if isNegated || cursor.isAtString {
      pattern = NameGlob(try cursor.string("a pattern of names"))
    }
    let condition = try condition(&cursor)
    if pattern == nil, condition == nil {
      throw cursor.failure(
        .syntax, "expected a pattern of names, 'not' or 'if', found \(cursor.found)")
    }
    try cursor.expectEnd()
    draft.kept.append(
      Recipe.Kept(
        pattern: pattern, isNegated: isNegated, condition: condition, location: location))
  }

  /// `TYPE... -> TYPE`: what replaces types whose blocks do not divide the rows.
  mutating func fallback(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    var wanted: [(type: Encoding, place: SourceLocation)] = []
    repeat {
      let place = cursor.location
      wanted.append((try type(&cursor), place))
    } while !cursor.take("->")
    let replacement = try type(&cursor)
    try cursor.expectEnd()
    for (type, place) in wanted {
      // So every chain of replacements ends.
      guard replacement.blockElements < type.blockElements else {
        throw cursor.failure(
          .check,
          "a replacement has shorter blocks: \(type) has \(type.blockElements), "
            + "\(replacement) \(replacement.blockElements)", at: place)
      }
      guard draft.fallbacks.updateValue(replacement, forKey: type) == nil else {
        throw cursor.failure(.name, "the replacement of \(type) stands twice", at: place)
      }
    }
  }

  /// `TYPE... [if CONDITION]`: types that must not be used without importance.
  mutating func importance(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    var types: [Encoding] = []
    var condition: RecipeCondition?
    repeat {
      types.append(try type(&cursor))
      condition = try self.condition(&cursor)
    } while condition == nil && !cursor.isAtEnd
    try cursor.expectEnd()
    draft.needs.append(Recipe.Need(types: types, condition: condition))
  }

  /// `TYPE NUMBER`: general.file_type of a file that is mostly of this type.
  mutating func fileTypes(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    let place = cursor.location
    let type = try type(&cursor)
    let number = try number(&cursor)
    try cursor.expectEnd()
    guard draft.fileTypes.updateValue(number, forKey: type) == nil else {
      throw cursor.failure(.name, "the number of \(type) stands twice", at: place)
    }
  }

  /// Targets that are no categories.
  static let targets = ["any", "other"]

  /// `TARGET CHOICE [if CONDITION [else CHOICE ...]]`.
  mutating func rule(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    let location = cursor.lineLocation
    let target = try target(&cursor)
    var branches: [Recipe.Rule.Branch] = []
    repeat {
      let choice = try choice(&cursor)
      let condition = try condition(&cursor)
      branches.append(Recipe.Rule.Branch(choice: choice, condition: condition))
      if condition == nil { break }
    } while cursor.take("else")
    try cursor.expectEnd()
    guard draft.rules.count < RecipeLimit.rules else {
      throw cursor.failure(
        .limit, "a recipe has at most \(RecipeLimit.rules) rules with those of its parts",
        at: location)
    }
    draft.rules.append(Recipe.Rule(target: target, branches: branches, location: location))
  }

  private func target(
    _ cursor: inout RecipeCursor
  ) throws(ArchitectureError) -> Recipe.Rule.Target {
    if cursor.isAtString { return .pattern(NameGlob(try cursor.string("a pattern of names"))) }
    let (word, place) = try cursor.word("a category or a pattern of names")
    switch word {
    case "any": return .any
    case "other": return .other
    default: break
    }
    guard let number = draft.numbers[word] else {
      let known = draft.categories.map(\.name) + Self.targets
      throw cursor.failure(
        .name,
        "'\(word)' is no category\(NearestWord.hint(word, among: known + ["include"])); "
          + "there are \(known.joined(separator: ", "))", at: place)
    }
    return .category(number)
  }

  private func choice(_ cursor: inout RecipeCursor) throws(ArchitectureError) -> RecipeChoice {
    if cursor.take("keep") { return .keep }
    return .type(try type(&cursor))
  }

  /// `"NAME" CHOICE`: a tensor of that very name.
  mutating func tensor(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    let location = cursor.lineLocation
    let name = try cursor.string("a tensor's name in quotes")
    let choice = try choice(&cursor)
    try cursor.expectEnd()
    guard draft.tensors.count < RecipeLimit.tensors else {
      throw cursor.failure(
        .limit, "a recipe names at most \(RecipeLimit.tensors) tensors", at: location)
    }
    let outcome = Recipe.Rule.Outcome(choice: choice, location: location)
    guard draft.tensors.updateValue(outcome, forKey: ExactName(name)) == nil else {
      throw cursor.failure(.name, "the tensor '\(name)' stands twice", at: location)
    }
  }
}
