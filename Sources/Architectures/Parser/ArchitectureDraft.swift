internal import OrderedCollections
internal import Tensors

/// What a parser has gathered so far.
struct ArchitectureDraft {
  var name = ""
  var level = 1
  var place = SourceLocation(file: "", line: 1, column: 1)
  var classes: [String] = []
  var modelTypes: [String: String] = [:]
  var gguf = ""
  /// Whether the head has its line, though it may say that there is no name.
  var hasGGUF = false
  var prefixes: [String] = []
  var unprefixed: [String] = []
  var aliases: [Architecture.Alias] = []
  var tokenizers: [String] = []
  var parameters = OrderedDictionary<String, Parameter>()
  var fromParts: Set<String> = []
  var pathAliases: [[String]] = []
  var words: [String: [String]] = [:]
  var groups: [TensorGroup] = []
  var rows: [TensorRow] = []
  var layouts: [Dialect: [LayoutLine]] = [:]
  var omissions: [Omission] = []
  var ignored: [String] = []
  var limits: [Limit] = []
  var graphs = OrderedDictionary<String, GraphTemplate>()
  var mentions: [SourceLocation: [Mention]] = [:]
  var included: Set<String> = []
  var source = ""
  var problems: [ArchitectureError] = []

  /// The description, ready to be checked.
  func architecture() -> Architecture {
    var byName: [String: [Int]] = [:]
    var byPath: [String: Int] = [:]
    for (index, row) in rows.enumerated() {
      byName[row.name, default: []].append(index)
      guard let group = row.group else { continue }
      byPath[groups[group].name + "." + row.name] = index
      // `encoder.0.relative`: a row of one layer, from outside its group.
      byPath[groups[group].name + ".0." + row.name] = index
    }
    var words: Set<String> = []
    for parameter in parameters.values { words.formUnion(parameter.type.words.map(\.text)) }
    return Architecture(
      name: name, level: level, classes: classes, modelTypes: modelTypes, gguf: gguf,
      prefixes: prefixes,
      unprefixedClasses: unprefixed, aliases: aliases, tokenizers: tokenizers,
      parameters: parameters, pathAliases: pathAliases, words: self.words, groups: groups,
      rows: rows, layouts: layouts, omissions: omissions, ignored: ignored, limits: limits,
      graphs: graphs, source: source, file: place.file,
      checks: CheckMaterial(
        rowsByName: byName, rowsByPath: byPath, choiceWords: words, mentions: mentions,
        fromParts: fromParts))
  }
}
