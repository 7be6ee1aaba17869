internal import Failures

extension ArchitectureParser {
  mutating func forward(_ heading: inout LineCursor) throws(ArchitectureError) {
    let place = heading.location
    _ = heading.takeWord("forward")
    var name = ""
    if !heading.take("(") {
      name = try heading.name("the graph's name or '('").0
      try heading.expect("(")
    }
    let inputs = try names(&heading, "an input")
    try heading.expect(")")
    try heading.expect("->")
    let outputs = try names(&heading, "an output")
    try heading.expectEnd()
    guard draft.graphs[name] == nil else {
      let what = name.isEmpty ? "a graph without a name" : "the graph '\(name)'"
      throw heading.failure(.name, "\(what) stands twice", at: place)
    }
    let body = block(indent: 2)
    draft.graphs[name] = GraphTemplate(
      name: name, inputs: inputs, outputs: outputs, body: body, location: place)
    if body.isEmpty { report(.syntax, "the graph has no statement", place) }
  }

  private func names(
    _ cursor: inout LineCursor, _ what: String
  ) throws(ArchitectureError) -> [String] {
    var result: [String] = []
    repeat {
      let (name, place) = try cursor.name(what)
      if result.contains(name) {
        throw cursor.failure(.name, "'\(name)' stands twice", at: place)
      }
      result.append(name)
    } while cursor.take(",")
    return result
  }

  /// The statements of an indentation; deeper lines belong to the statement above them.
  private mutating func block(indent: Int) -> [Statement] {
    var result: [Statement] = []
    while let line = current, line.indent >= indent {
      guard line.indent == indent else {
        report(
          .syntax, "expected \(indent) spaces before this line, found \(line.indent)", line.location
        )
        position += 1
        continue
      }
      position += 1
      guarded { parser throws(ArchitectureError) in
        result.append(try parser.statement(line, indent))
      }
    }
    return result
  }

  private mutating func inner(
    _ indent: Int, of line: SourceLine
  ) throws(ArchitectureError) -> [Statement] {
    guard indent / 2 < LanguageLimit.nesting else {
      while let line = current, line.indent > indent { position += 1 }
      throw ArchitectureError(
        .limit, "statements nest at most \(LanguageLimit.nesting) deep", at: line.location.place)
    }
    let body = block(indent: indent + 2)
    guard !body.isEmpty else {
      throw ArchitectureError(
        .syntax, "expected statements below, \(indent + 2) spaces in", at: line.location.place)
    }
    return body
  }

  private mutating func statement(
    _ line: SourceLine, _ indent: Int
  ) throws(ArchitectureError) -> Statement {
    var cursor = LineCursor(line)
    cursor.isStatement = true
    switch cursor.peekName() {
    case "give":
      _ = cursor.takeWord("give")
      return Statement(.give(try noted(&cursor, line)), at: line.location)
    case "repeat":
      _ = cursor.takeWord("repeat")
      let (group, place) = try cursor.name("a group")
      try cursor.expectEnd()
      guard draft.groups.contains(where: { $0.name == group }) else {
        while let next = current, next.indent > indent { position += 1 }
        let known = draft.groups.map(\.name).joined(separator: ", ")
        throw cursor.failure(
          .name, "'\(group)' is no group; there are \(known.isEmpty ? "none" : known)", at: place)
      }
      let body = try inner(indent, of: line)
      return Statement(.repeated(group: group, body: body), at: line.location)
    case "if":
      _ = cursor.takeWord("if")
      let condition = try noted(&cursor, line)
      let then = try inner(indent, of: line)
      var otherwise: [Statement] = []
      if let next = current, next.indent == indent {
        var ahead = LineCursor(next)
        if ahead.takeWord("else") {
          position += 1
          try ahead.expectEnd()
          otherwise = try inner(indent, of: next)
        }
      }
      return Statement(.branch(condition, then: then, otherwise: otherwise), at: line.location)
    case "else":
      while let next = current, next.indent > indent { position += 1 }
      throw cursor.failure(.syntax, "'else' without 'if'", at: line.location)
    default: return try assignment(&cursor, line, indent)
    }
  }

  private mutating func assignment(
    _ cursor: inout LineCursor, _ line: SourceLine, _ indent: Int
  ) throws(ArchitectureError) -> Statement {
    var targets: [String] = []
    repeat {
      let (name, place) = try cursor.name("a statement")
      if cursor.isReserved(name) {
        throw cursor.failure(.name, "'\(name)' is a reserved word", at: place)
      }
      if targets.contains(name) {
        throw cursor.failure(.name, "'\(name)' stands twice", at: place)
      }
      targets.append(name)
    } while cursor.take(",")
    try cursor.expect("=")
    guard cursor.takeWord("mix") else {
      return Statement(.assign(targets, try noted(&cursor, line)), at: line.location)
    }
    let (variable, _) = try cursor.name("the expert's name")
    guard cursor.takeWord("over") else {
      throw cursor.failure(.syntax, "expected 'over', found \(cursor.found)")
    }
    let over = try noted(&cursor, line)
    let body = try inner(indent, of: line)
    guard targets.count == 1, let target = targets.first else {
      throw cursor.failure(.syntax, "'mix' gives one value", at: line.location)
    }
    guard case .give? = body.last?.action else {
      throw cursor.failure(.syntax, "the body of 'mix' ends in 'give'", at: line.location)
    }
    return Statement(
      .mix(result: target, variable: variable, over: over, body: body), at: line.location)
  }

  /// The expression up to the end of the line; what it mentions is kept for the checks.
  private mutating func noted(
    _ cursor: inout LineCursor, _ line: SourceLine
  ) throws(ArchitectureError) -> Expression {
    let formula = try cursor.formula()
    try cursor.expectEnd()
    draft.mentions[line.location] = formula.mentions
    return formula.expression
  }
}
