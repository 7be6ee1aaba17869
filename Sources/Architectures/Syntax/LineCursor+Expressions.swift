internal import Failures

extension LineCursor {
  /// An expression with the height of its tree.
  private struct Node {
    let expression: Expression
    let height: Int
  }

  /// Words that are no names of hyper-parameters, tensors or values.
  static let reserved: Set<String> = [
    "default", "null", "recover", "write", "if", "or", "and", "not", "in", "bias", "optional",
    "omit",
    "when", "repeat", "times", "mix", "over", "give", "else", "true", "false", "layer", "class",
    "given",
  ]
  static let tensorFunctions: Set<String> = ["has", "rows", "keeps", "values"]
  static let layerFunctions: Set<String> = ["any", "all"]

  func isReserved(_ name: String) -> Bool {
    Self.reserved.contains(name) && !(isStatement && name == "bias")
  }

  /// An expression up to where it ends.
  mutating func formula() throws(ArchitectureError) -> Formula {
    skipSpaces()
    let place = location
    mentions = []
    depth = 0
    let node = try choice()
    return Formula(expression: node.expression, location: place, mentions: mentions)
  }

  private func node(
    _ expression: Expression, over nodes: Node..., at place: SourceLocation
  ) throws(ArchitectureError) -> Node {
    let height = (nodes.map(\.height).max() ?? 0) + 1
    guard height <= LanguageLimit.expressionDepth else {
      throw failure(
        .limit, "an expression is at most \(LanguageLimit.expressionDepth) deep", at: place)
    }
    return Node(expression: expression, height: height)
  }

  /// Every way into a nested expression passes here, so that recursion is bounded.
  private mutating func choice() throws(ArchitectureError) -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= LanguageLimit.expressionDepth else {
      throw failure(.limit, "an expression is at most \(LanguageLimit.expressionDepth) deep")
    }
    let condition = try disjunction()
    skipSpaces()
    let place = location
    guard take("?") else { return condition }
    let then = try choice()
    try expect(":")
    let otherwise = try choice()
    return try node(
      .choose(condition.expression, then.expression, otherwise.expression), over: condition, then,
      otherwise, at: place)
  }

  private mutating func disjunction() throws(ArchitectureError) -> Node {
    var left = try conjunction()
    while peekName() == "or", !standsBeforeTensor {
      skipSpaces()
      let place = location
      _ = takeWord("or")
      left = try binary(.or, left, try conjunction(), place)
    }
    return left
  }

  /// Whether the `or` here begins the clause `or TENSOR` of a tensor row.
  private var standsBeforeTensor: Bool {
    guard !tensorNames.isEmpty else { return false }
    var ahead = self
    _ = ahead.takeWord("or")
    return tensorNames.contains(ahead.peekName())
  }

  private mutating func conjunction() throws(ArchitectureError) -> Node {
    var left = try negation()
    while peekName() == "and" {
      let place = location
      _ = takeWord("and")
      left = try binary(.and, left, try negation(), place)
    }
    return left
  }

  private mutating func negation() throws(ArchitectureError) -> Node {
    skipSpaces()
    let place = location
    var count = 0
    while takeWord("not") { count += 1 }
    var result = try comparison()
    for _ in 0..<count {
      result = try node(.unary(.not, result.expression), over: result, at: place)
    }
    return result
  }

  private mutating func comparison() throws(ArchitectureError) -> Node {
    let left = try sum()
    skipSpaces()
    let place = location
    var found: Expression.Operator?
    if peekName() == "in" {
      _ = takeWord("in")
      found = .isIn
    } else {
      for op in [Expression.Operator.equal, .unequal, .lessOrEqual, .greaterOrEqual] {
        if take(op.rawValue) {
          found = op
          break
        }
      }
      if found == nil, take("<") { found = .less }
      if found == nil, take(">") { found = .greater }
    }
    guard let found else { return left }
    let right = try sum()
    mentions.append(
      Mention(kind: .comparison(found, left.expression, right.expression), location: place))
    return try binary(found, left, right, place)
  }

  private mutating func sum() throws(ArchitectureError) -> Node {
    var left = try term()
    while true {
      skipSpaces()
      let place = location
      if take("+") {
        left = try binary(.plus, left, try term(), place)
      } else if scalar == "-", scalar(ahead: 1) != ">", take("-") {
        left = try binary(.minus, left, try term(), place)
      } else {
        return left
      }
    }
  }

  private mutating func term() throws(ArchitectureError) -> Node {
    var left = try unary()
    while true {
      skipSpaces()
      let place = location
      if take("*") {
        left = try binary(.times, left, try unary(), place)
      } else if take("/") {
        left = try binary(.divide, left, try unary(), place)
      } else if take("%") {
        left = try binary(.remainder, left, try unary(), place)
      } else {
        return left
      }
    }
  }

  private func binary(
    _ op: Expression.Operator, _ left: Node, _ right: Node, _ place: SourceLocation
  ) throws(ArchitectureError) -> Node {
    try node(.binary(op, left.expression, right.expression), over: left, right, at: place)
  }

  private mutating func unary() throws(ArchitectureError) -> Node {
    skipSpaces()
    let place = location
    var count = 0
    while take("-") { count += 1 }
    var result = try atom()
    for _ in 0..<count {
      result = try node(.unary(.minus, result.expression), over: result, at: place)
    }
    return result
  }

  private mutating func atom() throws(ArchitectureError) -> Node {
    skipSpaces()
    let place = location
    guard let first = scalar else {
      throw failure(.syntax, "expected an expression, found the end of the line")
    }
    if first.isDecimalDigit { return Node(expression: .value(try number()), height: 1) }
    if first == "\"" {
      return Node(expression: .value(.text(try string("a string"))), height: 1)
    }
    if take("(") {
      let inner = try choice()
      try expect(")")
      return inner
    }
    if take("[") {
      let items = try list(until: "]")
      let height = (items.map(\.height).max() ?? 0) + 1
      return Node(expression: .list(items.map(\.expression)), height: height)
    }
    guard first.isLetter else {
      throw failure(.syntax, "expected an expression, found \(found)")
    }
    return try named(try name("a name").0, place)
  }

  private mutating func named(
    _ name: String, _ place: SourceLocation
  ) throws(ArchitectureError) -> Node {
    // A call's bracket may stand behind spaces; an element's may not, or it would be a shape.
    switch name {
    case "true": return Node(expression: .value(.bool(true)), height: 1)
    case "false": return Node(expression: .value(.bool(false)), height: 1)
    case "layer":
      if bindingDepth == 0 { mentions.append(Mention(kind: .layer, location: place)) }
      return Node(expression: .name(name), height: 1)
    case "class": return Node(expression: .name(name), height: 1)
    default: break
    }
    if scalar == "(", !Self.reserved.contains(name) || name == "given" {
      index += 1
      return try call(name, place)
    }
    if name == "given" {
      mentions.append(Mention(kind: .given, location: place))
      return Node(expression: .name(name), height: 1)
    }
    guard !isReserved(name) else {
      throw failure(.syntax, "expected an expression, found the reserved word '\(name)'", at: place)
    }
    if scalar == "[" {
      index += 1
      let inner = try choice()
      try expect("]")
      mentions.append(Mention(kind: .element(name), location: place))
      return try node(.element(name, inner.expression), over: inner, at: place)
    }
    mentions.append(Mention(kind: .name(name), location: place))
    return Node(expression: .name(name), height: 1)
  }

  private mutating func call(
    _ function: String, _ place: SourceLocation
  ) throws(ArchitectureError) -> Node {
    if Self.tensorFunctions.contains(function) || function == "given" {
      let (name, where_) = try name(function == "given" ? "a hyper-parameter" : "a tensor")
      try expect(")")
      mentions.append(
        Mention(kind: function == "given" ? .parameter(name) : .tensor(name), location: where_))
      return Node(expression: .call(function, [.name(name)], []), height: 2)
    }
    let binds = Self.layerFunctions.contains(function)
    if binds { bindingDepth += 1 }
    defer { if binds { bindingDepth -= 1 } }
    var positional: [Expression] = []
    var attributes: [Expression.NamedArgument] = []
    var height = 0
    if !take(")") {
      repeat {
        if let word = attributeName() {
          let value = try choice()
          attributes.append(.init(name: word, value: value.expression))
          height = max(height, value.height)
        } else {
          guard attributes.isEmpty else {
            throw failure(.syntax, "a positional argument stands behind a named one")
          }
          let value = try choice()
          positional.append(value.expression)
          height = max(height, value.height)
        }
      } while take(",")
      try expect(")")
    }
    guard height < LanguageLimit.expressionDepth else {
      throw failure(
        .limit, "an expression is at most \(LanguageLimit.expressionDepth) deep", at: place)
    }
    mentions.append(Mention(kind: .call(function, positional, attributes), location: place))
    return Node(expression: .call(function, positional, attributes), height: height + 1)
  }

  /// `name =` before an argument, if it stands here.
  private mutating func attributeName() -> String? {
    let start = index
    let word = peekName()
    guard !word.isEmpty, (try? name("a name")) != nil else { return nil }
    skipSpaces()
    if scalar == "=", scalar(ahead: 1) != "=" {
      index += 1
      return word
    }
    index = start
    return nil
  }

  private mutating func list(until end: String) throws(ArchitectureError) -> [Node] {
    if take(end) { return [] }
    var result: [Node] = []
    repeat { result.append(try choice()) } while take(",")
    try expect(end)
    return result
  }

  /// The comma-separated expressions up to `end`, each with its place.
  mutating func formulas(until end: String) throws(ArchitectureError) -> [Formula] {
    var result: [Formula] = []
    if take(end) { return result }
    repeat { result.append(try formula()) } while take(",")
    try expect(end)
    return result
  }

  /// INT or REAL.
  private mutating func number() throws(ArchitectureError) -> Value {
    let start = index
    var isReal = false
    while let next = scalar, next.isDecimalDigit { index += 1 }
    if scalar == ".", scalar(ahead: 1)?.isDecimalDigit == true {
      isReal = true
      index += 1
      while let next = scalar, next.isDecimalDigit { index += 1 }
    }
    if scalar == "e" || scalar == "E" {
      let signed = scalar(ahead: 1) == "-" || scalar(ahead: 1) == "+"
      if scalar(ahead: signed ? 2 : 1)?.isDecimalDigit == true {
        isReal = true
        index += signed ? 2 : 1
        while let next = scalar, next.isDecimalDigit { index += 1 }
      }
    }
    let digits = text(start..<index)
    let place = line.location(start)
    if scalar?.isNamePart == true {
      throw failure(.syntax, "'\(digits)' runs into a name", at: place)
    }
    if isReal {
      guard let value = Double(digits), value.isFinite else {
        throw failure(.limit, "\(digits) is beyond the range of real numbers", at: place)
      }
      return .real(value)
    }
    guard let value = Int(digits) else {
      throw failure(.limit, "\(digits) is beyond 64 bits", at: place)
    }
    return .int(value)
  }
}
