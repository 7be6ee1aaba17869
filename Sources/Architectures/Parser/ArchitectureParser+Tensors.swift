internal import Failures
internal import Quantization
internal import Tensors

extension ArchitectureParser {
  mutating func tensors() {
    var group: (index: Int, prefixes: [Dialect: String])?
    let lines = sectionLines(joinsDeeper: false)
    // `if C or T`: a tensor's name ends the condition, wherever its row stands.
    let names = Set(
      lines.map { line in
        var cursor = LineCursor(line)
        return cursor.peekName()
      })
    for line in lines {
      guarded { parser throws(ArchitectureError) in
        var cursor = LineCursor(line)
        cursor.tensorNames = names
        if line.indent == 4, let group {
          try parser.row(&cursor, group: group)
          return
        }
        if line.indent == 2 { group = nil }
        try parser.expectIndent(line, 2)
        switch cursor.peekName() {
        case "repeat":
          // The rows below are read even if this line is wrong, so that they report themselves.
          group = try parser.group(&cursor)
        case "omit": try parser.omission(&cursor)
        default: try parser.row(&cursor, group: nil)
        }
      }
    }
  }

  private mutating func group(
    _ cursor: inout LineCursor
  ) throws(ArchitectureError) -> (index: Int, prefixes: [Dialect: String]) {
    _ = cursor.takeWord("repeat")
    let (name, place) = try cursor.name("the group's name")
    try cursor.expect(".*")
    guard cursor.takeWord("times") else {
      throw cursor.failure(.syntax, "expected 'times', found \(cursor.found)")
    }
    let (count, countPlace) = try cursor.name("the hyper-parameter that counts")
    var prefixes: [Dialect: String] = [:]
    for dialect in Architecture.dialects {
      let (text, prefixPlace) = try cursor.column("the prefix in \(dialect)")
      guard text == "-" || NamePattern(text).starCount == 1 else {
        throw cursor.failure(
          .syntax, "a group's prefix has one '*', found '\(text)'", at: prefixPlace)
      }
      if text != "-" { prefixes[dialect] = text }
    }
    try cursor.expectEnd()
    if draft.groups.contains(where: { $0.name == name }) {
      throw cursor.failure(.name, "the group '\(name)' stands twice", at: place)
    }
    draft.groups.append(TensorGroup(name: name, count: count, location: countPlace))
    return (draft.groups.count - 1, prefixes)
  }

  private mutating func omission(_ cursor: inout LineCursor) throws(ArchitectureError) {
    let place = cursor.location
    _ = cursor.takeWord("omit")
    let (text, patternPlace) = try cursor.column("a name pattern")
    let body = text.hasSuffix("**") ? String(text.dropLast(2)) : text
    guard !body.contains("**") else {
      throw cursor.failure(.syntax, "'**' stands only at the end of a pattern", at: patternPlace)
    }
    var condition: Formula?
    if cursor.takeWord("when") { condition = try cursor.formula() }
    let reason = try cursor.string("the reason in quotes")
    try cursor.expectEnd()
    if draft.omissions.contains(where: { $0.pattern.text == text }) {
      throw cursor.failure(.name, "'\(text)' is omitted twice", at: patternPlace)
    }
    draft.omissions.append(
      Omission(pattern: NamePattern(text), condition: condition, reason: reason, location: place))
  }

  private mutating func row(
    _ cursor: inout LineCursor, group: (index: Int, prefixes: [Dialect: String])?
  ) throws(ArchitectureError) {
    let (name, place) = try cursor.name("a tensor, 'repeat' or 'omit'")
    if LineCursor.reserved.contains(name) {
      throw cursor.failure(.name, "'\(name)' is a reserved word", at: place)
    }
    if draft.rows.contains(where: { $0.name == name && $0.group == group?.index }) {
      throw cursor.failure(.name, "the tensor '\(name)' stands twice", at: place)
    }
    guard cursor.take("[") else {
      throw cursor.failure(.syntax, "expected a shape in brackets, found \(cursor.found)")
    }
    let shape = try cursor.formulas(until: "]")
    if shape.isEmpty || shape.count > 8 {
      throw cursor.failure(
        .limit, "a shape has one to eight axes, this one \(shape.count)", at: place)
    }
    let names = try patterns(&cursor, group: group)
    let isOptional = cursor.takeWord("optional")
    let kept = try keptEncoding(&cursor)
    var condition: Formula?
    if cursor.takeWord("if") { condition = try cursor.formula() }
    var same: TensorRow.Same?
    if cursor.takeWord("or") {
      let (other, otherPlace) = try cursor.name("a tensor")
      var when: Formula?
      if cursor.takeWord("if") { when = try cursor.formula() }
      same = TensorRow.Same(tensor: other, condition: when, location: otherPlace)
    }
    var derived: Formula?
    if cursor.take("=") {
      let formula = try cursor.formula()
      guard case .call = formula.expression else {
        throw cursor.failure(.syntax, "expected a call behind '='", at: formula.location)
      }
      derived = formula
    }
    var bias: TensorRow.Bias?
    let biasPlace = cursor.location
    if cursor.takeWord("bias") {
      bias = try self.bias(&cursor, of: names, group: group, at: biasPlace)
    }
    guard cursor.isAtEnd else {
      throw cursor.failure(
        .name,
        "\(cursor.found) begins no clause; there are optional, keep, if, or, =, bias, in this order"
      )
    }
    draft.rows.append(
      TensorRow(
        name: name, group: group?.index, shape: shape, names: names, isOptional: isOptional,
        kept: kept,
        condition: condition, sameAs: same, derived: derived, bias: bias, location: place))
  }

  /// `keep ENCODING`: one that a packing has.
  private func keptEncoding(_ cursor: inout LineCursor) throws(ArchitectureError) -> Encoding? {
    guard cursor.takeWord("keep") else { return nil }
    let (word, place) = try cursor.column("an encoding that is kept")
    guard let encoding = Encoding.named(word), Packings.of(encoding) != nil else {
      let known = Packings.all.map { $0.encoding.name }.joined(separator: ", ")
      throw cursor.failure(
        .name, "'\(word)' is no encoding with a packing; there are \(known)", at: place)
    }
    return encoding
  }

  private func patterns(
    _ cursor: inout LineCursor, group: (index: Int, prefixes: [Dialect: String])?
  ) throws(ArchitectureError) -> [Dialect: NamePattern] {
    var names: [Dialect: NamePattern] = [:]
    for dialect in Architecture.dialects {
      let (text, place) = try cursor.column("the name in \(dialect), or '-'")
      if text == "-" { continue }
      var pattern = NamePattern(text)
      guard pattern.starCount <= 1, !pattern.isOpen else {
        throw cursor.failure(.syntax, "a name has at most one '*' of its own", at: place)
      }
      if let group {
        guard let prefix = group.prefixes[dialect] else {
          throw cursor.failure(.syntax, "the group has no prefix in \(dialect)", at: place)
        }
        pattern = pattern.prefixed(by: prefix)
      }
      names[dialect] = pattern
    }
    return names
  }

  private func bias(
    _ cursor: inout LineCursor, of names: [Dialect: NamePattern],
    group: (index: Int, prefixes: [Dialect: String])?, at place: SourceLocation
  ) throws(ArchitectureError) -> TensorRow.Bias {
    var found: [Dialect: NamePattern] = [:]
    if !cursor.isAtEnd, cursor.peekName() != "if" {
      found = try patterns(&cursor, group: group)
    } else {
      for (dialect, pattern) in names.sorted(by: { $0.key.name < $1.key.name }) {
        guard pattern.text.hasSuffix(".weight") else {
          throw cursor.failure(
            .check,
            "'\(pattern)' does not end in .weight, so its bias needs names of its own", at: place)
        }
        found[dialect] = NamePattern(pattern.text.dropLast(7) + ".bias")
      }
    }
    var condition: Formula?
    if cursor.takeWord("if") { condition = try cursor.formula() }
    return TensorRow.Bias(names: found, condition: condition, location: place)
  }

  // MARK: Layouts

  mutating func layout(_ heading: inout LineCursor) throws(ArchitectureError) {
    _ = heading.takeWord("layout")
    let (word, place) = try heading.name("a dialect")
    let dialect = try dialect(word, place)
    try heading.expectEnd()
    for line in sectionLines(joinsDeeper: false) {
      guarded { parser throws(ArchitectureError) in
        try parser.expectIndent(line, 2)
        parser.draft.layouts[dialect, default: []].append(try parser.layoutLine(LineCursor(line)))
      }
    }
  }

  private func layoutLine(_ start: LineCursor) throws(ArchitectureError) -> LayoutLine {
    var cursor = start
    var references: [LayoutLine.Reference] = []
    repeat {
      let (name, place) = try cursor.name("a tensor")
      references.append(.init(name: name, location: place))
    } while !cursor.take(":")
    var steps: [LayoutLine.Step] = []
    while !cursor.isAtEnd { steps.append(try step(&cursor)) }
    if steps.isEmpty { throw cursor.failure(.syntax, "expected a step") }
    return LayoutLine(tensors: references, steps: steps, location: start.location)
  }

  private func step(_ cursor: inout LineCursor) throws(ArchitectureError) -> LayoutLine.Step {
    let (name, place) = try cursor.name("a step")
    guard let transform = LayoutTransforms.named(name) else {
      let known = LayoutTransforms.all.map { $0.name }.joined(separator: ", ")
      throw cursor.failure(.name, "'\(name)' is no step; there are \(known)", at: place)
    }
    var arguments: [Formula] = []
    if cursor.scalar == "(" || cursor.scalar == "[" {
      let isShape = cursor.scalar == "["
      guard isShape == transform.takesShape else {
        let form = transform.takesShape ? "\(name)[...]" : "\(name)(...)"
        throw cursor.failure(.syntax, "this step is written \(form)", at: place)
      }
      cursor.index += 1
      arguments = try cursor.formulas(until: isShape ? "]" : ")")
    }
    guard transform.argumentCount.contains(arguments.count) else {
      let wanted = transform.argumentCount
      let text =
        wanted.count == 1 ? "\(wanted.lowerBound)" : "\(wanted.lowerBound) to \(wanted.upperBound)"
      throw cursor.failure(
        .check, "\(name) takes \(text) arguments, found \(arguments.count)", at: place)
    }
    var condition: Formula?
    if cursor.takeWord("if") { condition = try cursor.formula() }
    return LayoutLine.Step(name: name, arguments: arguments, condition: condition, location: place)
  }
}
