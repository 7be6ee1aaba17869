internal import Failures
internal import Tensors

extension ArchitectureParser {
  mutating func hyperparameters() {
    for line in sectionLines(joinsDeeper: true) {
      guarded { parser throws(ArchitectureError) in
        try parser.expectIndent(line, 2)
        var cursor = LineCursor(line)
        switch cursor.peekName() {
        case "include":
          _ = cursor.takeWord("include")
          try parser.includes(&cursor)
        case "path":
          _ = cursor.takeWord("path")
          let paths = try parser.distinct(&cursor, "a path")
          if paths.count < 2 { throw cursor.failure(.syntax, "expected another path") }
          parser.draft.pathAliases.append(paths)
        case "word":
          _ = cursor.takeWord("word")
          let (canonical, place) = try cursor.column("a word")
          let spellings = try parser.distinct(&cursor, "its spelling")
          guard parser.draft.words.updateValue(spellings, forKey: canonical) == nil else {
            throw cursor.failure(
              .name, "the spellings of '\(canonical)' are given twice", at: place)
          }
        default: try parser.parameter(&cursor)
        }
      }
    }
  }

  private mutating func parameter(_ cursor: inout LineCursor) throws(ArchitectureError) {
    let (name, place) = try cursor.name("a hyper-parameter")
    if LineCursor.reserved.contains(name) {
      throw cursor.failure(.name, "'\(name)' is a reserved word", at: place)
    }
    let type = try type(&cursor)
    let (json, jsonPlace) = try cursor.column("the path in config.json, or '-'")
    let paths =
      json == "-"
      ? [] : json.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    for path in paths where !path.isDottedPath {
      throw cursor.failure(.syntax, "'\(path)' is no path of config.json", at: jsonPlace)
    }
    let (key, keyPlace) = try cursor.column("the GGUF key, or '-'")
    guard key == "-" || (key.hasPrefix(".") ? String(key.dropFirst()) : key).isDottedPath else {
      throw cursor.failure(.syntax, "'\(key)' is no GGUF key", at: keyPlace)
    }
    var clauses: [String: Formula] = [:]
    while !cursor.isAtEnd {
      let clausePlace = cursor.location
      var word = cursor.peekName()
      if cursor.take("=") {
        word = "="
      } else if ["default", "null", "recover", "write"].contains(word) {
        _ = cursor.takeWord(word)
      } else {
        throw cursor.failure(
          .name, "\(cursor.found) begins no clause; there are default, null, =, recover, write",
          at: clausePlace)
      }
      let formula = try cursor.formula()
      guard clauses.updateValue(formula, forKey: word) == nil else {
        throw cursor.failure(.name, "the clause '\(word)' stands twice", at: clausePlace)
      }
    }
    if clauses["="] != nil,
      let other = ["default", "null", "recover"].first(where: { clauses[$0] != nil })
    {
      throw cursor.failure(.check, "'=' leaves nothing to '\(other)'", at: place)
    }
    if key == "-", let formula = clauses["write"] {
      throw cursor.failure(.check, "'write' needs a GGUF key", at: formula.location)
    }
    if paths.isEmpty, let formula = clauses["null"] {
      throw cursor.failure(.check, "'null' needs a path in config.json", at: formula.location)
    }
    let parameter = Parameter(
      name: name, type: type, paths: paths, key: key == "-" ? nil : key,
      fallback: clauses["default"], null: clauses["null"], fixed: clauses["="],
      recover: clauses["recover"], write: clauses["write"], location: place)
    if draft.parameters[name] != nil {
      if isPart { return }
      guard draft.fromParts.remove(name) != nil else {
        throw cursor.failure(.name, "the hyper-parameter '\(name)' stands twice", at: place)
      }
      draft.parameters[name] = nil
    }
    draft.parameters[name] = parameter
    if isPart { draft.fromParts.insert(name) }
  }

  private mutating func type(_ cursor: inout LineCursor) throws(ArchitectureError) -> ParameterType
  {
    let (text, place) = try cursor.column("a type")
    var base = text
    var count = ParameterType.Count.one
    if text.hasSuffix("{}") {
      count = .numbered
      base = String(text.dropLast(2))
    } else if text.hasSuffix("]"), let open = text.firstIndex(of: "[") {
      let inner = String(text[text.index(after: open)...].dropLast())
      count = inner.isEmpty ? .list : .per(inner)
      base = String(text[..<open])
    }
    switch base {
    case "int": return ParameterType(base: .int, count: count)
    case "real": return ParameterType(base: .real, count: count)
    case "bool": return ParameterType(base: .bool, count: count)
    case "text": return ParameterType(base: .text, count: count)
    default: break
    }
    guard base.contains("|") else {
      throw cursor.failure(
        .name, "'\(text)' is no type; there are int, real, bool, text and choices such as a|b",
        at: place)
    }
    var words: [ParameterType.Word] = []
    for choice in base.split(separator: "|", omittingEmptySubsequences: false) {
      let halves = choice.split(separator: "=", omittingEmptySubsequences: false)
      let word = String(halves.first ?? "")
      let number = halves.count == 2 ? Int(halves[1]) : nil
      guard !word.isEmpty, halves.count == 1 || number != nil, halves.count <= 2 else {
        throw cursor.failure(.syntax, "'\(choice)' is no choice", at: place)
      }
      guard !words.contains(where: { $0.text == word }) else {
        throw cursor.failure(.name, "the choice '\(word)' stands twice", at: place)
      }
      words.append(.init(text: word, number: number))
    }
    guard words.allSatisfy({ $0.number == nil }) || words.allSatisfy({ $0.number != nil }) else {
      throw cursor.failure(.syntax, "either all choices have a number or none", at: place)
    }
    return ParameterType(base: .choice(words), count: count)
  }

  // MARK: Other short sections

  mutating func ignore() {
    for line in sectionLines(joinsDeeper: false) {
      guarded { parser throws(ArchitectureError) in
        try parser.expectIndent(line, 2)
        var cursor = LineCursor(line)
        for (path, place) in try cursor.columns() {
          guard path.isDottedPath else {
            throw cursor.failure(.syntax, "'\(path)' is no path of config.json", at: place)
          }
          parser.draft.ignored.append(path)
        }
      }
    }
  }

  mutating func limits() {
    for line in sectionLines(joinsDeeper: true) {
      guarded { parser throws(ArchitectureError) in
        try parser.expectIndent(line, 2)
        parser.draft.limits.append(try parser.limit(LineCursor(line)))
      }
    }
  }

  private func limit(_ start: LineCursor) throws(ArchitectureError) -> Limit {
    var cursor = start
    let (word, place) = try cursor.name("'require' or a dialect")
    var kind = Limit.Kind.require
    if word != "require" {
      let dialect = try dialect(word, place)
      let (verb, verbPlace) = try cursor.name("'cannot' or 'differs'")
      switch verb {
      case "cannot": kind = .cannot(dialect)
      case "differs": kind = .differs(dialect)
      default:
        throw cursor.failure(
          .name, "expected 'cannot' or 'differs', found '\(verb)'", at: verbPlace)
      }
    }
    let condition = try cursor.formula()
    let message = try cursor.string("a sentence in quotes")
    var at: Formula?
    if cursor.takeWord("at") { at = try cursor.formula() }
    try cursor.expectEnd()
    return Limit(kind: kind, condition: condition, message: message, at: at, location: place)
  }

  func dialect(_ word: String, _ place: SourceLocation) throws(ArchitectureError) -> Dialect {
    let dialect = Dialect(word)
    guard Architecture.dialects.contains(dialect) else {
      let known = Architecture.dialects.map(\.name).joined(separator: ", ")
      throw ArchitectureError(
        .name, "'\(word)' is no dialect; there are \(known)", at: place.place)
    }
    return dialect
  }
}

extension String {
  /// Non-empty segments of letters, digits, `_` and `-`, joined by points.
  var isDottedPath: Bool {
    split(separator: ".", omittingEmptySubsequences: false).allSatisfy { segment in
      !segment.isEmpty
        && segment.unicodeScalars.allSatisfy { $0.isNamePart || $0 == "-" }
    }
  }
}
