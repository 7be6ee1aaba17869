public import Failures
public import Tensors

extension Recipe {
  /// Reads and checks a recipe, with this program's parts and recipes to include.
  ///
  /// - Throws: all defects found, one line each: `.syntax`, `.name`, `.check`, `.limit`, `.level`.
  public init(parsing text: String, file: String) throws(ArchitectureError) {
    try self.init(parsing: text, file: file, including: Recipes.part)
  }

  /// Reads and checks a recipe.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - file: the file's name, for messages.
  ///   - parts: the text of a part or recipe by its name, with the name that messages print.
  /// - Throws: all defects found, one line each: `.syntax`, `.name`, `.check`, `.limit`, `.level`.
  public init(
    parsing text: String, file: String, including parts: (String) -> (file: String, text: String)?
  ) throws(ArchitectureError) {
    let draft = withoutActuallyEscaping(parts) { parts in
      var parser = RecipeParser(
        file: file, text: text, path: [], repeatsRules: false, draft: RecipeDraft(), parts: parts)
      parser.parse()
      return parser.draft
    }
    if let error = ArchitectureError.gathered(draft.problems) { throw error }
    guard let base = draft.own.base ?? draft.inherited.base else {
      throw ArchitectureError(
        .syntax, "the head has no line 'type', and nothing included has one",
        at: SourceLocation(file: file, line: 1, column: 1).place)
    }
    let number = draft.own.base == nil ? draft.inherited.fileType : nil
    self.init(
      name: draft.name, aliases: draft.aliases,
      fileType: draft.own.fileType ?? number ?? draft.fileTypes[base.type],
      base: base.type, file: file, basePlace: base.location, categories: draft.categories,
      kept: draft.kept, fallbacks: draft.fallbacks, needs: draft.needs, rules: draft.rules,
      tensors: draft.tensors)
  }

  /// A recipe of one type for every tensor that it fits, without rules.
  ///
  /// - Throws: `.name` for a type that no file holds.
  public static func single(_ type: Encoding) throws(ArchitectureError) -> Recipe {
    try Recipe(
      parsing: "recipe \(type.name.lowercased()) 1\n  type \(type.name)\n  include common\n",
      file: type.name)
  }
}
