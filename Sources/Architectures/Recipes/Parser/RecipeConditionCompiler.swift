internal import Failures
internal import Tensors

/// Turns an expression into a condition: every name resolved, every comparison checked.
struct RecipeConditionCompiler {
  let formula: Formula
  /// Numbers of the categories by name.
  let categories: [String: Int]

  private static let facts =
    RecipeNumber.allCases.map(\.rawValue) + RecipeTruth.allCases.map(\.rawValue)
    + RecipeWord.allCases.map(\.rawValue)

  func condition() throws(ArchitectureError) -> RecipeCondition {
    try condition(formula.expression)
  }

  // The parser bounds the depth of expressions.
  private func condition(_ expression: Expression) throws(ArchitectureError) -> RecipeCondition {
    switch expression {
    case .value(.bool(let value)): return .constant(value)
    case .name(let name):
      if let truth = RecipeTruth(rawValue: name) { return .truth(truth) }
      guard !Self.facts.contains(name) else {
        throw failure(.check, "'\(name)' is neither true nor false: compare it", name)
      }
      throw unknown(name)
    case .unary(.not, let inner): return .not(try condition(inner))
    case .binary(.and, let a, let b): return .and(try condition(a), try condition(b))
    case .binary(.or, let a, let b): return .or(try condition(a), try condition(b))
    case .binary(.isIn, let a, .list(let items)): return try member(a, items)
    case .binary(.equal, let a, let b): return try equal(a, b)
    case .binary(.unequal, let a, let b): return .not(try equal(a, b))
    case .binary(.less, let a, let b): return .compare(.less, try term(a), try term(b))
    case .binary(.greater, let a, let b): return .compare(.less, try term(b), try term(a))
    case .binary(.lessOrEqual, let a, let b):
      return .compare(.lessOrEqual, try term(a), try term(b))
    case .binary(.greaterOrEqual, let a, let b):
      return .compare(.lessOrEqual, try term(b), try term(a))
    case .call(let name, let arguments, let named):
      guard name == "more_bits" else {
        let hint = NearestWord.hint(name, among: ["more_bits"])
        throw failure(
          .name, "there is no function '\(name)'; there is more_bits(i, n)\(hint)", name)
      }
      guard arguments.count == 2, named.isEmpty else {
        throw failure(.check, "more_bits takes two numbers: more_bits(i, n)", name)
      }
      return .moreBits(try term(arguments[0]), try term(arguments[1]))
    case .value, .element, .list, .unary, .binary, .choose:
      throw failure(.check, "expected a condition: a comparison, a truth, and, or, not")
    }
  }

  private func equal(
    _ a: Expression, _ b: Expression
  ) throws(ArchitectureError) -> RecipeCondition {
    if case .name(let name) = a, RecipeWord(rawValue: name) != nil { return try member(a, [b]) }
    return .compare(.equal, try term(a), try term(b))
  }

  /// A word that is one of some.
  private func member(
    _ subject: Expression, _ items: [Expression]
  ) throws(ArchitectureError) -> RecipeCondition {
    guard case .name(let name) = subject, let word = RecipeWord(rawValue: name) else {
      let words = RecipeWord.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure(.check, "only \(words) can stand before 'in'")
    }
    var texts: [String] = []
    for item in items {
      switch item {
      case .name(let text), .value(.text(let text)): texts.append(text)
      default: throw failure(.check, "expected words to compare '\(name)' with")
      }
    }
    switch word {
    case .architecture: return .architectureIn(texts)
    case .type:
      var types: [Encoding] = []
      for text in texts { types.append(try type(text)) }
      return .typeIn(types)
    case .category:
      var numbers: [Int] = []
      for text in texts {
        guard let number = categories[text] else {
          let known = categories.keys.sorted()
          throw failure(
            .name,
            "'\(text)' is no category\(NearestWord.hint(text, among: known)); "
              + "there are \(known.joined(separator: ", "))", text)
        }
        numbers.append(number)
      }
      return .categoryIn(numbers)
    }
  }

  private func type(_ text: String) throws(ArchitectureError) -> Encoding {
    guard let type = RecipeTypes.named(text) else {
      throw failure(.name, RecipeParser.unknownType(text), text)
    }
    return type
  }

  private func term(_ expression: Expression) throws(ArchitectureError) -> RecipeTerm {
    switch expression {
    case .value(.int(let value)): return .constant(value)
    case .name(let name):
      if let number = RecipeNumber(rawValue: name) { return .number(number) }
      guard !Self.facts.contains(name) else {
        throw failure(.check, "'\(name)' is no number", name)
      }
      throw unknown(name)
    case .unary(.minus, let inner): return .difference(.constant(0), try term(inner))
    case .binary(.plus, let a, let b): return .sum(try term(a), try term(b))
    case .binary(.minus, let a, let b): return .difference(try term(a), try term(b))
    case .binary(.times, let a, let b): return .product(try term(a), try term(b))
    case .binary(.divide, let a, let b): return .quotient(try term(a), try divisor(b))
    case .binary(.remainder, let a, let b): return .remainder(try term(a), try divisor(b))
    default: throw failure(.check, "expected a whole number")
    }
  }

  private func divisor(_ expression: Expression) throws(ArchitectureError) -> Int {
    guard case .value(.int(let value)) = expression, value > 0 else {
      throw failure(.check, "behind '/' and '%' stands a whole number above 0")
    }
    return value
  }

  private func unknown(_ name: String) -> ArchitectureError {
    let hint = NearestWord.hint(name, among: Self.facts)
    return failure(
      .name, "'\(name)' is no fact\(hint); there are \(Self.facts.joined(separator: ", "))", name)
  }

  /// An error at the place of a name, or of the condition.
  private func failure(
    _ code: ArchitectureError.Code, _ message: String, _ name: String? = nil
  ) -> ArchitectureError {
    let mention = formula.mentions.first { mention in
      switch mention.kind {
      case .name(let found): found == name
      case .call(let found, _, _): found == name
      default: false
      }
    }
    return ArchitectureError(code, message, at: (mention?.location ?? formula.location).place)
  }
}
