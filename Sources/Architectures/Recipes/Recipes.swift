public import Failures
internal import Formats

/// The recipes that this program carries.
public enum Recipes {
  /// The names of all, sorted; nothing is parsed.
  public static let names: [String] = Formats.documents(in: folder, suffix: recipe)
    .map { String($0.path.dropFirst(folder.count + 1).dropLast(recipe.count)) }

  /// Every recipe of Formats/Recipes, in the order of their names; parsed when first asked for.
  public static let all: Result<[Recipe], ArchitectureError> = Result {
    () throws(ArchitectureError) -> [Recipe] in
    var result: [Recipe] = []
    for document in Formats.documents(in: folder, suffix: recipe) {
      result.append(try Recipe(parsing: document.text, file: document.path))
    }
    return result
  }

  /// The recipe of that name or alias, in any case of letters; nil if there is none.
  public static func named(_ name: String) throws(ArchitectureError) -> Recipe? {
    let name = name.lowercased()
    if let document = Formats.document("\(folder)/\(name)\(recipe)") {
      return try Recipe(parsing: document.text, file: document.path)
    }
    guard let other = aliases[name], other != name else { return nil }
    return try named(other)
  }

  /// The recipes that have other names, by these: looked up without parsing the files.
  static let aliases: [String: String] = {
    var result: [String: String] = [:]
    for name in names {
      let text = Formats.document("\(folder)/\(name)\(recipe)")?.text ?? ""
      for line in text.split(separator: "\n") where line.hasPrefix("  also ") {
        for alias in line.split(separator: " ").dropFirst() { result[alias.lowercased()] = name }
      }
    }
    return result
  }()

  /// The text of a part or recipe that others may include.
  static func part(_ name: String) -> (file: String, text: String)? {
    let document =
      Formats.document("\(folder)/\(name)\(part)") ?? Formats.document("\(folder)/\(name)\(recipe)")
    return document.map { ($0.path, $0.text) }
  }

  /// What may be included.
  static let includable: [String] =
    names
    + Formats.documents(in: folder, suffix: part)
    .map { String($0.path.dropFirst(folder.count + 1).dropLast(part.count)) }

  private static let folder = "Recipes"
  private static let recipe = ".recipe"
  private static let part = ".part"
}
