internal import Failures

/// Reads the lines of one file, or of a part, into a draft.
struct ArchitectureParser {
  /// Gives the text of a part by its name.
  typealias Parts = (String) -> (file: String, text: String)?

  let isPart: Bool
  let parts: Parts
  var draft: ArchitectureDraft
  var lines: [SourceLine] = []
  var position = 0
  let file: String

  init(file: String, text: String, isPart: Bool, draft: ArchitectureDraft, parts: @escaping Parts) {
    self.file = file
    self.isPart = isPart
    self.parts = parts
    self.draft = draft
    let scanner = LineScanner(file: file, text: text)
    lines = scanner.lines
    self.draft.problems += scanner.problems
    self.draft.source += text
  }

  var current: SourceLine? { position < lines.count ? lines[position] : nil }

  /// Reads everything.
  mutating func parse() {
    if !isPart { guarded { parser throws(ArchitectureError) in try parser.opening() } }
    while let line = current {
      guard line.indent == 0 else {
        report(.syntax, "a section begins in the first column", line.location)
        skipSection()
        continue
      }
      section(line)
    }
  }

  /// The words that begin a section.
  static let sections = ["hyperparameters", "tensors", "layout", "ignore", "limits", "forward"]

  private mutating func section(_ line: SourceLine) {
    var cursor = LineCursor(line)
    let word = cursor.peekName()
    position += 1
    do throws(ArchitectureError) {
      switch word {
      case "hyperparameters":
        try heading(&cursor)
        hyperparameters()
      case "tensors":
        try heading(&cursor)
        tensors()
      case "layout": try layout(&cursor)
      case "ignore":
        try heading(&cursor)
        ignore()
      case "limits":
        try heading(&cursor)
        limits()
      case "forward": try forward(&cursor)
      default:
        throw cursor.failure(
          .name,
          "\(cursor.found) begins no section; there are \(Self.sections.joined(separator: ", "))",
          at: line.location)
      }
    } catch {
      draft.problems.append(error)
      skipSection()
    }
  }

  private mutating func heading(_ cursor: inout LineCursor) throws(ArchitectureError) {
    _ = try cursor.name("a section")
    try cursor.expectEnd()
  }

  // MARK: The head

  private mutating func opening() throws(ArchitectureError) {
    guard let line = current else {
      throw ArchitectureError(
        .syntax, "expected 'architecture NAME LEVEL', found an empty file",
        at: SourceLocation(file: file, line: 1, column: 1).place)
    }
    position += 1
    var cursor = LineCursor(line)
    draft.place = line.location
    guard line.indent == 0, cursor.takeWord("architecture") else {
      throw cursor.failure(
        .syntax, "expected 'architecture NAME LEVEL', found \(cursor.found)", at: line.location)
    }
    draft.name = try cursor.column("the description's name").0
    let (text, place) = try cursor.column("the language level")
    guard let level = Int(text), level > 0 else {
      throw cursor.failure(.syntax, "expected the language level, found '\(text)'", at: place)
    }
    guard level <= LanguageLimit.level else {
      throw cursor.failure(
        .level, "language level \(level); this reader knows levels up to \(LanguageLimit.level)",
        at: place)
    }
    draft.level = level
    try cursor.expectEnd()
    while let line = current, line.indent > 0 {
      position += 1
      guarded { parser throws(ArchitectureError) in try parser.head(line) }
    }
    for (word, missing) in [("huggingface", draft.classes.isEmpty), ("gguf", !draft.hasGGUF)]
    where missing {
      report(.syntax, "the head has no line '\(word)'", draft.place)
    }
  }

  private mutating func head(_ line: SourceLine) throws(ArchitectureError) {
    var cursor = LineCursor(line)
    try expectIndent(line, 2)
    let (word, place) = try cursor.column("a word of the head")
    func once(_ isSet: Bool) throws(ArchitectureError) {
      if isSet { throw cursor.failure(.name, "'\(word)' stands twice in the head", at: place) }
    }
    switch word {
    case "huggingface":
      try once(!draft.classes.isEmpty)
      draft.classes = try distinct(&cursor, "a class")
    case "model_type":
      let (type, _) = try cursor.column("the model_type")
      for (name, place) in try cursor.columns() {
        guard draft.classes.contains(name) else {
          throw cursor.failure(.name, "'\(name)' is no class of the line 'huggingface'", at: place)
        }
        guard draft.modelTypes.updateValue(type, forKey: name) == nil else {
          throw cursor.failure(.name, "the model_type of '\(name)' stands twice", at: place)
        }
      }
    case "gguf":
      try once(draft.hasGGUF)
      let name = try cursor.column("the architecture's name in GGUF, or '-'").0
      draft.gguf = name == "-" ? "" : name
      draft.hasGGUF = true
      try cursor.expectEnd()
    case "prefix":
      try once(!draft.prefixes.isEmpty)
      try prefix(&cursor)
    case "also":
      let old = try cursor.column("the path to read").0
      draft.aliases.append(.init(old: old, new: try cursor.column("the path it means").0))
      try cursor.expectEnd()
    case "tokenizer":
      try once(!draft.tokenizers.isEmpty)
      draft.tokenizers = try distinct(&cursor, "a kind of tokenizer")
    case "include": try includes(&cursor)
    default:
      throw cursor.failure(
        .name,
        "'\(word)' is no word of the head; there are huggingface, model_type, gguf, prefix, also, "
          + "tokenizer, include", at: place)
    }
  }

  private mutating func prefix(_ cursor: inout LineCursor) throws(ArchitectureError) {
    while !cursor.isAtEnd {
      let (text, place) = try cursor.column("a prefix")
      if text == "without" {
        guard draft.prefixes.count > 1 else {
          throw cursor.failure(.syntax, "'without' needs a prefix and another one", at: place)
        }
        draft.unprefixed = try distinct(&cursor, "a class")
        return
      }
      guard text == "-" || text.hasSuffix(".") else {
        throw cursor.failure(.syntax, "a prefix ends in a point, found '\(text)'", at: place)
      }
      draft.prefixes.append(text == "-" ? "" : text)
    }
    if draft.prefixes.isEmpty { throw cursor.failure(.syntax, "expected a prefix") }
  }

  /// The rest of the line: different words, at least one.
  mutating func distinct(
    _ cursor: inout LineCursor, _ what: String
  ) throws(ArchitectureError) -> [String] {
    var result: [String] = []
    for (text, place) in try cursor.columns() {
      if result.contains(text) {
        throw cursor.failure(.name, "'\(text)' stands twice", at: place)
      }
      result.append(text)
    }
    if result.isEmpty { throw cursor.failure(.syntax, "expected \(what)") }
    return result
  }

  /// `include NAME...`, of the head or of hyper-parameters: the parts' sections join the file's.
  mutating func includes(_ cursor: inout LineCursor) throws(ArchitectureError) {
    let names = try cursor.columns()
    if names.isEmpty { throw cursor.failure(.syntax, "expected the name of a part") }
    for (name, place) in names {
      guard !isPart else {
        throw cursor.failure(.limit, "a part includes no other part", at: place)
      }
      guard draft.included.insert(name).inserted else {
        throw cursor.failure(.name, "the part '\(name)' is included twice", at: place)
      }
      guard let part = parts(name) else {
        throw cursor.failure(.name, "there is no part '\(name)'", at: place)
      }
      var parser = ArchitectureParser(
        file: part.file, text: part.text, isPart: true, draft: draft, parts: parts)
      parser.parse()
      draft = parser.draft
    }
  }

  // MARK: Lines

  mutating func report(
    _ code: ArchitectureError.Code, _ message: String, _ location: SourceLocation
  ) {
    draft.problems.append(ArchitectureError(code, message, at: location.place))
  }

  /// Runs a step; its error is noted and reading goes on behind it.
  mutating func guarded(_ body: (inout Self) throws(ArchitectureError) -> Void) {
    do throws(ArchitectureError) { try body(&self) } catch { draft.problems.append(error) }
  }

  mutating func skipSection() { while let line = current, line.indent > 0 { position += 1 } }

  func expectIndent(_ line: SourceLine, _ indent: Int) throws(ArchitectureError) {
    guard line.indent == indent else {
      throw ArchitectureError(
        .syntax, "expected \(indent) spaces before this line, found \(line.indent)",
        at: line.location.place)
    }
  }

  /// The lines of a section, continued ones joined where `joins` is set.
  mutating func sectionLines(joinsDeeper joins: Bool) -> [SourceLine] {
    var result: [SourceLine] = []
    while let line = current, line.indent > 0 {
      position += 1
      if joins, line.indent > 2, var last = result.last {
        last.append(line)
        result[result.count - 1] = last
      } else {
        result.append(line)
      }
    }
    return result
  }
}
