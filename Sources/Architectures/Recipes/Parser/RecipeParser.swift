internal import Failures
internal import Tensors

/// Reads the lines of a recipe, or of a part of one, into a draft.
struct RecipeParser {
  /// Gives the text of a part or recipe by its name.
  typealias Parts = (String) -> (file: String, text: String)?

  let text: RecipeText
  let parts: Parts
  /// Files whose reading led here, this one last.
  let path: [String]
  /// The file was read before: only its rules count.
  let repeatsRules: Bool
  var draft: RecipeDraft
  private var section = Section.head
  private var position = 0

  /// What a line belongs to.
  enum Section: String, CaseIterable {
    case head, categories, keep, fallback, importance, file_types, rules, tensors
    static let words = allCases.dropFirst().map(\.rawValue)
  }

  init(
    file: String, text: String, path: [String], repeatsRules: Bool, draft: RecipeDraft,
    parts: @escaping Parts
  ) {
    self.text = RecipeText(file: file, text: text)
    self.parts = parts
    self.path = path + [file]
    self.repeatsRules = repeatsRules
    self.draft = draft
    self.draft.problems += self.text.problems
  }

  /// Whether the file is the one asked for.
  var isMain: Bool { path.count == 1 }

  mutating func parse() {
    opening()
    while position < text.lines.count, !draft.isFull {
      let line = text.lines[position]
      position += 1
      var cursor = RecipeCursor(text, line)
      do throws(ArchitectureError) {
        if line.indent == 0 {
          try begin(&cursor)
        } else {
          guard line.indent == 2 else {
            throw cursor.failure(
              .syntax, "expected 2 spaces before this line, found \(line.indent)")
          }
          try read(&cursor)
        }
      } catch {
        draft.problems.append(error)
        draft.isFull =
          draft.isFull || error.code == .limit || draft.problems.count >= RecipeLimit.problems
      }
    }
  }

  // MARK: The head

  /// `recipe NAME LEVEL`, which parts do not have.
  private mutating func opening() {
    guard let line = text.lines.first else {
      if isMain, text.problems.isEmpty {
        let place = SourceLocation(file: text.file, line: 1, column: 1).place
        draft.problems.append(
          ArchitectureError(.syntax, "expected 'recipe NAME LEVEL', found an empty file", at: place)
        )
      }
      return
    }
    var cursor = RecipeCursor(text, line)
    do throws(ArchitectureError) {
      guard line.indent == 0, cursor.take("recipe") else {
        if !isMain { return }
        throw cursor.failure(.syntax, "expected 'recipe NAME LEVEL', found \(cursor.found)")
      }
      position = 1
      let name = try cursor.word("the recipe's name").0
      if isMain { draft.name = name.lowercased() }
      let (level, place) = try cursor.word("the language level")
      guard let number = Int(level), number > 0 else {
        throw cursor.failure(.syntax, "expected the language level, found '\(level)'", at: place)
      }
      guard number <= RecipeLimit.level else {
        throw cursor.failure(
          .level, "language level \(number); this reader knows levels up to \(RecipeLimit.level)",
          at: place)
      }
      try cursor.expectEnd()
    } catch { draft.problems.append(error) }
  }

  private mutating func begin(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    let (word, place) = try cursor.word("a section")
    guard let next = Section(rawValue: word), next != .head else {
      throw cursor.failure(
        .name,
        "'\(word)' begins no section\(NearestWord.hint(word, among: Section.words)); "
          + "there are \(Section.words.joined(separator: ", "))", at: place)
    }
    section = next
    try cursor.expectEnd()
  }

  private mutating func read(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    switch section {
    case .head: try head(&cursor)
    case .rules:
      if cursor.take("include") { try includes(&cursor) } else { try rule(&cursor) }
    case _ where repeatsRules: break
    case .categories: try category(&cursor)
    case .keep: try keep(&cursor)
    case .fallback: try fallback(&cursor)
    case .importance: try importance(&cursor)
    case .file_types: try fileTypes(&cursor)
    case .tensors: try tensor(&cursor)
    }
  }

  private static let headWords = ["also", "file_type", "include", "type"]

  private mutating func head(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    let (word, place) = try cursor.word("a word of the head")
    switch word {
    case "include": try includes(&cursor)
    case "type":
      let location = cursor.location
      let type = try type(&cursor)
      if isMain {
        try once(draft.own.base == nil, cursor, word, place)
        draft.own.base = (type, location)
      } else {
        draft.inherited.base = (type, location)
        draft.inherited.fileType = nil
      }
      try cursor.expectEnd()
    case "file_type":
      let number = try number(&cursor)
      if isMain {
        try once(draft.own.fileType == nil, cursor, word, place)
        draft.own.fileType = number
      } else {
        draft.inherited.fileType = number
      }
      try cursor.expectEnd()
    case "also":
      repeat {
        let alias = try cursor.word("another name").0
        if isMain { draft.aliases.append(alias.lowercased()) }
      } while !cursor.isAtEnd
    default:
      throw cursor.failure(
        .name,
        "'\(word)' is no word of the head\(NearestWord.hint(word, among: Self.headWords)); "
          + "there are \(Self.headWords.joined(separator: ", "))", at: place)
    }
  }

  private func once(
    _ isFirst: Bool, _ cursor: RecipeCursor, _ word: String, _ place: SourceLocation
  ) throws(ArchitectureError) {
    guard isFirst else {
      throw cursor.failure(.name, "'\(word)' stands twice in the head", at: place)
    }
  }

  /// `include NAME...`: the rules of the parts join here, their other lines the file's.
  private mutating func includes(_ cursor: inout RecipeCursor) throws(ArchitectureError) {
    repeat {
      let (name, place) = try cursor.word("the name of a part or recipe")
      guard let part = parts(name) else {
        throw cursor.failure(
          .name,
          "there is no part or recipe '\(name)'\(NearestWord.hint(name, among: Recipes.includable))",
          at: place)
      }
      guard !path.contains(part.file) else {
        let way = (path.drop { $0 != part.file } + [part.file]).joined(separator: " -> ")
        throw cursor.failure(.check, "'\(name)' includes itself: \(way)", at: place)
      }
      draft.includeCount += 1
      guard draft.includeCount <= RecipeLimit.includes else {
        throw cursor.failure(
          .limit, "a recipe includes at most \(RecipeLimit.includes) parts in all", at: place)
      }
      let isKnown = !draft.included.insert(part.file).inserted
      var parser = RecipeParser(
        file: part.file, text: part.text, path: path, repeatsRules: isKnown, draft: draft,
        parts: parts)
      parser.parse()
      draft = parser.draft
    } while !cursor.isAtEnd && !draft.isFull
  }

  // MARK: Words

  /// A type's name.
  func type(_ cursor: inout RecipeCursor) throws(ArchitectureError) -> Encoding {
    let (word, place) = try cursor.word("a type")
    guard let type = RecipeTypes.named(word) else {
      throw cursor.failure(.name, Self.unknownType(word), at: place)
    }
    return type
  }

  static func unknownType(_ word: String) -> String {
    "'\(word)' is no type that a recipe can give\(NearestWord.hint(word, among: RecipeTypes.names)); "
      + "there are \(RecipeTypes.names.joined(separator: ", "))"
  }

  func number(_ cursor: inout RecipeCursor) throws(ArchitectureError) -> Int {
    let (word, place) = try cursor.word("a number")
    guard let number = Int(word), (0...Int(UInt32.max)).contains(number) else {
      throw cursor.failure(.syntax, "expected a number, found '\(word)'", at: place)
    }
    return number
  }

  /// `if CONDITION`, if it stands here.
  func condition(_ cursor: inout RecipeCursor) throws(ArchitectureError) -> RecipeCondition? {
    guard cursor.take("if") else { return nil }
    let formula = try cursor.formula()
    return try RecipeConditionCompiler(formula: formula, categories: draft.numbers).condition()
  }
}
